import { expect } from 'vitest';
import type { OwnPm2 } from './pm2.ts';

/** The exit codes of all processes of this name that PM2 saw end since the mark; it killed none. */
export async function exitCodes(pm2: OwnPm2, name: string, mark: number): Promise<string[]> {
  const log = await pm2.log(mark);
  expect(log).not.toContain('SIGKILL');
  return [...log.matchAll(/App \[([\w-]+):\S+\] exited with code \[(\w+)\]/g)]
    .filter(([, app]) => app === name)
    .map(([, , code]) => String(code));
}
