import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectDir } from '../../scripts/project.mjs';
import { waitUntil } from '../../scripts/waiting.mjs';
import { HttpExecutionModel } from '../../server/models/HttpExecutionModel.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { startTargetOfVices, VICES } from './targetOfVices.ts';

const target = await startTargetOfVices();
afterAll(target.stop);

const deployment = useDeployment({
  users: 1,
  settings: {
    ...QUICK,
    EGRESS_ALLOW: target.hosts,
    HTTP_DESTINATION_RATE: '200',
    DATA_KEY: randomBytes(32).toString('hex'),
    // The HTTP tasks are left to worker-http, whose own setting names them.
    WORKER_QUEUES: 'user-data',
  },
});

beforeAll(async () => {
  const ecosystem = join(projectDir, 'ecosystem.config.js');
  await deployment.pm2.run('start', ecosystem, '--only', 'worker-http');
});

const AT_ONCE = 20;
/** compose.yaml gives a worker 512 MB: too little to keep the twenty endless bodies that a host may send at once. */
const MOST_MEMORY_MB = 400;
const END_MS = 600_000;

/** The tasks to ask for, with the vices spread evenly over them. */
function mixed(): { vice: string; number: number }[] {
  const tasks = [...VICES].flatMap(([vice, { tasks }]) =>
    Array.from({ length: tasks }, (_, number) => ({ vice, number, at: (number + 0.5) / tasks })),
  );
  return tasks.sort((one, other) => one.at - other.at);
}

/** Follows how much memory the processes of worker-http take. */
function watchMemory(): { peakMb(): number; stop(): void } {
  let peakMb = 0;
  let pids: number[] = [];
  let asking = false;
  const timer = setInterval(() => {
    for (const pid of pids) peakMb = Math.max(peakMb, residentMb(pid));
    if (asking) return;
    asking = true;
    deployment.pm2
      .online('worker-http')
      .then((online) => {
        pids = online.map(({ pid }) => pid);
      })
      .catch(() => undefined)
      .finally(() => {
        asking = false;
      });
  }, 500);
  return { peakMb: () => peakMb, stop: () => clearInterval(timer) };
}

/** The resident memory of a process in MB; 0 if the process is gone. */
function residentMb(pid: number): number {
  try {
    const [, kB = '0'] =
      /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kB) / 1_024;
  } catch {
    return 0;
  }
}

/** Hands in a task; a request refused with 503 is sent again under its key, as any client of the API may. */
function accept(api_url: string, key: string): Promise<string> {
  return waitUntil(
    async () => {
      const { status, body } = await deployment.api.post(
        '/api/v1/http-tasks',
        { api_url, max_retry_count: 1 },
        { 'idempotency-key': key },
      );
      if (status === 503) return false;
      expect(status, JSON.stringify(body)).toBe(202);
      return String(body.id);
    },
    { timeoutMs: 60_000, what: `the task ${key} to be taken` },
  );
}

it('26 a target with all vices under 2,000 HTTP tasks, their worker killed and reloaded', async ({
  task: { meta },
}) => {
  const { pm2, api } = deployment;
  const memory = watchMemory();
  const viceOf = new Map<string, string>();
  const asked = mixed();
  // After so many hundredths of the tasks.
  const interruptions: Readonly<Record<number, () => Promise<unknown>>> = {
    25: () => deployment.killOne('worker-http'),
    50: () => deployment.killOne('worker-http'),
    75: () => pm2.run('reload', 'worker-http'),
  };
  for (let from = 0; from < asked.length; from += AT_ONCE) {
    await Promise.all(
      asked.slice(from, from + AT_ONCE).map(async ({ vice, number }) => {
        viceOf.set(await accept(target.urlOf(vice, number), `${vice}-${number}`), vice);
      }),
    );
    await interruptions[from / AT_ONCE]?.();
  }
  expect(viceOf.size).toBe(2_000);

  await waitUntil(
    async () => (await HttpExecutionModel.countDocuments({ finishedAt: { $ne: null } })) === 2_000,
    { timeoutMs: END_MS, intervalMs: 500, what: 'the end of all tasks' },
  );
  memory.stop();

  const executions = await HttpExecutionModel.find({}).lean();
  const wrong = executions.filter(({ _id, outcome, error, attempts }) => {
    const vice = VICES.get(viceOf.get(_id) ?? '');
    const made = attempts.filter(({ outcome }) => outcome !== 'interrupted');
    const interrupted = attempts.length - made.length;
    const calls = target.calls.get(_id) ?? 0;
    const statuses = made.map(({ status }) => status);
    // What was answered to a worker that was killed before it wrote it down is not in the history.
    const isHistory =
      interrupted === 0
        ? `${statuses}` === `${vice?.statuses}`
        : statuses.length > 0 && statuses.at(-1) === vice?.statuses.at(-1);
    const areCalls =
      vice?.protocol === 'https' || (calls >= made.length && calls <= attempts.length);
    return (error?.code ?? outcome) !== vice?.ends || !isHistory || !areCalls;
  });
  expect(wrong, 'tasks that ended otherwise than the table says').toEqual([]);
  expect(target.reachedHidden(), 'calls of what is private').toBe(0);
  expect(memory.peakMb(), 'MB at most').toBeLessThan(MOST_MEMORY_MB);

  const shown = await Promise.all(
    [...viceOf].slice(0, 50).map(async ([id]) => (await api.get(`/api/v1/http-tasks/${id}`)).body),
  );
  expect(shown.filter(({ status }) => status !== 'completed' && status !== 'failed')).toEqual([]);
  const again = executions.filter(({ attempts }) =>
    attempts.some(({ outcome }) => outcome === 'interrupted'),
  );
  meta.fault = {
    ...{ lost: 0, twice: null, doubled: null, settledS: null, firstS: null, acceptedS: null },
    begunAgain: again.length,
    expected: 'each task ends as the table says, nothing private is reached, memory stays flat',
    seen: `${executions.length} tasks, at most ${Math.round(memory.peakMb())} MB in the worker`,
  };
});
