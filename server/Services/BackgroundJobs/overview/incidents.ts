import { randomBytes } from 'node:crypto';
import { withoutSecretShapes } from '../../../config/redaction.ts';
import { AppError } from '../../../errors/AppError.ts';
import { DURABLE } from '../../../models/durable.ts';
import { type IncidentDoc, IncidentModel } from '../../../models/IncidentModel.ts';
import { documentOf, notFound, type Page, pageOfModel } from '../../../models/pages.ts';
import { type FailureGroup, groupFailures } from './failures.ts';
import type { Overview } from './overview.ts';

/** A cause of failures without texts: they may name users, whose deletion would not reach them here. */
type FrozenFailures = Pick<FailureGroup, 'code' | 'jobs' | 'users' | 'firstAt' | 'lastAt'>;

/** What the front page showed, and the most frequent causes of failures. */
interface Snapshot extends Overview {
  failures: FrozenFailures[];
}

/** A moment that somebody kept, and until when it is kept. */
interface KeptIncident {
  id: string;
  at: Date;
  by: string;
  note: string;
  keptUntil: Date;
}

/** The same, with how all stood then. */
export interface Incident extends KeptIncident {
  snapshot: Snapshot;
}

const DAY_MS = 86_400_000;
const KEPT_MS = 90 * DAY_MS;
const HOUR_MS = 3_600_000;
/** Nobody hands over more often; it bounds what a script that went wrong can store. */
const MOST_AN_HOUR = 60;
const RANDOM_BYTES = 16;
/** As an error names it. */
const WHAT = 'frozen moment';
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
): Promise<KeptIncident> {
  await requireFewOfLate();
  const { items } = await groupFailures();
  const at = new Date();
  const doc: IncidentDoc = {
    _id: idAt(at),
    ...{ at, by, note: withoutSecretShapes(note), snapshot: bounded(overview, items) },
    expiresAt: new Date(at.getTime() + KEPT_MS),
  };
  await IncidentModel.create(doc);
  return headOf(doc);
}

/** Those that are kept, the newest first, without how all stood. */
export async function listIncidents(
  page: Page,
): Promise<{ items: KeptIncident[]; nextCursor: string | null }> {
  const { items, nextCursor } = await pageOfModel(IncidentModel, {}, page, -1, ['snapshot']);
  return { items: items.map(headOf), nextCursor };
}

/** Keeps a moment no longer. @throws AppError NOT_FOUND without it. */
export async function forgetIncident(id: string): Promise<void> {
  const { deletedCount } = await IncidentModel.deleteOne({ _id: id }, { writeConcern: DURABLE });
  if (deletedCount === 0) throw notFound(WHAT, id);
}

/** What was kept under this id. @throws AppError NOT_FOUND without it, as after 90 days. */
export async function readIncident(id: string): Promise<Incident> {
  const doc = await documentOf<IncidentDoc>(IncidentModel, WHAT, id);
  // It was written by keepIncident, in the shapes that the whole database says it has.
  return { ...headOf(doc), snapshot: doc.snapshot as Snapshot };
}

function headOf({ _id: id, at, by, note, expiresAt }: Omit<IncidentDoc, 'snapshot'>): KeptIncident {
  return { id, at, by, note, keptUntil: expiresAt };
}

/** In the order in which they were kept; the part at random is what nobody can guess. */
function idAt(at: Date): string {
  return `${at.getTime().toString(36)}-${randomBytes(RANDOM_BYTES).toString('base64url')}`;
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
