import { randomBytes } from 'node:crypto';
import { withoutSecretShapes } from '../../../config/redaction.ts';
import { AppError } from '../../../errors/AppError.ts';
import { type IncidentDoc, IncidentModel } from '../../../models/IncidentModel.ts';
import { documentOf } from '../../../models/pages.ts';
import { type FailureGroup, groupFailures } from './failures.ts';
import type { Overview } from './overview.ts';

/** A cause of failures without texts: they may name users, whose deletion would not reach them here. */
type FrozenFailures = Pick<FailureGroup, 'code' | 'jobs' | 'users' | 'firstAt' | 'lastAt'>;

/** What the front page showed, and the most frequent causes of failures. */
interface Snapshot extends Overview {
  failures: FrozenFailures[];
}

/** How all stood at one moment, who kept it, and until when it is kept. */
export interface Incident {
  id: string;
  at: Date;
  by: string;
  note: string;
  keptUntil: Date;
  snapshot: Snapshot;
}

const DAY_MS = 86_400_000;
const KEPT_MS = 90 * DAY_MS;
const HOUR_MS = 3_600_000;
/** Nobody hands over more often; it bounds what a script that went wrong can store. */
const MOST_AN_HOUR = 60;
const ID_BYTES = 16;
const SLOTS = 12;
const WORKERS = 100;
const QUEUES = 100;
const CAUSES = 10;

/**
 * Keeps how all stands, for 90 days, under an id that cannot be guessed.
 * @throws AppError RATE_LIMITED after 60 within an hour.
 */
export async function keepIncident(
  overview: Overview,
  { by, note }: { by: string; note: string },
): Promise<Omit<Incident, 'snapshot'>> {
  await requireFewOfLate();
  const { items } = await groupFailures();
  const at = new Date();
  const doc: IncidentDoc = {
    _id: randomBytes(ID_BYTES).toString('base64url'),
    ...{ at, by, note: withoutSecretShapes(note), snapshot: bounded(overview, items) },
    expiresAt: new Date(at.getTime() + KEPT_MS),
  };
  await IncidentModel.create(doc);
  return { id: doc._id, at, by, note: doc.note, keptUntil: doc.expiresAt };
}

/** What was kept under this id. @throws AppError NOT_FOUND without it, as after 90 days. */
export async function readIncident(id: string): Promise<Incident> {
  const doc = await documentOf<IncidentDoc>(IncidentModel, 'frozen moment', id);
  const { at, by, note, expiresAt: keptUntil } = doc;
  // It was written by keepIncident, in the shapes that the whole database says it has.
  return { id, at, by, note, keptUntil, snapshot: doc.snapshot as Snapshot };
}

/** Exported for its test: the part of it that is kept, which has an upper bound in size. */
export function bounded(overview: Overview, failures: readonly FailureGroup[]): Snapshot {
  return {
    ...overview,
    queues: overview.queues.slice(0, QUEUES),
    workers: overview.workers.slice(0, WORKERS),
    schedules: overview.schedules.map((each) => ({ ...each, slots: each.slots.slice(-SLOTS) })),
    failures: failures
      .slice(0, CAUSES)
      .map(({ code, jobs, users, firstAt, lastAt }) => ({ code, jobs, users, firstAt, lastAt })),
  };
}

async function requireFewOfLate(): Promise<void> {
  const since = new Date(Date.now() - HOUR_MS);
  const kept = await IncidentModel.countDocuments({ at: { $gt: since } });
  if (kept < MOST_AN_HOUR) return;
  throw new AppError(
    'RATE_LIMITED',
    `${kept} moments were kept within the last hour, and ${MOST_AN_HOUR} is the most: wait a while.`,
  );
}
