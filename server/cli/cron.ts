import { userInfo } from 'node:os';
import { backgroundJobsConfig, backgroundMode } from '../config/config.ts';
import { type Env, missingSettings, readEnv } from '../config/env.ts';
import type { CronManager } from '../Services/BackgroundJobs/admin/cronManager.ts';
import { createCronManager } from '../Services/BackgroundJobs/admin/cronManager.ts';
import type { CronJobView } from '../Services/BackgroundJobs/admin/cronViews.ts';
import { CRON_JOBS } from '../Services/BackgroundJobs/cronJobs.ts';
import { createProducer } from '../Services/BackgroundJobs/producer.ts';
import { findSource } from '../Services/BackgroundJobs/runs/sources.ts';
import { cronJobsOf } from '../Services/BackgroundJobs/scheduling/cronJob.ts';
import { slotsKeptMs } from '../Services/BackgroundJobs/scheduling/scheduler.ts';
import { triggerJob } from './apiClient.ts';
import { instant, wholeNumberTo } from './options.ts';
import { commandNamed, say } from './output.ts';
import { ownUrl } from './ownApi.ts';
import { openOwnQueues, SILENT } from './ownQueues.ts';
import { tellErrors } from './tellErrors.ts';
import { withMongo } from './withMongo.ts';

interface Asking {
  why: string;
  by: string;
}

const program = commandNamed('cron').description(
  'Sees and steers the scheduled jobs. All but trigger work on the database, also while the API is down.',
);

program
  .command('list', { isDefault: true })
  .description('How each job stands, and when it is due next')
  .action(() =>
    withManager(async (manager) => {
      const { cronJobs, initialized } = await manager.status();
      for (const job of cronJobs) say(lineOf(job));
      if (!initialized) say('All schedules are stopped: npm run cron -- start --all');
    }),
  );

program
  .command('preview')
  .description('When a job is due next, and what the coming year’s clock changes do to it')
  .argument('<job>')
  .option('--count <number>', 'how many times', wholeNumberTo(1_000), 10)
  .action((job: string, { count }: { count: number }) =>
    withManager(async (manager) => {
      const { schedule, timezone, times, clockChanges } = await manager.preview(job, count);
      say(`${job}: ${schedule} (${timezone})`);
      for (const { utc, local } of times) say(`  ${utc.toISOString()}  ${local}`);
      say(...clockChanges.map((each) => `  ${each}`));
    }),
  );

program
  .command('rehearse')
  .description('Lists every night of the coming year on which the clocks change what a job does')
  .action(() =>
    withManager(async (manager) => {
      for (const { name } of (await manager.status()).cronJobs) {
        const { schedule, timezone, clockChanges } = await manager.preview(name, 1);
        say(`${name}: ${schedule} (${timezone})`);
        say(
          ...(clockChanges.length === 0 ? ['fires as on any other day'] : clockChanges).map(indent),
        );
      }
    }),
  );

program
  .command('trigger')
  .description('Begins a job now, through the API')
  .argument('<job>')
  .action((job: string) =>
    tellErrors(async () => {
      const env = readEnv();
      const { CRON_MANAGER_API_KEY: key } = env;
      if (key === undefined) throw missingSettings('This command', ['CRON_MANAGER_API_KEY']);
      say(`${job} began: ${await triggerJob(ownUrl(env), key, job)}`);
    }),
  );

program
  .command('stop')
  .description(
    'A job’s slots begin nothing, in all processes and over restarts, until it is started',
  )
  .argument('[job]')
  .option('--all', 'every job')
  .option('--until <instant>', 'starts by itself then, such as 2026-12-24T18:00:00Z', instant)
  .option('--why <text>', 'the reason, for those who find it stopped', 'no reason given')
  .option('--by <name>', 'who stops it', userInfo().username)
  .action((job: string | undefined, flags: Asking & { all?: true; until?: Date }) =>
    withManager(async (manager) => {
      if (flags.all === true) await manager.stopAll(flags);
      else await manager.stop(named(job), flags, flags.until ?? null);
      say(`${flags.all === true ? 'Every job' : job} is stopped.`);
    }),
  );

program
  .command('start')
  .description('A stopped job’s slots begin again; those that passed meanwhile are not caught up')
  .argument('[job]')
  .option('--all', 'ends a stop of all; what was stopped singly stays stopped')
  .option('--why <text>', 'the reason, for the record', 'no reason given')
  .option('--by <name>', 'who starts it', userInfo().username)
  .action((job: string | undefined, flags: Asking & { all?: true }) =>
    withManager(async (manager) => {
      if (flags.all === true) await manager.startAll(flags);
      else await manager.start(named(job), flags);
      say(`${flags.all === true ? 'Every job but those stopped singly' : job} is started.`);
    }),
  );

program
  .command('backfill')
  .description('Begins a job’s slots of a range that has passed, but for those that have begun')
  .argument('<job>')
  .requiredOption('--from <instant>', 'the first slot, such as 2026-11-22T00:00:00Z', instant)
  .requiredOption('--to <instant>', 'the last', instant)
  .option('--at-once', 'not one after another')
  .option('--why <text>', 'the reason, for the record', 'no reason given')
  .option('--by <name>', 'who asks', userInfo().username)
  .action((job: string, flags: Asking & { from: Date; to: Date; atOnce?: true }) =>
    withManager(async (manager) => {
      const overlap = flags.atOnce === true ? 'allow' : 'queue';
      const { slots, already } = await manager.backfill(job, { ...flags, overlap }, flags);
      say(`${slots} slots begin within a minute; ${already} had begun before.`);
    }),
  );

await program.parseAsync();

/** Over the database, with queues that nothing is put into from here. */
function withManager(use: (manager: CronManager) => Promise<void>): Promise<void> {
  return withMongo((env) => use(managerOf(env)));
}

function managerOf(env: Env): CronManager {
  const { queues, lanes, enqueuer, retentionDays } = openOwnQueues(env, null);
  const batchSize = env.USER_BATCH_SIZE;
  const config = backgroundJobsConfig(env);
  const parts = {
    env,
    lanes,
    producer: createProducer({
      ...{ lanes, findSource, batchSize, retentionDays, log: SILENT },
      leaseMs: env.PRODUCER_LEASE_MS,
    }),
    enqueuer,
    log: SILENT,
  };
  return createCronManager({
    jobs: cronJobsOf(CRON_JOBS, config, parts),
    queues,
    useQueues: backgroundMode(config) !== 'legacy',
    enabled: config.enabled,
    slotsKeptMs: slotsKeptMs(env.JOB_STATUS_RETENTION_DAYS),
  });
}

function lineOf({
  name,
  running,
  enabled,
  schedule,
  timezone,
  next,
  stopped,
}: CronJobView): string {
  const due = `${schedule} (${timezone}), next ${next?.toISOString() ?? 'never'}`;
  if (running) return `${name}: ${due}`;
  if (!enabled) return `${name}: ${due}, switched off by a setting`;
  if (stopped === null) return `${name}: ${due}, held: npm run schedules -- list`;
  const until = stopped.until === null ? '' : ` until ${stopped.until.toISOString()}`;
  return `${name}: ${due}, stopped${until} by ${stopped.by}: ${stopped.why}`;
}

function named(job: string | undefined): string {
  if (job !== undefined) return job;
  throw new Error('Name a job, as npm run cron -- list does, or --all.');
}

function indent(line: string): string {
  return `  ${line}`;
}
