import { setTimeout as wait } from 'node:timers/promises';
import { expect, type TestContext } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { parseSettings } from '../../server/config/env.ts';
import { UserModel } from '../../server/models/UserModel.ts';
import type { Deployment } from '../e2e/deployment.ts';
import { type AcceptedRun, type RunStream, type StreamPace, streamRuns } from './acceptedRuns.ts';
import type { FaultRow } from './faultRow.ts';
import { type HttpProbe, probeHttp } from './httpProbe.ts';
import {
  appliedTwice,
  completedWithoutEffect,
  doubledRecords,
  executionsOf,
  firstExecutionAfter,
  lastToEnd,
  openAmong,
} from './ledgers.ts';

/** What is expected of a fault, in words for the table and in bounds that are held. */
interface Expectation {
  expected: string;
  /** Upper bounds; what is not named is measured and shown, and not judged. */
  bounds: { lost?: number; twice?: number; doubled?: number; settledS?: number };
  /** The stream's pace unless said: 40 jobs a second. */
  pace?: StreamPace;
  /** How long each job takes, besides its work. */
  jobMs?: number;
}

/** A deployment at work, to which a fault may be done. */
export interface Load {
  readonly stream: RunStream;
  readonly probe: HttpProbe;
  /** To be called the moment the fault is over: waits until all is done, measures, sets the table's
   * row and holds it to the bounds. */
  settle(): Promise<FaultRow>;
}

const PACE: StreamPace = { usersPerRun: 10, intervalMs: 250 };
/** With the pace above, sixteen of the twenty places of two workers are taken at any time. */
const JOB_MS = 400;
/** How much is to be done before the fault begins. */
const WARM_EXECUTIONS = 100;
/** How long it is waited for the last job, when the expectation fails: to say how long it took. */
const GIVE_UP_MS = 180_000;
const LOOK_MS = 100;
const QUIET_MS = 2_000;

/** Puts the deployment to work and waits until it is well under way. */
export async function underLoad(
  { task, onTestFinished }: TestContext,
  deployment: Deployment,
  { expected, bounds, pace = PACE, jobMs = JOB_MS }: Expectation,
): Promise<Load> {
  await deployment.behave({ paceMs: jobMs });
  const users = (await UserModel.find({}, { _id: 1 }).lean()).map(({ _id }) => _id.toHexString());
  const stream = streamRuns(deployment.api, users, pace);
  const probe = probeHttp(deployment.api);
  onTestFinished(async () => {
    await Promise.all([stream.stop(), probe.stop()]);
  });
  await waitUntil(async () => (await executionsOf(stream.accepted)) >= WARM_EXECUTIONS, {
    timeoutMs: 60_000,
    what: `${WARM_EXECUTIONS} executions before the fault`,
  });

  return {
    stream,
    probe,
    async settle() {
      const endedAt = Date.now();
      const touched = [...stream.accepted];
      const { settledS, lost, open } = await whenDone(touched, endedAt, reconcileMs());
      await wait(QUIET_MS);
      await probe.stop();
      await stream.stop();
      const after = await whenDone(stream.accepted, Date.now(), reconcileMs());
      const withoutEffect = await completedWithoutEffect(stream.accepted);
      const first = await firstExecutionAfter(endedAt);
      const row: FaultRow = {
        lost: lost + after.lost + withoutEffect.length,
        twice: await appliedTwice(),
        doubled: (await doubledRecords(stream.accepted)) + stream.doubledKeys.length,
        settledS,
        firstS: first === null ? null : (first - endedAt) / 1_000,
        expected,
      };
      task.meta.fault = row;
      if (bounds.settledS !== undefined) {
        expect(open, 'jobs that were open when the fault ended').toBeGreaterThan(0);
      }
      const measured = Object.entries(bounds).map(([name, bound]) => {
        const value = row[name as keyof typeof bounds];
        return { name, bound, value, held: value !== null && value <= bound };
      });
      const broken = measured.filter(({ held }) => !held);
      expect(broken, broken.length === 0 ? '' : await lastToEnd(touched)).toEqual([]);
      return row;
    },
  };

  function reconcileMs(): number {
    return parseSettings(deployment.settings).RECONCILE_INTERVAL_MS;
  }
}

/**
 * Waits until all these runs' jobs are terminal.
 * @returns how many seconds after `since` that was, null if they never were, and how many were not
 * two reconciler intervals after it, and how many at the first look.
 */
async function whenDone(
  runs: readonly AcceptedRun[],
  since: number,
  reconcileMs: number,
): Promise<{ settledS: number | null; lost: number; open: number }> {
  const lostAfter = since + 2 * reconcileMs;
  let open = new Set(runs.flatMap(({ jobIds }) => jobIds));
  let lost: number | null = null;
  let atFirst: number | null = null;
  while (Date.now() < Math.max(lostAfter, since + GIVE_UP_MS)) {
    open = await openAmong(open);
    atFirst ??= open.size;
    const now = Date.now();
    if (open.size === 0) {
      return { settledS: (now - since) / 1_000, lost: lost ?? 0, open: atFirst };
    }
    if (lost === null && now >= lostAfter) lost = open.size;
    await wait(LOOK_MS);
  }
  return { settledS: null, lost: lost ?? open.size, open: atFirst ?? open.size };
}
