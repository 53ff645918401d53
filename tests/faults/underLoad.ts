import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, type TestContext } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { parseSettings } from '../../server/config/env.ts';
import { UserModel } from '../../server/models/UserModel.ts';
import type { Deployment } from '../e2e/deployment.ts';
import { type AcceptedRun, type RunStream, type StreamPace, streamRuns } from './acceptedRuns.ts';
import {
  type SingleStream,
  singlesAmiss,
  streamSingles,
  whenSinglesEnded,
} from './acceptedSingles.ts';
import type { Away } from './apiAway.ts';
import { pendingAmiss, recordsAmiss, strayRuns } from './doubled.ts';
import type { FaultRow } from './faultRow.ts';
import { watchFinalStates } from './finalStates.ts';
import { type HttpProbe, probeHttp } from './httpProbe.ts';
import { executedAgain, unexplained } from './jobsAtWork.ts';
import {
  appliedTwice,
  endedUndone,
  executionsOf,
  firstCompletionAfter,
  holdersOf,
  lastToEnd,
  openAmong,
  untrueWrites,
  workersThatCompletedAfter,
} from './ledgers.ts';
import { streamOtherSources } from './otherSources.ts';
import { firstAcceptedS, POST_PROMISE, type PostPromise, postsAmiss } from './posts.ts';
import { ownConnection } from './redisOfDeployment.ts';
import type { Strand } from './strand.ts';

/** What is expected of a fault, in words for the table and in bounds that are held. */
interface Expectation {
  expected: string;
  /** Upper bounds; what is not named is measured and shown, and not judged. */
  bounds: { lost?: number; twice?: number; doubled?: number; settledS?: number };
  /** The stream's pace unless said: 40 jobs a second. */
  pace?: StreamPace;
  /** How long each job takes, besides its work. */
  jobMs?: number;
  /** Users whose jobs may fail: the fault is in them. All others must be done. */
  mayFail?: readonly string[];
  /** Where what is promised of the stream's requests differs from POST_PROMISE. */
  posts?: Partial<PostPromise>;
  /** After the fault each worker process that is online must complete jobs. */
  allWorkersResume?: boolean;
  /** Redis, which alone counts the starts, loses some: a record may not say of them that they were. */
  forgetsStarts?: boolean;
  /** What else is in the stream: the deployment must have their settings. */
  strands?: readonly Strand[];
  /** Which server has the queue at the end; the deployment's own unless said. */
  redisAtEnd?: () => Promise<{ port: number }>;
}

