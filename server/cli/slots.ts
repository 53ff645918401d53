import type { Timetable } from '../config/timetable.ts';
import { slotsAfter } from '../Services/BackgroundJobs/scheduling/slots.ts';
import { instant, wholeNumberTo } from './options.ts';
import { commandNamed, say } from './output.ts';

const MAX_COUNT = 10_000;
/** What a shell expects of a command that was called wrongly. */
const BAD_USAGE = 2;

const program = commandNamed('slots')
  .description(
    'Prints when a cron expression is due next in a time zone: one instant in UTC a line.',
  )
  .argument('<expression>', 'such as "0 8 * * 1-5"')
  .argument('<zone>', 'a time zone of the IANA database, such as Europe/Berlin')
  .option('--from <instant>', 'only what comes after it, such as 2026-03-08T05:45:00Z', instant)
  .option('--count <number>', `how many, at most ${MAX_COUNT}`, wholeNumberTo(MAX_COUNT), 10)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : BAD_USAGE))
  .action((expression: string, timezone: string, flags: { from?: Date; count: number }) => {
    try {
      printSlots({ expression, timezone }, flags.from ?? new Date(), flags.count);
    } catch (error) {
      program.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    }
  });

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough, such as `head`, is no error.
  if (error.code !== 'EPIPE') throw error;
});
program.parse();

function printSlots(timetable: Timetable, from: Date, wanted: number): void {
  const slots = slotsAfter(timetable, from, wanted);
  if (slots.length === 0) {
    throw new Error(
      `"${timetable.expression}" is not due within eight years of ${from.toISOString()}.`,
    );
  }
  say(...slots.map((slot) => slot.toISOString().replace('.000Z', 'Z')));
}
