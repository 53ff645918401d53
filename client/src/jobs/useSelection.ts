import { useRef, useState } from 'react';
import type { Job } from '../api/shapes.ts';

export type Chosen = ReadonlyMap<string, Job['status']>;

export interface Selection {
  /** The jobs that are chosen, each with its state when it was. */
  readonly chosen: Chosen;
  /** Chooses one, or no longer; `reach` does so with all between it and the one before. */
  toggle(jobs: readonly Job[], jobId: string, reach: boolean): void;
  /** Chooses these and no others. */
  choose(jobs: readonly Job[]): void;
}

/** A set of jobs that somebody chose: it changes by their hand alone, whatever comes meanwhile. */
export function useSelection(): Selection {
  const [chosen, setChosen] = useState<Chosen>(new Map());
  const last = useRef<string | null>(null);
  return {
    chosen,
    toggle(jobs, jobId, reach) {
      const at = jobs.findIndex((job) => job.jobId === jobId);
      const before = reach ? jobs.findIndex((job) => job.jobId === last.current) : -1;
      const from = before === -1 ? at : before;
      const next = new Map(chosen);
      for (const job of jobs.slice(Math.min(at, from), Math.max(at, from) + 1)) {
        if (chosen.has(jobId)) next.delete(job.jobId);
        else next.set(job.jobId, job.status);
      }
      last.current = jobId;
      setChosen(next);
    },
    choose: (jobs) => setChosen(new Map(jobs.map(({ jobId, status }) => [jobId, status]))),
  };
}
