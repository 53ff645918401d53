import { AppError } from '../errors/AppError.ts';
import type { Page } from '../models/pages.ts';
import type { ServiceLogDoc } from '../models/ServiceLogModel.ts';
import type { SyncRequests } from '../Services/BackgroundJobs/jobs/serviceSync/syncRequests.ts';
import type { ServiceInput } from '../Services/ServiceSync/serviceInput.ts';
import { listLogs } from '../Services/ServiceSync/serviceLogs.ts';
import type { ServicePatch, Services } from '../Services/ServiceSync/services.ts';
import { accepted, created, ok } from './reply.ts';

export interface ServicesDeps {
  services: Services;
  syncRequests: SyncRequests;
}

/** The services outside that are read each day, and reading them now. */
export function createServicesController({ services, syncRequests }: ServicesDeps) {
  return {
    create: async (input: ServiceInput) => created(await services.create(input)),
    list: async (page: Page & { category?: string | undefined }) => ok(await services.list(page)),
    get: async (id: string) => ok(await services.get(id)),
    async update(id: string, patch: ServicePatch) {
      if (Object.keys(patch).length === 0) {
        throw new AppError('VALIDATION_FAILED', 'Say what is to be changed.');
      }
      return ok(await services.update(id, patch));
    },
    async remove(id: string) {
      await services.remove(id);
      return ok({ id, removed: true as const });
    },
    async logs(id: string, { limit, cursor }: Page) {
      await services.get(id);
      const { items, nextCursor } = await listLogs(id, limit, slotOf(cursor));
      return ok({ items: items.map(shownLog), nextCursor });
    },
    syncAll: async () => accepted(await syncRequests.all()),
    async syncOne(id: string) {
      await services.requireActive(id);
      return accepted(await syncRequests.one(id));
    },
    async status() {
      const { lastRun, recentCompleted, recentFailed, ...counts } = await syncRequests.status();
      return ok({
        ...counts,
        lastRun,
        recent: {
          completed: recentCompleted.map(shownLog),
          failed: recentFailed.map(shownLog),
        },
      });
    },
  };
}

export type ServicesController = ReturnType<typeof createServicesController>;

function shownLog({ _id: id, ...log }: ServiceLogDoc) {
  return { id, ...log };
}

function slotOf(cursor: string | undefined): Date | null {
  if (cursor === undefined) return null;
  const slot = new Date(/^\d{4}-[\dT:.-]+Z$/.test(cursor) ? cursor : Number.NaN);
  if (!Number.isNaN(slot.getTime())) return slot;
  throw new AppError('VALIDATION_FAILED', 'The cursor is none of this list.');
}
