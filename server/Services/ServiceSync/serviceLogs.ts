import { ulid } from 'ulid';
import { DURABLE } from '../../models/durable.ts';
import { insertOnce } from '../../models/insertOnce.ts';
import { readMany } from '../../models/readDeadline.ts';
import { type ServiceLogDoc, ServiceLogModel } from '../../models/ServiceLogModel.ts';
import { type ServiceDoc, ServiceModel } from '../../models/ServiceModel.ts';
import { changesBetween } from './changes.ts';

const KEPT_DAYS = 90;
const DAY_MS = 86_400_000;

type Found = Omit<ServiceLogDoc, '_id' | 'at' | 'changes' | 'expiresAt'>;

/** The log of a service and slot; null before there is one. */
export function logOf(serviceId: string, slot: Date): Promise<ServiceLogDoc | null> {
  return ServiceLogModel.findOne({ serviceId, slot }).lean<ServiceLogDoc>();
}

/**
 * Writes down how a service was found for a slot, once: who comes second is answered with what was written
 * first.
 */
export async function recordLog(found: Found): Promise<ServiceLogDoc> {
  const { serviceId, slot } = found;
  const before = await ServiceLogModel.findOne({ serviceId, slot: { $lt: slot } })
    .sort({ slot: -1 })
    .lean<ServiceLogDoc>();
  const at = new Date();
  const own: ServiceLogDoc = {
    ...found,
    _id: ulid(),
    at,
    changes: before === null ? [] : changesBetween(before, found),
    expiresAt: new Date(at.getTime() + KEPT_DAYS * DAY_MS),
  };
  return (await insertOnce(ServiceLogModel, own)) ? own : ((await logOf(serviceId, slot)) ?? own);
}

/**
 * Lets the service show its newest log. Done again after a crash it changes nothing; a late log of an older slot
 * does not either.
 * @returns the service, unless it shows a newer one, or is gone.
 */
export function showNewest({ serviceId, slot, status, at }: ServiceLogDoc) {
  return ServiceModel.findOneAndUpdate(
    { _id: serviceId, $or: [{ last: null }, { 'last.slot': { $lte: slot } }] },
    { $set: { last: { slot, status, at } } },
    { returnDocument: 'after', writeConcern: DURABLE },
  ).lean<ServiceDoc>();
}

/** The newest logs of all services: of those that could be read, or not. */
export function recentLogs(which: 'completed' | 'failed', count: number): Promise<ServiceLogDoc[]> {
  const filter = which === 'failed' ? { status: 'failed' as const } : { error: null };
  return readMany((read) =>
    ServiceLogModel.find(filter, null, read).sort({ at: -1 }).limit(count).lean<ServiceLogDoc[]>(),
  );
}

/** The logs of a service, newest first; the cursor is the slot of the last one seen. */
export async function listLogs(
  serviceId: string,
  limit: number,
  before: Date | null,
): Promise<{ items: ServiceLogDoc[]; nextCursor: string | null }> {
  const found = await readMany((read) =>
    ServiceLogModel.find(
      { serviceId, ...(before !== null && { slot: { $lt: before } }) },
      null,
      read,
    )
      .sort({ slot: -1 })
      .limit(limit + 1)
      .lean<ServiceLogDoc[]>(),
  );
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    nextCursor: found.length > limit && last !== undefined ? last.slot.toISOString() : null,
  };
}
