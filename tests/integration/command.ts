import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectDir } from '../../scripts/project.mjs';
import { coverageSettings } from '../coverage/processCoverage.ts';
import { environmentOf } from '../environmentOf.ts';
import type { Installation } from './core/installation.ts';

export interface Ended {
  code: number | null;
  out: string;
  err: string;
  /** Standard output and standard error, as they came. */
  text: string;
}

interface CommandOptions {
  /** All that it is told of the world; there is no `.env` besides. */
  settings?: Readonly<Record<string, string>>;
  /** What it reads from standard input. */
  input?: string;
  /** What it says is read by nobody: `| head` that has seen enough. */
  readerLeft?: boolean;
}

/** Starts a command of server/cli/ as it is installed: compiled, in a process of its own. */
export function commandProcess(
  which: string,
  args: readonly string[],
  { settings = {}, input = '', readerLeft = false }: CommandOptions = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const script = join(projectDir, 'dist/server/cli', `${which}.js`);
  const child = spawn(process.execPath, [script, ...args], {
    cwd: projectDir,
    env: environmentOf({ ...coverageSettings(), ...settings }),
  });
  if (readerLeft) child.stdout.destroy();
  const said = { out: '', err: '', text: '' };
  for (const [name, stream] of [
    ['out', child.stdout],
    ['err', child.stderr],
  ] as const) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      said[name] += chunk;
      said.text += chunk;
    });
  }
  // One that ends without reading closes the pipe.
  child.stdin.on('error', () => undefined).end(input);
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
  return { child, ended };
}

/** Runs a command of server/cli/ to its end. */
export function command(
  which: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Ended> {
  return commandProcess(which, args, options).ended;
}

/** The settings of a command over an installation's database and queue. */
export function settingsOf({ env, mongoUri }: Pick<Installation, 'env' | 'mongoUri'>) {
  const { REDIS_URL = '', QUEUE_PREFIX } = env;
  return { MONGODB_URI: mongoUri, REDIS_URL, QUEUE_PREFIX };
}
