import { userInfo } from 'node:os';
import { InvalidArgumentError } from 'commander';
import { readEnv } from '../config/env.ts';
import { storeTime } from '../models/serverFacts.ts';
import { ScheduleModel } from '../models/system/ScheduleModel.ts';
import { USER_DATA_SCHEDULE } from '../Services/BackgroundJobs/cronProducer.ts';
import { describeNextRun } from '../Services/BackgroundJobs/scheduling/nextRun.ts';
import { holdSchedule, releaseSchedule } from '../Services/BackgroundJobs/scheduling/schedule.ts';
import { nextSlot } from '../Services/BackgroundJobs/scheduling/slots.ts';
import { commandNamed, say } from './output.ts';
import { tellErrors } from './tellErrors.ts';
import { withMongo } from './withMongo.ts';

const MINUTE_MS = 60_000;

const program = commandNamed('schedules').description(
  'Says when schedules are due; lists, holds and releases them.',
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
interface HoldFlags {
  schedule: string;
  minutes: number;
  why: string;
  by: string;
}

program
  .command('list')
  .description('Says of each schedule when it is due next, and whether it is held')
  .action(() => withMongo(listSchedules));

program
  .command('hold')
  .description('No slot begins anything until the release, or until the time is over')
  .requiredOption('--minutes <number>', 'for how long at most', minutes)
  .option('--schedule <name>', 'which one', USER_DATA_SCHEDULE)
  .option('--why <text>', 'the reason, for those who find it held', 'no reason given')
  .option('--by <name>', 'who holds it', userInfo().username)
  .action(({ schedule, minutes: lasts, by, why }: HoldFlags) =>
    withMongo(async () => {
      const until = new Date((await storeTime()).getTime() + lasts * MINUTE_MS);
      await holdSchedule(schedule, until, { by, why });
      say(`The schedule ${schedule} is held until ${until.toISOString()} at most.`);
    }),
  );

program
  .command('release')
  .description('Slots begin again what they are for')
  .option('--schedule <name>', 'which one', USER_DATA_SCHEDULE)
  .action(({ schedule }: Pick<HoldFlags, 'schedule'>) =>
    withMongo(async () => {
      await releaseSchedule(schedule);
      say(`The schedule ${schedule} is released.`);
    }),
  );

await program.parseAsync();

async function listSchedules(): Promise<void> {
  const now = await storeTime();
  const schedules = await ScheduleModel.find({}).sort({ _id: 1 }).lean();
  if (schedules.length === 0) {
    say('No schedule has run yet: they begin with the API, by npm start or npm run start:api.');
  }
  for (const schedule of schedules) {
    const { _id, expression, timezone, heldUntil, hold } = schedule;
    const next =
      expression === null || timezone === null ? null : nextSlot({ expression, timezone }, now);
    const held = heldUntil !== null && heldUntil > now;
    say(
      `${_id}: ${expression ?? 'not run yet'}${timezone === null ? '' : ` (${timezone})`}, ` +
        `next ${next?.toISOString() ?? 'unknown'}` +
        `${held ? `, held until ${heldUntil.toISOString()} by ${hold?.by}: ${hold?.why}` : ''}`,
    );
  }
}

function minutes(text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('a number above 0');
  return number;
}
