import { DURABLE } from '../../models/durable.ts';
import { type ServiceDoc, ServiceModel, type ServiceStatus } from '../../models/ServiceModel.ts';

/** The states of which people are to hear; the others are well enough. */
const FAILING: readonly ServiceStatus[] = ['failed', 'down'];
/** A job that has not told of what it claimed within this time will not. */
const CLAIM_MS = 3_600_000;
const DURABLY = { writeConcern: DURABLE } as const;

export type ToldService = Pick<ServiceDoc, '_id' | 'name' | 'url' | 'last' | 'telling'>;

/** Whether people have yet to hear that this service fails, or is well again; also after what they hear now. */
export function isToBeTold({
  last,
  toldFailing,
  telling,
}: Pick<ServiceDoc, 'last' | 'toldFailing' | 'telling'>): boolean {
  return last !== null && FAILING.includes(last.status) !== (telling?.failing ?? toldFailing);
}

/**
 * Claims all changes that people have yet to hear of, for one job: they are the same ones however often it is
 * tried, so that each is told once. What changes after is for the next one.
 */
export async function claimChanges(jobId: string, now: Date): Promise<ToldService[]> {
  const claimed = () =>
    ServiceModel.find({ 'telling.jobId': jobId }).sort({ _id: 1 }).lean<ToldService[]>();
  const before = await claimed();
  if (before.length > 0) return before;
  const free = [{ telling: null }, { 'telling.at': { $lt: new Date(now.getTime() - CLAIM_MS) } }];
  for (const failing of [true, false]) {
    const status = failing ? { $in: [...FAILING] } : { $nin: [...FAILING] };
    await ServiceModel.updateMany(
      { 'last.status': status, toldFailing: !failing, $or: free },
      { $set: { telling: { jobId, failing, at: now } } },
      DURABLY,
    );
  }
  return claimed();
}

/** Notes that people have heard of what the job had claimed. */
export async function changesTold(jobId: string): Promise<void> {
  for (const failing of [true, false]) {
    await ServiceModel.updateMany(
      { 'telling.jobId': jobId, 'telling.failing': failing },
      { $set: { toldFailing: failing, telling: null } },
      DURABLY,
    );
  }
}
