import { hostname } from 'node:os';
import { WorkerModel } from '../models/system/WorkerModel.ts';
import { withMongo } from './withMongo.ts';

/** So many heartbeats may fail to arrive. */
const MISSED_BEATS = 3;

// For a container's health check: ends with 0 when a worker of this host has shown a sign of life
// of late.
await withMongo(async ({ WORKER_HEARTBEAT_MS }) => {
  const since = new Date(Date.now() - MISSED_BEATS * WORKER_HEARTBEAT_MS);
  const alive = await WorkerModel.exists({
    host: hostname(),
    farewellAt: null,
    lastSeenAt: { $gte: since },
  });
  if (alive === null) throw new Error('No worker of this host has shown a sign of life of late.');
});
