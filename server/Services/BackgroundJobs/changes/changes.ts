import { ulid } from 'ulid';
import { type AuditDoc, AuditModel } from '../../../models/AuditModel.ts';
import { type DeployDoc, DeployModel } from '../../../models/DeployModel.ts';
import { type MailDoc, MailModel } from '../../../models/MailModel.ts';
import { readMany } from '../../../models/readDeadline.ts';
import { type RunDoc, RunModel } from '../../../models/system/RunModel.ts';
import { noCounts, type RunView, runView } from '../runs/balance.ts';
import { type DoneAction, foldActions } from './foldActions.ts';

/** A process of this part began in another version. */
interface Deploy extends Pick<DeployDoc, 'at' | 'part' | 'version' | 'before'> {
  what: 'deploy';
}

/** A notice that people were told. */
interface Alarm {
  what: 'alarm';
  at: Date;
  title: string;
  /** Its first line; empty without one. */
  text: string;
}

/** A run that ended with failures, with warnings, or without balance. */
interface EndedRun extends Pick<RunView, 'runId' | 'kind' | 'failed' | 'balanced' | 'warnings'> {
  what: 'run';
  at: Date;
  of: number;
}

/** One thing that happened. */
type Change = Deploy | DoneAction | Alarm | EndedRun;

/** What happened within a time. */
export interface Changes {
  since: Date;
  asOf: Date;
  /** Newest first. */
  items: Change[];
  /** Whether there was more, which is left out. */
  more: boolean;
}

const DAY_MS = 86_400_000;
/** How far back it looks when no instant is given. */
const UNSAID_MS = DAY_MS;
/** Nobody reads further back; it bounds what is looked through. */
const LONGEST_MS = 30 * DAY_MS;
/** How many of each kind are looked at, before what belongs together is one line. */
const LOOKED = 500;
/** Ends the key of a notice's mail: the id of the account that has it. */
const ACCOUNT = /-[0-9a-f]{24}$/;

/**
 * Deploys, what administrators did, alarms, and runs that did not end well, at most `limit` of them, newest first.
 * @param since a day ago where it is not said; 30 days ago at most.
 */
export async function changesSince(since: Date | undefined, limit: number): Promise<Changes> {
  const asOf = new Date();
  const asked = since?.getTime() ?? asOf.getTime() - UNSAID_MS;
  const from = new Date(Math.max(asked, asOf.getTime() - LONGEST_MS));
  const found = await Promise.all([deploys(from), actions(from), alarms(from), endedRuns(from)]);
  const all = found
    .flatMap<Change>(({ items }) => items)
    .sort((left, right) => right.at.getTime() - left.at.getTime());
  return {
    ...{ since: from, asOf, items: all.slice(0, limit) },
    more: all.length > limit || found.some(({ looked }) => looked === LOOKED),
  };
}

interface Found<Item> {
  items: Item[];
  looked: number;
}

async function deploys(from: Date): Promise<Found<Deploy>> {
  const docs = await readMany((options) =>
    DeployModel.find({ at: { $gt: from } }, null, options)
      .sort({ at: -1 })
      .limit(LOOKED)
      .lean<DeployDoc[]>(),
  );
  const items = docs.map(({ at, part, version, before }) => ({
    ...{ what: 'deploy' as const, at, part, version, before },
  }));
  return { items, looked: docs.length };
}

async function actions(from: Date): Promise<Found<DoneAction>> {
  // The time stands at the beginning of its ids. What was refused has changed nothing.
  const after = ulid(from.getTime()).slice(0, 10);
  const docs = await readMany((options) =>
    AuditModel.find({ _id: { $gt: after }, refused: null }, null, options)
      .sort({ _id: -1 })
      .limit(LOOKED)
      .lean<AuditDoc[]>(),
  );
  return { items: foldActions(docs), looked: docs.length };
}

/** From the mails to administrators: each of them has one for each notice. */
async function alarms(from: Date): Promise<Found<Alarm>> {
  const docs = await readMany((options) =>
    MailModel.find(
      { template: 'notice', createdAt: { $gt: from } },
      { key: 1, createdAt: 1, data: 1 },
      options,
    )
      .sort({ createdAt: -1 })
      .limit(LOOKED)
      .lean<Pick<MailDoc, 'key' | 'createdAt' | 'data'>[]>(),
  );
  const told = new Map(docs.map((doc) => [doc.key.replace(ACCOUNT, ''), doc]));
  const items = [...told.values()].map(({ createdAt: at, data }) => {
    const lines = Array.isArray(data.lines) ? data.lines : [];
    return { what: 'alarm' as const, at, title: String(data.title), text: String(lines[0] ?? '') };
  });
  return { items, looked: docs.length };
}

async function endedRuns(from: Date): Promise<Found<EndedRun>> {
  const docs = await readMany((options) =>
    RunModel.find({ finishedAt: { $gt: from } }, { selection: 0, lease: 0, claims: 0 }, options)
      .sort({ finishedAt: -1 })
      .limit(LOOKED)
      .lean<RunDoc[]>(),
  );
  const items = docs
    .map((run) => runView(run, run.sealed ?? noCounts()))
    .filter(({ failed, balanced, warnings }) => failed > 0 || !balanced || warnings.length > 0)
    .map(({ runId, kind, failed, enumerated, balanced, warnings, finishedAt }) => ({
      ...{ what: 'run' as const, at: finishedAt ?? from, of: enumerated },
      ...{ runId, kind, failed, balanced, warnings },
    }));
  return { items, looked: docs.length };
}
