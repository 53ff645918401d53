import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectDir } from '../../../scripts/project.mjs';
import type { Installation } from '../core/installation.ts';

export interface Ended {
  code: number | null;
  /** Standard output and standard error, as they came. */
  text: string;
}

/** Runs a compiled command as a process of its own, over an installation's database and queue. */
export async function command(
  which: 'backup' | 'restore' | 'doctor' | 'retry',
  { env, mongoUri }: Pick<Installation, 'env' | 'mongoUri'>,
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const { PATH, HOME } = process.env;
  const child = spawn(
    process.execPath,
    [join(projectDir, 'dist/server/cli', `${which}.js`), ...args],
    {
      cwd: projectDir,
      env: {
        PATH,
        HOME,
        ENV_FILE: '/dev/null',
        MONGODB_URI: mongoUri,
        REDIS_URL: env.REDIS_URL,
        QUEUE_PREFIX: env.QUEUE_PREFIX,
        ...settings,
      },
    },
  );
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => chunks.push(chunk));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text: chunks.join('') };
}