/** A deployment at work, to which a fault may be done. */
export interface Load {
  readonly stream: RunStream;
  /** Jobs that belong to no run: at once, in seconds, and later. */
  readonly singles: SingleStream;
  readonly probe: HttpProbe;
  /** When the test had taken the API away. */
  readonly away: readonly Away[];
  /**
   * Takes the API away by `doing` and brings it back: a request that meets that may end in one of
   * these ways, by the codes of Unanswered.
   */
  takeApiAway<T>(endings: readonly string[], doing: () => Promise<T>): Promise<T>;
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
const STOP_MS = 10_000;
const QUIET_MS = 2_000;
/** The stream goes on meanwhile: what there is to do is enough for all workers. */
const RESUMED_MS = 10_000;

/** Puts the deployment to work and waits until it is well under way. */
export async function underLoad(
  { task, onTestFinished, onTestFailed }: TestContext,
  deployment: Deployment,
  expectation: Expectation,
): Promise<Load> {
  const { expected, bounds, pace = PACE, jobMs = JOB_MS, posts, strands = [] } = expectation;
  await deployment.behave({ paceMs: jobMs });
  const users = (await UserModel.find({}, { _id: 1 }).lean()).map(({ _id }) => _id.toHexString());
  const stream = streamRuns(deployment.api, users, pace);
  const singles = streamSingles(deployment.api, users);
  const others = [await streamOtherSources(deployment.api, 4 * reconcileMs())];
  for (const strand of strands) others.push(await strand.begin(deployment.api));
  const probe = probeHttp(deployment.api);
  const finalStates = watchFinalStates(stream.accepted);
  const away: Away[] = [];
  onTestFinished(async () => {
    const all = [stream, singles, ...others, probe, finalStates];
    // Where a test failed while a server was away, nothing is accepted any more.
    await Promise.race([Promise.all(all.map((each) => each.stop())), wait(STOP_MS)]);
  });
  onTestFailed(async () => {
    const file = join(tmpdir(), `hourwork-fault-${randomUUID()}.log`);
    await writeFile(file, await deployment.pm2.appLogs());
    console.log(`  what the processes wrote: ${file}`);
  });
  await waitUntil(async () => (await executionsOf(stream.accepted)) >= WARM_EXECUTIONS, {
    timeoutMs: 60_000,
    what: `${WARM_EXECUTIONS} executions before the fault`,
  });

  return {
    stream,
    singles,
    probe,
    away,
    async takeApiAway(endings, doing) {
      const one: Away = { from: Date.now(), to: Number.POSITIVE_INFINITY, endings };
      away.push(one);
      try {
        return await doing();
      } finally {
        one.to = Date.now();
      }
    },
    async settle() {
      const endedAt = Date.now();
      const touched = [...stream.accepted];
      const { settledS, lost, open } = await whenDone(touched, endedAt, reconcileMs());
      if (expectation.allWorkersResume) await whenEachWorkerCompletes(deployment, endedAt);
      await wait(QUIET_MS);
      await probe.stop();
      await Promise.all([stream, singles, ...others].map((each) => each.stop()));
      const { accepted } = stream;
      const after = await whenDone(accepted, Date.now(), reconcileMs());
      await whenHoldersEnd(accepted, 2 * reconcileMs());
      await whenSinglesEnded(singles.accepted, 4 * reconcileMs());
      const single = await singlesAmiss(singles.accepted);
      const otherWork = (await Promise.all(others.map((each) => each.amiss()))).flat();
      const undone = await endedUndone(accepted, expectation.mayFail ?? []);
      const untrue = await untrueWrites(accepted);
      const first = await firstCompletionAfter(endedAt);
      const again = await executedAgain(accepted.map(({ runId }) => runId));
      const redis = ownConnection((await expectation.redisAtEnd?.()) ?? deployment.redis);
      const doubled = {
        'runs begun beyond the first of a key': stream.doubledKeys.length,
        'runs that nobody was told of': await strayRuns(accepted),
        'records too many or too few': await recordsAmiss(accepted),
        'jobs pending though they are done': await pendingAmiss(redis, accepted),
        'final records that changed': (await finalStates.moved()).length,
        'single jobs beyond the first of a key': singles.doubledKeys.length + single.doubled,
        'single jobs begun early': single.early.length,
      };
      const row: FaultRow = {
        lost:
          lost +
          after.lost +
          undone.length +
          untrue.length +
          single.undone.length +
          otherWork.length,
        twice: await appliedTwice(),
        doubled: Object.values(doubled).reduce((sum, count) => sum + count, 0),
        settledS,
        firstS: first === null ? null : (first - endedAt) / 1_000,
        acceptedS: firstAcceptedS(stream, endedAt),
        begunAgain: again.length,
        besides: others.map((each) => each.account()).join(', '),
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
      const why = async () =>
        [
          ...[JSON.stringify(doubled), ...undone, ...untrue, ...single.undone, ...otherWork],
          await lastToEnd(touched),
        ].join('\n');
      expect(broken, broken.length === 0 ? '' : await why()).toEqual([]);
      const unkept = postsAmiss(stream, endedAt, away, { ...POST_PROMISE, ...posts });
      expect(unkept, `requests of runs: ${unkept.join('; ')}`).toEqual([]);
      const silent = expectation.forgetsStarts ? [] : await unexplained(again);
      expect(silent, 'begun again, and the record does not say so').toEqual([]);
      return row;
    },
  };

  function reconcileMs(): number {
    return parseSettings(deployment.settings).RECONCILE_INTERVAL_MS;
  }
}

/** Waits for the jobs that duplicates were left to; those that have not ended by then are judged. */
async function whenHoldersEnd(runs: readonly AcceptedRun[], timeoutMs: number): Promise<void> {
  const holders = await holdersOf(runs);
  await waitUntil(async () => (await openAmong(holders)).size === 0, {
    timeoutMs,
    what: 'the jobs that others were duplicates of',
  }).catch(() => undefined);
}

/** Waits until each worker process that is online now has completed a job since this instant. */
async function whenEachWorkerCompletes({ pm2 }: Deployment, since: number): Promise<void> {
  const online = await pm2.online('worker');
  expect(online.length).toBeGreaterThan(0);
  await waitUntil(
    async () => {
      const names = await workersThatCompletedAfter(since);
      return online.every(({ pid }) => names.some((name) => name.includes(`:${pid}:`)));
    },
    { timeoutMs: RESUMED_MS, what: 'each worker to have completed a job after the fault' },
  );
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
