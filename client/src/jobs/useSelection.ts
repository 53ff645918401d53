import { useRef, useState } from 'react';
import type { Job } from '../api/shapes.ts';

export type Chosen = ReadonlyMap<string, Job['status']>;

export interface Selection {
  /** The jobs that are chosen, each with the state that it had when it was chosen. */
  readonly chosen: Chosen;
  /** Adds a job or takes it out; with `reach`, also all jobs between it and the one toggled before. */
  toggle(jobs: readonly Job[], jobId: string, reach: boolean): void;
  /** Chooses these and no others. */
  choose(jobs: readonly Job[]): void;
}

/** A set of jobs that a person chose: only they change it, whatever jobs come and go meanwhile. */
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
