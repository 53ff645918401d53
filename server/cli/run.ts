import { InvalidArgumentError } from 'commander';
import { commandNamed, say } from './output.ts';
import { type RunFlags, runCommand } from './runCommand.ts';
import { withMongo } from './withMongo.ts';

/** What a shell reports of a command that Ctrl-C ended. */
const INTERRUPTED = 130;

const program = commandNamed('run')
  .description('Begins a run, watches it and shows what came of it.')
  .option('--as-of <day>', 'do the work as of this UTC day, YYYY-MM-DD', day)
  .option('--backfill', 'let results of an earlier day overwrite those of a later one', false)
  .option('--last', 'begin nothing, show the last run', false)
  .option('--no-watch', 'begin it and leave')
  .option('--release-schedule', 'let a held schedule go when all users are enqueued', false)
  .action(async (flags: RunFlags) => {
    process.once('SIGINT', () => {
      say('\nThe run goes on. To see it later:   npm run run -- --last');
      process.exit(INTERRUPTED);
    });
    await withMongo(async (env) => {
      process.exitCode = await runCommand(flags, env, process.stdout);
    });
  });

await program.parseAsync();

function day(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) throw new InvalidArgumentError('a day is YYYY-MM-DD');
  return text;
}
