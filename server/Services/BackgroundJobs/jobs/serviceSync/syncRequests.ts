import type { ServiceLogDoc } from '../../../../models/ServiceLogModel.ts';
import { storeTime } from '../../../../models/serverFacts.ts';
import { type RunDoc, RunModel } from '../../../../models/system/RunModel.ts';
import { recentLogs } from '../../../ServiceSync/serviceLogs.ts';
import type { Administration, KnownQueueStats } from '../../admin/administration.ts';
import type { RunViews } from '../../admin/runViews.ts';
import type { Enqueuer } from '../../enqueuing/enqueuer.ts';
import type { Producer } from '../../producer.ts';
import type { RunView } from '../../runs/balance.ts';
import { SERVICE_SYNC, serviceSyncJob } from './serviceSync.job.ts';
import { serviceSyncSource } from './serviceSync.source.ts';

/** How the sync stands. */
export interface SyncStatus extends KnownQueueStats {
  /** Null before the first. */
  lastRun: RunView | null;
  recentCompleted: ServiceLogDoc[];
  recentFailed: ServiceLogDoc[];
}

/** Syncs as people ask for them, and how they stand. Without Redis a sync rejects with `REDIS_UNAVAILABLE`. */
export interface SyncRequests {
  /** All active services, as one run; the same while one that was asked for is open. */
  all(): Promise<{ runId: string }>;
  /** One service; the same job while one that was asked for is open. */
  one(serviceId: string): Promise<{ jobId: string }>;
  /** Also while Redis is away. */
  status(): Promise<SyncStatus>;
}

export interface SyncRequestsOptions {
  producer: Pick<Producer, 'beginRun'>;
  enqueuer: Pick<Enqueuer, 'enqueue'>;
  administration: Pick<Administration, 'knownQueueStats'>;
  runViews: RunViews;
  spreadMs: number;
}

const COMPLETED_SHOWN = 10;
const FAILED_SHOWN = 5;

/** Makes what the API's routes of the sync ask for. */
export function createSyncRequests(options: SyncRequestsOptions): SyncRequests {
  const { producer, enqueuer, administration, runViews, spreadMs } = options;
  return {
    async all() {
      const open = await newestRun({ openAndAskedFor: true });
      if (open !== null) return { runId: open._id };
      const now = (await storeTime()).toISOString();
      return producer.beginRun(serviceSyncSource, {
        slot: now,
        from: now,
        category: null,
        spreadMs,
      });
    },
    async one(serviceId) {
      const slot = (await storeTime()).toISOString();
      const enqueued = await enqueuer.enqueue(
        serviceSyncJob,
        { serviceId, slot },
        { unique: serviceId },
      );
      return { jobId: enqueued.became === 'duplicate' ? enqueued.of : enqueued.jobId };
    },
    async status() {
      const [stats, run, recentCompleted, recentFailed] = await Promise.all([
        administration.knownQueueStats(SERVICE_SYNC),
        newestRun({ openAndAskedFor: false }),
        recentLogs('completed', COMPLETED_SHOWN),
        recentLogs('failed', FAILED_SHOWN),
      ]);
      const lastRun = run === null ? null : await runViews.of(run);
      return { ...stats, lastRun, recentCompleted, recentFailed };
    },
  };
}

function newestRun({ openAndAskedFor }: { openAndAskedFor: boolean }): Promise<RunDoc | null> {
  const only = openAndAskedFor
    ? { status: { $in: ['enumerating' as const, 'running' as const] }, trigger: 'manual' as const }
    : {};
  return RunModel.findOne({ kind: SERVICE_SYNC, ...only }, { selection: 0 })
    .sort({ runSeq: -1 })
    .lean<RunDoc>();
}
