import { Option } from 'commander';
import { readEnv } from '../config/env.ts';
import { createApiClient } from './apiClient.ts';
import { commandNamed, say } from './output.ts';
import { ownApi } from './ownApi.ts';
import { tellErrors } from './tellErrors.ts';

interface Flags {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  header: string[];
  body?: string;
  timeout?: string;
  retries?: string;
  at?: string;
  key?: string;
}

const program = commandNamed('http-task').description('Calls an address once, by the API.');

program
  .command('call')
  .description('puts a task in, and says its id')
  .argument('<url>', 'what to call')
  .addOption(
    new Option('--method <method>', 'GET; POST where there is a body').choices([
      ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    ]),
  )
  .option('--header <name: value>', 'a header; may be given again', collect, [])
  .option('--body <text>', 'what to send: JSON, or text')
  .option('--timeout <seconds>', 'how long one call may take')
  .option('--retries <number>', 'how often it is tried again')
  .option('--at <instant>', 'not before this instant, such as 2026-11-22T11:00:00Z')
  .option('--key <key>', 'the same key again is the same task')
  .action((url: string, flags: Flags) =>
    tellErrors(async () => {
      const { id } = await createApiClient(ownApi(readEnv())).httpTask(
        {
          api_url: url,
          ...(flags.method !== undefined && { method: flags.method }),
          ...(flags.header.length > 0 && { headers: headersOf(flags.header) }),
          ...(flags.body !== undefined && { body: bodyOf(flags.body) }),
          ...(flags.timeout !== undefined && { timeout: Number(flags.timeout) }),
          ...(flags.retries !== undefined && { max_retry_count: Number(flags.retries) }),
          ...(flags.at !== undefined && { scheduled_at: flags.at }),
        },
        flags.key,
      );
      say(id);
    }),
  );

program
  .command('show')
  .description('shows what became of a task, with each attempt')
  .argument('<id>', 'its id')
  .action((id: string) =>
    tellErrors(async () => {
      const task = await createApiClient(ownApi(readEnv())).showHttpTask(id);
      say(JSON.stringify(task, null, 2));
    }),
  );

program
  .command('report')
  .description(
    'compares the tasks that went through the queue with those that were called in memory',
  )
  .option('--from <instant>', 'handed in from then on; a day ago')
  .option('--to <instant>', 'and before then; now')
  .action((span: { from?: string; to?: string }) =>
    tellErrors(async () => {
      const report = await createApiClient(ownApi(readEnv())).httpTaskReport(span);
      say(JSON.stringify(report, null, 2));
    }),
  );

await program.parseAsync();

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function headersOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      if (colon < 1) throw new Error('A header is given as "name: value".');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
