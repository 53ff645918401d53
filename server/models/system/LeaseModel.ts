import { model, Schema } from 'mongoose';
import { isDuplicateKey } from '../mongoErrors.ts';
import { storeTime } from '../serverFacts.ts';

interface LeaseDoc {
  _id: string;
  holder: string;
  expiresAt: Date;
}

const leaseSchema = new Schema<LeaseDoc>(
  {
    _id: { type: String, required: true },
    holder: { type: String, required: true },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'leases', versionKey: false, autoIndex: false },
);

const LeaseModel = model<LeaseDoc>('Lease', leaseSchema);

/**
 * Takes or renews a named lease for `ttlMs`. It saves double work among processes; whatever must
 * not happen twice is guarded by its own condition as well. Times are of the database's clock: a process
 * whose own is ahead takes no lease that is held.
 * @returns whether `holder` has it now.
 */
export async function acquireLease(name: string, holder: string, ttlMs: number): Promise<boolean> {
  const now = (await storeTime()).getTime();
  try {
    const { matchedCount, upsertedCount } = await LeaseModel.updateOne(
      { _id: name, $or: [{ holder }, { expiresAt: { $lt: new Date(now) } }] },
      { $set: { holder, expiresAt: new Date(now + ttlMs) } },
      { upsert: true },
    );
    return matchedCount + upsertedCount > 0;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** Gives a lease back early, so that another process need not wait for it to run out. */
export async function releaseLease(name: string, holder: string): Promise<void> {
  await LeaseModel.deleteOne({ _id: name, holder });
}

/** The names of the leases that a process holds now, or held until it died a moment ago. */
export async function heldLeases(): Promise<string[]> {
  const leases = await LeaseModel.find(
    { expiresAt: { $gte: await storeTime() } },
    { _id: 1 },
  ).lean();
  return leases.map(({ _id }) => _id);
}

/** The names of the leases that ran out before this instant and were neither renewed nor given back. */
export async function overdueLeases(before: Date): Promise<string[]> {
  const leases = await LeaseModel.find({ expiresAt: { $lt: before } }, { _id: 1 }).lean();
  return leases.map(({ _id }) => _id);
}
