import { createHash } from 'node:crypto';
import { AppError } from '../../../errors/AppError.ts';
import { type RunDoc, RunModel } from '../../../models/system/RunModel.ts';
import { resolveUsers } from '../../Users/resolveUsers.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import type { Lanes } from '../enqueuing/lanes.ts';
import { USER_DATA } from '../jobs/userData/userData.job.ts';
import { userDataInputOf } from '../jobs/userData/userData.source.ts';
import type { Producer } from '../producer.ts';
import type { RetentionDays } from '../recording/expiry.ts';
import { cancelWaitingJobs, markCancelled } from '../runs/cancel.ts';
import { findRun, openRequestedRun } from '../runs/ledger.ts';
import type { Administration, RunRequest } from './administration.ts';
import { newestRuns } from './newestRuns.ts';
import { noCursor } from './positionCursor.ts';
import type { RunViews } from './runViews.ts';

interface RunRequestOptions {
  producer: Pick<Producer, 'drive' | 'requireRoom'>;
  runViews: RunViews;
  lanes: Lanes;
  batchSize: number;
  retentionDays: RetentionDays;
  log: JobLog;
}

type RunRequests = Pick<Administration, 'listRuns' | 'getRun' | 'requestRun' | 'cancelRun'>;

/** Runs as an admin reads, requests and cancels them. */
export function createRunRequests(options: RunRequestOptions): RunRequests {
  const { producer, runViews, lanes, retentionDays, log } = options;
  return {
    async listRuns({ limit, cursor, kind }) {
      const before = cursor === undefined ? null : sequenceOf(cursor);
      const runs = await newestRuns({ before, count: limit + 1, kind });
      const page = runs.slice(0, limit);
      const items = await Promise.all(page.map(runViews.of));
      const last = page.at(-1);
      return { items, nextCursor: runs.length > limit && last ? String(last.runSeq) : null };
    },

    async getRun(runId) {
      const run = await findRun(runId);
      if (run === null) throw new AppError('NOT_FOUND', `There is no run ${runId}.`);
      return runViews.of(run);
    },

    async requestRun(request) {
      const begunBefore = await findByKey(request);
      if (begunBefore !== null) return { runId: begunBefore };
      const selection = await selectionOf(request);
      await producer.requireRoom();
      const run = await openRequestedRun({
        kind: USER_DATA,
        input: userDataInputOf(request),
        trigger: request.backfill === true ? 'backfill' : 'manual',
        mode: 'queue',
        batchSize: options.batchSize,
        selection,
        requestId: request.requestId,
        ...keyOf(request),
      });
      if (run === null) {
        // The same request came twice at once, and the other was first.
        const runId = await findByKey(request);
        if (runId === null) throw new AppError('INTERNAL', 'The run was neither made nor found.');
        return { runId };
      }
      producer.drive(run._id);
      return { runId: run._id };
    },

    async cancelRun(runId) {
      const run = await findRun(runId);
      // The in-process batch stops at its next page by itself, without Redis.
      if (run?.mode === 'legacy') {
        await markCancelled(runId);
        return { runId };
      }
      // Asked first, so that a Redis that is away is told before the run is marked.
      for (const { queue } of lanes) await queue.pendingCounts();
      await markCancelled(runId);
      cancelWaitingJobs(runId, { lanes, retentionDays }).catch((error: unknown) => {
        log.warn('Not all jobs of a cancelled run were reached; the reconciler goes on', {
          runId,
          error,
        });
      });
      return { runId };
    },
  };
}

function sequenceOf(cursor: string): number {
  const runSeq = /^\d+$/.test(cursor) ? Number(cursor) : Number.NaN;
  if (!Number.isSafeInteger(runSeq)) throw noCursor('query');
  return runSeq;
}

/** What a request asks, in short: the same key must not come with another. */
function fingerprintOf({ asOf, userIds, backfill }: RunRequest): string {
  const asked = JSON.stringify([asOf ?? null, userIds ?? null, backfill ?? false]);
  return createHash('sha256').update(asked).digest('hex');
}

function keyOf(request: RunRequest): { request?: NonNullable<RunDoc['request']> } {
  const { idempotencyKey: key, accountId } = request;
  if (key === undefined) return {};
  return { request: { accountId, key, fingerprint: fingerprintOf(request) } };
}

async function findByKey(request: RunRequest): Promise<string | null> {
  const { accountId, idempotencyKey } = request;
  if (idempotencyKey === undefined) return null;
  const run = await RunModel.findOne(
    { 'request.accountId': accountId, 'request.key': idempotencyKey },
    { request: 1 },
  ).lean();
  if (run === null) return null;
  if (run.request?.fingerprint !== fingerprintOf(request)) {
    throw new AppError(
      'IDEMPOTENCY_KEY_REUSED',
      `This Idempotency-Key began the run ${run._id} with another request; take a new key.`,
      { details: { runId: run._id } },
    );
  }
  return run._id;
}

async function selectionOf({ userIds }: RunRequest): Promise<string[] | null> {
  if (userIds === undefined) return null;
  const { found, unknown } = await resolveUsers(userIds);
  if (unknown.length > 0) {
    throw new AppError('UNKNOWN_USERS', `${unknown.length} of the users asked for do not exist.`, {
      details: { userIds: unknown },
    });
  }
  return [...new Set(found)].sort();
}
