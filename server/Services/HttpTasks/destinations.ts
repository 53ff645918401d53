import { setTimeout as delay } from 'node:timers/promises';
import { type TakeTurn, turnsOf } from '../../config/turns.ts';
import { AppError } from '../../errors/AppError.ts';
import { type DestinationDoc, DestinationModel } from '../../models/DestinationModel.ts';
import { insertOnce } from '../../models/insertOnce.ts';
import { readMany } from '../../models/readDeadline.ts';
import {
  type Admission,
  admit,
  type Conclusion,
  conclude,
  type DestinationLimits,
  type DestinationState,
  isDown,
  UNKNOWN_DESTINATION,
} from './destinationState.ts';
import { heldByDestination } from './executions.ts';

/** The hosts that are called, as all workers see them. */
export interface Destinations {
  /** Whether a call of this job may begin now; it counts as under way for at most `leaseMs`. */
  admit(destination: string, jobId: string, leaseMs: number): Promise<Admission>;
  /** Says how a call ended. @returns what is known of the host then. */
  conclude(destination: string, call: Omit<Conclusion, 'now'>): Promise<DestinationState>;
}

const TRIES = 50;
const PAUSE_MS = 20;
const MOST_LISTED = 500;

/**
 * Keeps the state of each host in one document, which is changed on the condition that nobody changed it
 * meanwhile. Within a process they take turns, so that only processes can meet.
 */
export function createDestinations(limits: DestinationLimits): Destinations {
  const turns = new Map<string, { take: TakeTurn; waiting: number }>();

  async function inTurn<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const turn = turns.get(name) ?? { take: turnsOf(1), waiting: 0 };
    turns.set(name, turn);
    turn.waiting += 1;
    try {
      return await turn.take(work);
    } finally {
      turn.waiting -= 1;
      if (turn.waiting === 0) turns.delete(name);
    }
  }

  function change<Result>(
    name: string,
    decide: (state: DestinationState) => { state: DestinationState | null; result: Result },
  ): Promise<Result> {
    return inTurn(name, async () => {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const found = await DestinationModel.findById(name).lean<DestinationDoc>();
        const { state, result } = decide(found ?? UNKNOWN_DESTINATION);
        if (state === null || (await write(name, found?.version ?? null, state))) return result;
        await delay(PAUSE_MS * Math.random());
      }
      throw new AppError('INTERNAL', `What is known of ${name} is changed by too many at once.`);
    });
  }

  return {
    admit: (destination, jobId, leaseMs) =>
      change(destination, (known) => {
        const now = new Date();
        const until = new Date(now.getTime() + leaseMs);
        const result = admit(known, { jobId, now, until, limits });
        return { state: result.admitted ? result.state : null, result };
      }),
    conclude: (destination, call) =>
      change(destination, (known) => {
        const state = conclude(known, { ...call, now: new Date() });
        return { state, result: state };
      }),
  };
}

/** @returns whether nobody changed it since that version. */
async function write(
  name: string,
  version: number | null,
  state: DestinationState,
): Promise<boolean> {
  const { inFlight, failures, failingSince, heldUntil, waitUntil, lastDown, window } = state;
  const known = { inFlight, failures, failingSince, heldUntil, waitUntil, lastDown, window };
  if (version === null) return insertOnce(DestinationModel, { _id: name, version: 1, ...known });
  const { matchedCount } = await DestinationModel.updateOne(
    { _id: name, version },
    { $set: { ...known, version: version + 1 } },
  );
  return matchedCount === 1;
}

/** A host as people see it. */
export interface DestinationView {
  destination: string;
  state: 'well' | 'asked us to wait' | 'down';
  summary: string;
  inFlight: number;
  held: number;
  failures: number;
  /** Since when it fails; null while it does not. */
  since: Date | null;
  waitUntil: Date | null;
}

/** The hosts that were called, by name. */
export async function listDestinations(): Promise<DestinationView[]> {
  const held = await heldByDestination();
  const found = await readMany((read) =>
    DestinationModel.find({}, null, read)
      .sort({ _id: 1 })
      .limit(MOST_LISTED)
      .lean<DestinationDoc[]>(),
  );
  const now = new Date();
  return found.map((doc) => describeDestination(doc, held.get(doc._id) ?? 0, now));
}

/** One sentence on a host, such as "asked us to wait until 03:12:00 UTC; 412 held". */
function describeDestination(
  { _id, inFlight, failures, failingSince, heldUntil, waitUntil }: DestinationDoc,
  held: number,
  now: Date,
): DestinationView {
  const calls = inFlight.filter(({ until }) => until > now).length;
  const clock = (instant: Date) => `${instant.toISOString().slice(11, 19)} UTC`;
  const asked = waitUntil !== null && waitUntil > now;
  const down = isDown({ failures });
  const says = asked
    ? `asked us to wait until ${clock(waitUntil)}`
    : down
      ? `failed ${failures} times in a row; probed ${heldUntil !== null && heldUntil > now ? `at ${clock(heldUntil)}` : 'now'}`
      : 'is well';
  return {
    destination: _id,
    state: asked ? 'asked us to wait' : down ? 'down' : 'well',
    summary: `${says}; ${calls} under way, ${held} held`,
    inFlight: calls,
    held,
    failures,
    since: failingSince,
    waitUntil: asked ? waitUntil : down ? heldUntil : null,
  };
}
