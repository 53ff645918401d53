import type { Page } from '../models/pages.ts';
import type { JobQueries } from '../Services/BackgroundJobs/admin/jobQueries.ts';
import { changesSince } from '../Services/BackgroundJobs/changes/changes.ts';
import { dismissFailures, recallFailures } from '../Services/BackgroundJobs/overview/dismissals.ts';
import { groupFailures } from '../Services/BackgroundJobs/overview/failures.ts';
import {
  forgetIncident,
  keepIncident,
  listIncidents,
  readIncident,
} from '../Services/BackgroundJobs/overview/incidents.ts';
import type { Overview } from '../Services/BackgroundJobs/overview/overview.ts';
import {
  listSchedules,
  previewSchedule,
  startSchedule,
  stopSchedule,
  UNTIL_STARTED,
} from '../Services/BackgroundJobs/overview/schedules.ts';
import { created, ok } from './reply.ts';

export interface DashboardDeps {
  jobQueries: Pick<JobQueries, 'search'>;
  overview(): Promise<Overview>;
}

interface Stop {
  by: string;
  note: string;
  until?: string | undefined;
}

/** What the dashboard's pages show beyond what is there for programs. */
export function createDashboardController({ overview, jobQueries }: DashboardDeps) {
  return {
    now: async () => ok(await overview()),
    changes: async (since: string | undefined, limit: number) =>
      ok(await changesSince(since === undefined ? undefined : new Date(since), limit)),
    keepIncident: async (why: { by: string; note: string }) =>
      created(await keepIncident(await overview(), why)),
    incidents: async (page: Page) => ok(await listIncidents(page)),
    incident: async (id: string) => ok(await readIncident(id)),
    forgetIncident: async (id: string) => {
      await forgetIncident(id);
      return ok({ id, removed: true as const });
    },
    search: async (search: Parameters<JobQueries['search']>[0]) =>
      ok(await jobQueries.search(search)),
    failures: async (runId?: string) => ok(await groupFailures(runId)),
    dismiss: async (code: string, why: { by: string; note: string }) =>
      ok(await dismissFailures(code, why)),
    recall: async (code: string) => ok(await recallFailures(code)),
    schedules: async () => ok({ items: await listSchedules() }),
    preview: async (schedule: string) => ok(await previewSchedule(schedule)),
    stopSchedule: async (schedule: string, { by, note, until }: Stop) => {
      const hold = { by, why: note, until: until === undefined ? UNTIL_STARTED : new Date(until) };
      return ok(await stopSchedule(schedule, hold));
    },
    startSchedule: async (schedule: string) => ok(await startSchedule(schedule)),
  };
}

export type DashboardController = ReturnType<typeof createDashboardController>;
