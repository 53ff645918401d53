import { Redis } from 'ioredis';
import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../server/models/system/RunModel.ts';
import { WorkerModel } from '../../server/models/system/WorkerModel.ts';
import { act, beginRun, saveCsv } from './acting.ts';
import { seriousFaults, useBrowser } from './browser.ts';
import { useStack } from './stack.ts';
import { factsOf, legendOf, rowsOf } from './truth.ts';

const USERS = 12;
const FAILING = ['000003', '000004', '000005'];
const stack = await useStack({ users: USERS });
const browser = useBrowser(stack);

/** Begins a run whose jobs of these users fail, and waits for its end. */
async function runWithFailures(page: Page): Promise<void> {
  await stack.behave({ paceMs: 0, failingUsers: FAILING });
  await beginRun(page);
  await page.getByText(`${USERS - FAILING.length} + ${FAILING.length} = ${USERS}`).waitFor();
  await page.getByText('Completed', { exact: true }).first().waitFor();
}

it('retries a frozen set of jobs: some that were chosen, then all that match', async () => {
  const page = await browser.open('/', { as: 'admin' });
  await runWithFailures(page);
  await stack.behave({ paceMs: 0 });
  await page.goto('/jobs?q=status%3Afailed');
  const rows = page.getByRole('table', { name: 'Jobs' }).getByRole('checkbox');
  await expect.poll(() => rows.count()).toBe(FAILING.length);
  await rows.nth(0).check();
  await rows.nth(1).click({ modifiers: ['Shift'] });
  await page.getByText('2 jobs selected').waitFor();
  await rows.nth(0).uncheck();
  expect(await seriousFaults(page)).toEqual([]);
  await act(page, 'Retry 1 failed job', () =>
    page
      .getByRole('dialog')
      .getByText('Puts 1 job, as selected now, into the queue again.')
      .waitFor(),
  );
  await page.getByText('1 job done.').waitFor();
  await expect.poll(() => rows.count()).toBe(FAILING.length - 1);

  await page.getByRole('button', { name: 'Select all that match' }).click();
  await act(page, 'Retry 2 failed jobs');
  await page.getByText('2 jobs done.').waitFor();
  await page.getByText('No job fits.').waitFor();

  await page.goto('/jobs?q=status%3Acompleted%20user%3A000003');
  await page.getByRole('table', { name: 'Jobs' }).getByRole('link').first().click();
  const starts = page.getByRole('table', { name: 'Its last starts' });
  await starts.getByText('JOB_FAILED: The provider answers 401 to user 000003.').first().waitFor();
  await starts.getByText('Completed').waitFor();
});

it('saves a list as CSV, all of it, and shows a viewer nothing to choose by', async () => {
  const page = await browser.open('/', { as: 'admin' });
  await runWithFailures(page);
  const reader = await browser.open('/jobs?q=status%3Afailed', { as: 'viewer' });
  await reader.getByRole('table', { name: 'Jobs' }).waitFor();
  expect(await reader.getByRole('checkbox').count()).toBe(0);
  expect(await reader.getByRole('button', { name: 'Select all that match' }).count()).toBe(0);
  const { name, text } = await saveCsv(reader);
  expect(name).toBe('jobs.csv');
  const [head, ...lines] = text.split('\r\n');
  expect(head).toMatch(/^\uFEFFjobId,kind,runId,/);
  expect(lines.pop()).toBe('');
  expect(lines).toHaveLength(FAILING.length);
  expect(lines.every((line) => line.includes(',failed,'))).toBe(true);
});

it('draws how many jobs ended of late, with a table as twin', async () => {
  const page = await browser.open('/', { as: 'admin' });
  await runWithFailures(page);
  await page.goto('/queues');
  await page.locator('.chart canvas').waitFor();
  await page.getByRole('button', { name: 'As a table' }).click();
  const rows = page.getByRole('table', { name: 'Jobs that ended' }).locator('tbody tr');
  const failed = async () => {
    const cells = await rows.locator('td:last-child').allInnerTexts();
    return cells.reduce((sum, text) => sum + Number(text), 0);
  };
  await expect.poll(failed, { timeout: 30_000 }).toBeGreaterThanOrEqual(FAILING.length);
  expect(await seriousFaults(page)).toEqual([]);
  await page.getByText('Last day').click();
  // The tests begin and end in at most two hours.
  await expect.poll(() => rows.count()).toBeLessThanOrEqual(2);
  await expect.poll(failed).toBeGreaterThanOrEqual(FAILING.length);
});

