import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';
import { expect, it, onTestFinished } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { type BalanceWatch, watchBalance } from '../e2e/balanceWatch.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { executedAgain } from './jobsAtWork.ts';
import { underLoad } from './underLoad.ts';

/** Two pages. */
const USERS = 1_200;
const STEPS = [
  { step: 'lease', page: 1 },
  { step: 'record', page: 1 },
  { step: 'half', page: 1 },
  { step: 'enqueue', page: 1 },
  { step: 'finish', page: 1 },
  { step: 'record', page: 2 },
  { step: 'half', page: 2 },
  { step: 'finish', page: 2 },
] as const;
type Halt = (typeof STEPS)[number];

const deployment = useDeployment({ users: USERS, settings: QUICK });
const load = { jobMs: 10, bounds: { lost: 0, twice: 0, doubled: 0 } };
const expected = 'resumed; ledger balances at every moment it is asked';

interface HaltedProducer {
  runId: string;
  process: ChildProcessByStdio<null, Readable, null>;
  /** All that it has said. */
  said: () => string;
}

/** Starts one, and waits until it has opened its run. */
async function startProducer(signal: NodeJS.Signals, { step, page }: Halt) {
  const script = fileURLToPath(new URL('./haltingProducer.mjs', import.meta.url));
  const settings = {
    ...deployment.settings,
    REDIS_URL: `redis://127.0.0.1:${deployment.redis.port}`,
    MONGODB_URI: `mongodb://127.0.0.1:${deployment.mongo.port}/${mongoose.connection.name}`,
  };
  const child = spawn(process.execPath, [script], {
    env: {
      PATH: process.env.PATH,
      TEST_SETTINGS: JSON.stringify(settings),
      HALT_BY: signal,
      HALT_AT: step,
      HALT_IN_PAGE: String(page),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  const said = () => text;
  await waitUntil(async () => said().includes('\n'), { timeoutMs: 20_000, what: 'the run' });
  const [runId = ''] = said().split('\n');
  return { runId, process: child, said } satisfies HaltedProducer;
}

async function whenStatus(runId: string, ...statuses: string[]): Promise<void> {
  await waitUntil(async () => statuses.includes((await deployment.run(runId)).status), {
    timeoutMs: 120_000,
    what: `the run ${runId} to be ${statuses.join(' or ')}`,
  });
}

/** Every user has one record in the run, and each ended well, or waited as another run's job. */
async function expectAllOnce(runId: string, watch: BalanceWatch): Promise<void> {
  await whenStatus(runId, 'completed');
  await watch.stop();
  const { sealed, enumerated } = await deployment.run(runId);
  expect(enumerated).toBe(USERS);
  expect((sealed?.completed ?? 0) + (sealed?.duplicates ?? 0)).toBe(USERS);
  expect(await JobStatusModel.countDocuments({ runId })).toBe(USERS);
  const done = sealed?.completed ?? 0;
  expect(await deployment.executions(runId)).toEqual({ total: done, users: done });
}

it('17 a producer killed at each step of a run', async (context) => {
  const { settle, probe } = await underLoad(context, deployment, { ...load, expected });
  for (const halt of STEPS) {
    const { runId, process: child } = await startProducer('SIGKILL', halt);
    const watch = watchBalance(deployment.api, runId);
    if (child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    expect((await deployment.run(runId)).status).toBe('enumerating');
    await expectAllOnce(runId, watch);
  }
  const row = await settle();
  row.seen = `${STEPS.length} runs of ${USERS} users, each resumed by the API`;
  expect(await executedAgain()).toEqual([]);
  probe.expectServedOrUnavailable();
});

it('17 a producer frozen at each step, woken after another took over', async (context) => {
  const { settle, probe } = await underLoad(context, deployment, { ...load, expected });
  for (const halt of STEPS) {
    const { runId, process: child, said } = await startProducer('SIGSTOP', halt);
    const watch = watchBalance(deployment.api, runId);
    await whenStatus(runId, 'running', 'completed');
    child.kill('SIGCONT');
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(0);
    expect(said(), 'it found its run taken over').toBe(`${runId}\nelsewhere\n`);
    await expectAllOnce(runId, watch);
  }
  const row = await settle();
  row.seen = `${STEPS.length} runs of ${USERS} users, each taken over by the API`;
  expect(await executedAgain()).toEqual([]);
  probe.expectServedOrUnavailable();
});
