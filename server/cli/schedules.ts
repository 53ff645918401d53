import { InvalidArgumentError } from 'commander';
import { readEnv } from '../config/env.ts';
import { USER_DATA_SCHEDULE } from '../Services/BackgroundJobs/cronProducer.ts';
import { describeNextRun } from '../Services/BackgroundJobs/scheduling/nextRun.ts';
import { holdSchedule, releaseSchedule } from '../Services/BackgroundJobs/scheduling/schedule.ts';
import { commandNamed, say } from './output.ts';
import { tellErrors } from './tellErrors.ts';
import { withMongo } from './withMongo.ts';

const MINUTE_MS = 60_000;

const program = commandNamed('schedules').description(
  'Says when the hourly schedule is due; holds it, and releases it.',
);

program
  .command('next', { isDefault: true })
  .description('When the next run is due')
  .action(() =>
    tellErrors(async () => {
      const due = describeNextRun(readEnv());
      say(due ?? 'none: schedules are switched off by a setting');
    }),
  );

program
  .command('hold')
  .description('No slot starts a run until the release, or until the time is over')
  .requiredOption('--minutes <number>', 'for how long at most', minutes)
  .action((flags: { minutes: number }) =>
    withMongo(async () => {
      const until = new Date(Date.now() + flags.minutes * MINUTE_MS);
      await holdSchedule(USER_DATA_SCHEDULE, until);
      say(`The schedule is held until ${until.toISOString()} at most.`);
    }),
  );

program
  .command('release')
  .description('Slots start runs again')
  .action(() =>
    withMongo(async () => {
      await releaseSchedule(USER_DATA_SCHEDULE);
      say('The schedule is released.');
    }),
  );

await program.parseAsync();

function minutes(text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('a number above 0');
  return number;
}