it('shows no number but what the stores hold, at rest', async () => {
  const admin = await browser.open('/', { as: 'admin' });
  await runWithFailures(admin);
  const page = await browser.open('/', { as: 'viewer' });
  const jobs = (filter: object) => JobStatusModel.countDocuments(filter);
  const [run] = await RunModel.find().sort({ runSeq: -1 }).limit(1).lean();
  const runId = run?._id ?? '';
  const byState = {
    Completed: await jobs({ runId, status: 'completed' }),
    Failed: await jobs({ runId, status: 'failed' }),
  };
  expect(byState).toEqual({ Completed: USERS - FAILING.length, Failed: FAILING.length });
  const said = texts(byState);
  const failed = await jobs({ status: 'failed' });

  // Now: the sentence, the run, the queues, the workers.
  await page.getByText(new RegExp(`^${failed} jobs stand failed`)).waitFor();
  expect(await legendOf(page)).toEqual(said);
  // A canary may be on its way at either look: a number that is wrong stays so.
  const held = await vi.waitFor(
    async () => {
      const held = await queuesHeld();
      const now = await rowsOf(page, 'Queues');
      expect(now.map((row) => row.Queue).sort()).toEqual(Object.keys(held).sort());
      for (const { Queue = '', Waiting, 'At work': active, Delayed, Failed } of now) {
        expect({ Waiting, active, Delayed, Failed }, Queue).toEqual(texts(held[Queue] ?? {}));
      }
      return held;
    },
    { timeout: 20_000 },
  );
  const [worker] = await WorkerModel.find({ farewellAt: null }).sort({ startedAt: -1 }).lean();
  const process = `${worker?.host}:${worker?.pid}`;
  expect(await rowsOf(page, 'Workers')).toContainEqual(
    expect.objectContaining({ Worker: process, 'At work': '0' }),
  );

  // Runs, and one of them.
  await page.goto('/runs');
  const runs = await rowsOf(page, 'Runs');
  expect(runs).toHaveLength(await RunModel.countDocuments());
  expect(runs[0]).toMatchObject({ ...said, Duplicates: '0' });
  await page.goto(`/runs/${runId}`);
  await page.getByText(`${byState.Completed} + ${byState.Failed} = ${USERS}`).waitFor();
  expect(await legendOf(page)).toEqual(said);
  expect(await factsOf(page.getByRole('region', { name: 'Facts' }))).toMatchObject({
    Number: String(run?.runSeq),
  });

  // Jobs in each state, and failures by cause.
  for (const status of ['queued', 'active', 'completed', 'failed', 'duplicate']) {
    await page.goto(`/jobs?q=${encodeURIComponent(`run:${runId} status:${status}`)}`);
    const counted = await jobs({ runId, status });
    if (counted === 0) await page.getByText('No job fits.').waitFor();
    else expect(await rowsOf(page, 'Jobs')).toHaveLength(counted);
  }
  await page.goto('/failures');
  const group = page.getByRole('region', { name: 'JOB_FAILED' });
  await group.waitFor();
  const users = await JobStatusModel.distinct('userId', { status: 'failed' });
  expect((await factsOf(group)).Jobs).toBe(`${failed} jobs, ${users.length} users`);
  await page.getByText(`Grouped from all ${failed} failed jobs.`).waitFor();

  // Queues, with what ended of late; workers.
  await page.goto('/queues');
  for (const [queue, counts] of Object.entries(held)) {
    const part = page.getByRole('region', { name: queue, exact: true });
    await part.getByText('Oldest wait').waitFor();
    const scheduled = await jobs({ queue, status: 'scheduled' });
    await expect
      .poll(() => factsOf(part), { timeout: 15_000 })
      .toMatchObject(
        texts({
          ...{ Waiting: counts.Waiting, 'At work': counts.active, Delayed: counts.Delayed },
          ...{ Failed: counts.Failed, 'Due later': scheduled },
        }),
      );
  }
  await page.getByText('Last day').click();
  await page.getByRole('button', { name: 'As a table' }).click();
  const sum = async (column: string) =>
    (await rowsOf(page, 'Jobs that ended')).reduce((total, row) => total + Number(row[column]), 0);
  await expect
    .poll(() => sum('Completed'), { timeout: 30_000 })
    .toBe(await jobs({ status: 'completed' }));
  // A job that failed and was retried since is counted as one that failed.
  const retried = await jobs({ status: 'completed', generation: { $gt: 1 } });
  expect(await sum('Failed')).toBe(failed + retried);
  await page.goto('/workers');
  expect(await rowsOf(page, 'Workers')).toContainEqual(
    expect.objectContaining({ Worker: process, Version: worker?.version, 'At work': '0' }),
  );
});

/** What each queue holds in Redis, and how many of its jobs stand failed. */
async function queuesHeld() {
  const redis = new Redis(stack.redis.port);
  try {
    const keys = await redis.keys('*:meta');
    const held = keys.map(async (key) => {
      const base = key.slice(0, -':meta'.length);
      const queue = base.slice(base.lastIndexOf(':') + 1);
      return [
        queue,
        {
          Waiting: (await redis.llen(`${base}:wait`)) + (await redis.zcard(`${base}:prioritized`)),
          active: await redis.llen(`${base}:active`),
          Delayed: await redis.zcard(`${base}:delayed`),
          Failed: await JobStatusModel.countDocuments({ queue, status: 'failed' }),
        },
      ] as const;
    });
    return Object.fromEntries(await Promise.all(held));
  } finally {
    redis.disconnect();
  }
}

function texts(counts: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, String(value)]));
}
