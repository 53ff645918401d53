import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

async function firstLine(input: NodeJS.ReadableStream): Promise<string | undefined> {
  for await (const line of createInterface({ input })) return line;
  return undefined;
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
  if (!process.stdin.isTTY) {
    const line = await firstLine(process.stdin);
    if (line !== undefined) return line;
    throw new Error('No password came on standard input. Pipe one in, or use --generate.');
  }
  const password = await prompt('Password: ');
  if ((await prompt('Again: ')) !== password) throw new Error('The two passwords differ.');
  return password;
}

/**
 * Another secret, such as an API key: as a password, but asked for once.
 * @throws Error if nothing came.
 */
export async function readSecret(what: string): Promise<string> {
  const secret = process.stdin.isTTY ? await prompt(`${what}: `) : await firstLine(process.stdin);
  if (secret) return secret;
  throw new Error(`No ${what} came. Type it, or pipe it into standard input.`);
}
