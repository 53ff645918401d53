import { InvalidArgumentError } from 'commander';
import { readEnv } from '../config/env.ts';
import { createApiClient } from './apiClient.ts';
import { commandNamed, say } from './output.ts';
import { ownApi } from './ownApi.ts';
import { type RetryFlags, retryCommand } from './retryCommand.ts';
import { tellErrors } from './tellErrors.ts';

const program = commandNamed('retry')
  .description('Puts failed jobs into the queue again: one, or those that the options meet.')
  .argument('[job]', "a job's id")
  .option('--run <id>', 'those of this run')
  .option('--code <code>', 'those that failed with this code, such as DEADLINE_EXCEEDED')
  .option('--limit <count>', 'look at so many at most, oldest first', wholeNumber)
  .option('--rate <jobs>', 'let so many begin in a second (0.1 to 1000)', rate)
  .option('--all', 'all failed jobs', false)
  .action((job: string | undefined, flags: Omit<RetryFlags, 'job'>) =>
    tellErrors(() => retryCommand({ ...flags, job }, createApiClient(ownApi(readEnv())), say)),
  );

await program.parseAsync();

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('a whole number from 1');
  return Number(text);
}

function rate(text: string): number {
  const jobs = Number(text);
  if (!(jobs >= 0.1 && jobs <= 1_000)) throw new InvalidArgumentError('a number, 0.1 to 1000');
  return jobs;
}
