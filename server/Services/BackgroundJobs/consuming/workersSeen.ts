import { type WorkerDoc, WorkerModel } from '../../../models/system/WorkerModel.ts';

/** So many heartbeats may fail to arrive. */
const MISSED_BEATS = 3;

export interface WorkersSeen {
  alive: WorkerDoc[];
  /** Those of the last day that ended without farewell. */
  silent: WorkerDoc[];
}

/** The workers by their signs of life, which come every `heartbeatMs`. */
export async function workersSeen(heartbeatMs: number): Promise<WorkersSeen> {
  const workers = await WorkerModel.find({ farewellAt: null }).lean<WorkerDoc[]>();
  const since = Date.now() - MISSED_BEATS * heartbeatMs;
  const isAlive = ({ lastSeenAt }: WorkerDoc) => lastSeenAt.getTime() >= since;
  return { alive: workers.filter(isAlive), silent: workers.filter((each) => !isAlive(each)) };
}
