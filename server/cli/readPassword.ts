import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

async function firstLine(input: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input })) return line;
  throw new Error('No password came on standard input. Pipe one in, or use --generate.');
}

/** Asks on the terminal; what is typed is not shown. */
async function prompt(question: string): Promise<string> {
  const silence = new Writable({ write: (_chunk, _encoding, written) => written() });
  const lines = createInterface({ input: process.stdin, output: silence, terminal: true });
  process.stderr.write(question);
  try {
    return await lines.question('');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

/**
 * A password from standard input: the first line if it is piped in, else asked for twice without
 * echo. Never from an argument, which every process of the machine could read.
 * @throws Error if the two differ, or nothing came.
 */
export async function readPassword(): Promise<string> {
  if (!process.stdin.isTTY) return firstLine(process.stdin);
  const password = await prompt('Password: ');
  if ((await prompt('Again: ')) !== password) throw new Error('The two passwords differ.');
  return password;
}
