import { WorkerModel } from '../../../models/system/WorkerModel.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import { every, type Repetition } from '../scheduling/every.ts';

interface FollowOrdersOptions {
  /** This process' name as a worker. */
  name: string;
  /** Takes no more jobs, or takes them again; told at each look. */
  quieten: (quiet: boolean) => void;
  /** Stops the process in order; called once. */
  stop: () => void;
  intervalMs: number;
  log: JobLog;
}

/** Does what an administrator asks of this worker, and of no other. */
export function followOrders(options: FollowOrdersOptions): Repetition {
  const { name, quieten, stop, intervalMs, log } = options;
  let stopping = false;
  return every({ name: 'Orders', intervalMs, log }, async () => {
    const asked = (await WorkerModel.findById(name, { asked: 1 }).lean())?.asked;
    if (asked == null || stopping) return;
    quieten(asked.order !== 'work');
    if (asked.order !== 'stop') return;
    stopping = true;
    log.info('An administrator stops this worker', { by: asked.by });
    stop();
  });
}
