import { DURABLE } from '../../../../models/durable.ts';
import {
  type HealthCheck,
  type HealthSnapshotDoc,
  HealthSnapshotModel,
} from '../../../../models/HealthSnapshotModel.ts';

const KEPT_DAYS = 30;
const DAY_MS = 86_400_000;

/** A part whose state is another than at the last look. */
export interface HealthChange {
  check: HealthCheck;
  before: HealthCheck['state'];
}

/** Keeps what a look saw; done again by the same job it replaces its own. */
export async function keepSnapshot(_id: string, checks: HealthCheck[], at: Date): Promise<void> {
  const expiresAt = new Date(at.getTime() + KEPT_DAYS * DAY_MS);
  await HealthSnapshotModel.updateOne(
    { _id },
    { $set: { at, checks, expiresAt } },
    { upsert: true, writeConcern: DURABLE },
  );
}

/** The parts whose state differs from that of the last look before; a part that is new was well. */
export async function changesSince(
  _id: string,
  checks: readonly HealthCheck[],
  at: Date,
): Promise<HealthChange[]> {
  const last = await HealthSnapshotModel.findOne({ _id: { $ne: _id }, at: { $lte: at } })
    .sort({ at: -1 })
    .lean<HealthSnapshotDoc>();
  const before = new Map(last?.checks.map(({ name, state }) => [name, state]));
  return checks.flatMap((check) => {
    const state = before.get(check.name) ?? 'ok';
    return state === check.state ? [] : [{ check, before: state }];
  });
}
