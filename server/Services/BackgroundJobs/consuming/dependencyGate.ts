import type { Admission } from '../queues/admission.ts';
import type { BullWorker } from './bullWorker.ts';
import type { JobLog } from './jobLog.ts';

interface DependencyGateOptions {
  worker: Pick<BullWorker, 'takeJobs' | 'pause'>;
  /** No job is taken before Redis may be used, nor while it must not be. */
  admission: Pick<Admission, 'onAdmitted' | 'onRefused'>;
  /** Settles when all dependencies answer and take writes. */
  whenDependenciesAnswer: () => Promise<void>;
  /** Aborts when the worker stops for good. */
  stopping: AbortSignal;
  log: JobLog;
}

/** Holds a worker off its queue until it may work there, and whenever a dependency is away. */
export interface DependencyGate {
  /** Whether a dependency is known to be away. */
  isShut(): boolean;
  /** Whether no job is taken on purpose: a dependency is away, or Redis was not admitted yet. */
  isSuspended(): boolean;
  /** Takes no job until all dependencies answer. */
  shut(cause: unknown): void;
}

/** Opens by itself as soon as Redis is admitted for the first time. */
export function createDependencyGate(options: DependencyGateOptions): DependencyGate {
  const { worker, admission, log, stopping } = options;
  let isShut = false;
  let hasBegun = false;

  async function reopen(): Promise<void> {
    await worker.pause();
    await options.whenDependenciesAnswer();
    isShut = false;
    if (stopping.aborted) return;
    log.info('The dependency answers again: jobs are taken');
    await worker.takeJobs();
  }

  function shut(error: unknown): void {
    // Before it has begun it waits to be admitted.
    if (isShut || !hasBegun) return;
    isShut = true;
    log.warn('A dependency is away: jobs are handed back, none is taken until it answers', {
      error,
    });
    void reopen();
  }

  admission.onAdmitted(() => {
    if (hasBegun) return;
    hasBegun = true;
    void worker.takeJobs();
  });
  admission.onRefused(shut);
  return { isShut: () => isShut, isSuspended: () => isShut || !hasBegun, shut };
}
