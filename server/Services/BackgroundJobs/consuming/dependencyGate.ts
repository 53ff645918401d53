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

/** Holds a worker off its queue until it may work there, whenever a dependency is away, and while it is told to be quiet. */
export interface DependencyGate {
  /** Whether a dependency is known to be away. */
  isShut(): boolean;
  /** Whether it was told to take no jobs. */
  isQuiet(): boolean;
  /** Whether no job is taken on purpose: a dependency is away, Redis was not admitted yet, or it is quiet. */
  isSuspended(): boolean;
  /** Takes no job until all dependencies answer. */
  shut(cause: unknown): void;
  /** Takes no job from now on, or takes them again; those at work go on. */
  quieten(quiet: boolean): void;
}

/** Opens by itself as soon as Redis is admitted for the first time. */
export function createDependencyGate(options: DependencyGateOptions): DependencyGate {
  const { worker, admission, log, stopping } = options;
  let isShut = false;
  let hasBegun = false;
  let isQuiet = false;

  async function takeJobs(): Promise<void> {
    if (!isQuiet) await worker.takeJobs();
  }

  async function reopen(): Promise<void> {
    await worker.pause();
    await options.whenDependenciesAnswer();
    isShut = false;
    if (stopping.aborted) return;
    log.info('The dependency answers again: jobs are taken');
    await takeJobs();
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
    void takeJobs();
  });
  admission.onRefused(shut);
  return {
    isShut: () => isShut,
    isQuiet: () => isQuiet,
    isSuspended: () => isShut || !hasBegun || isQuiet,
    shut,
    quieten(quiet) {
      if (quiet === isQuiet) return;
      isQuiet = quiet;
      log.info(quiet ? 'Told to be quiet: no job is taken' : 'Told to work: jobs are taken');
      if (quiet) void worker.pause();
      else if (hasBegun && !isShut && !stopping.aborted) void worker.takeJobs();
    },
  };
}
