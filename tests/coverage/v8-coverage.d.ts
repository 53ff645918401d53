declare module '@bcoe/v8-coverage' {
  import type { Profiler } from 'node:inspector';

  interface ProcessCov {
    result: Profiler.ScriptCoverage[];
  }
  /** Adds up what several processes have covered. */
  export function mergeProcessCovs(processes: readonly ProcessCov[]): ProcessCov;
}
