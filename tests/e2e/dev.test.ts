import { appendFileSync, existsSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runCommand } from '../../scripts/command.mjs';
import { waitUntil } from '../../scripts/waiting.mjs';
import { ownPort } from '../ownPort.ts';
import { makeCheckout } from './checkout.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
/** The folder that a process works in; undefined when it has ended. */
function cwdOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

it('npm run dev starts the API anew when a source file changes, and ends on Ctrl-C', async () => {
  const home = await mkdtemp(join(tmpdir(), 'hourwork-pm2-'));
  cleanUps.push(() => rm(home, { recursive: true, force: true }));
  const PORT = String(await ownPort());
  const checkout = await makeCheckout({ pm2Home: home, settings: { PORT } }, cleanUps);
  const ready = () => fetch(`http://127.0.0.1:${PORT}/health/ready`).then(({ ok }) => ok);

  const interruption = new AbortController();
  const watching = checkout.npm(['run', 'dev'], interruption.signal);
  let ended = false;
  const result = watching.finally(() => {
    ended = true;
  });
  const waitFor = (ask: () => Promise<boolean>, what: string, intervalMs = 200) =>
    waitUntil(ask, {
      // A whole compilation takes minutes on a machine that is busy with others.
      timeoutMs: 300_000,
      intervalMs,
      what,
      giveUp: async () => (ended ? (await result).output : undefined),
    });
  await waitFor(ready, 'the API to serve');

  const entry = join(checkout.dir, 'server/controllers/HealthController.ts');
  const marker = join(home, 'changed');
  appendFileSync(entry, `\n(await import('node:fs')).writeFileSync('${marker}', '');\n`);
  const changeIsTakenUp = async () => {
    // What changed before the compiler had begun to watch shows with the next change.
    appendFileSync(entry, '\n');
    return existsSync(marker);
  };
  await waitFor(changeIsTakenUp, 'the change to be taken up', 20_000);
  await waitFor(ready, 'the API to serve again');

  interruption.abort();
  await result;
  await expect(ready()).rejects.toThrow();
  const processes = await runCommand('ps', ['-eo', 'pid=', '-o', 'args=']);
  const left = processes.split('\n').filter((line) => line.includes('tsconfig.build.json'));
  const folders = left.map((line) => cwdOf(Number.parseInt(line, 10)));
  expect(folders.filter((folder) => folder?.startsWith(checkout.dir))).toEqual([]);
}, 900_000);
