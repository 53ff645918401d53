import { DURABLE } from '../../../models/durable.ts';
import { readMany } from '../../../models/readDeadline.ts';
import { storeTime } from '../../../models/serverFacts.ts';
import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { WAITING_STATES } from '../recording/states.ts';

type WaitingState = (typeof WAITING_STATES)[number];

/** The jobs that are meant, of those that wait in a queue. */
export interface WhichWaiting {
  /** Accepted up to this instant; up to now if absent, or later than that. */
  before?: Date | undefined;
  /** All kinds if absent. */
  kind?: string | undefined;
  /** All states if absent. */
  state?: WaitingState | undefined;
}

/** Jobs of one kind and state that wait. */
interface WaitingGroup {
  kind: string;
  state: WaitingState;
  jobs: number;
  /** When the first of them was accepted. */
  oldestAt: Date;
}

/** What a cleaning would cancel, as counted at an instant. */
export interface WaitingCount {
  queue: string;
  /** The instant of the count. A cleaning with this `before` leaves alone what is accepted later. */
  before: Date;
  jobs: number;
  groups: WaitingGroup[];
}

/** How many jobs wait, the most numerous kind and state first. */
export async function countWaiting(queue: string, which: WhichWaiting): Promise<WaitingCount> {
  const before = await upTo(which);
  const groups = await readMany((options) =>
    JobStatusModel.aggregate<{ _id: Pick<WaitingGroup, 'kind' | 'state'> } & WaitingGroup>(
      [
        { $match: filterOf(queue, which, before) },
        {
          $group: {
            _id: { kind: '$kind', state: '$status' },
            jobs: { $sum: 1 },
            oldestAt: { $min: '$queuedAt' },
          },
        },
        { $sort: { jobs: -1 } },
      ],
      options,
    ),
  );
  return {
    queue,
    before,
    jobs: groups.reduce((sum, { jobs }) => sum + jobs, 0),
    groups: groups.map(({ _id, jobs, oldestAt }) => ({ ..._id, jobs, oldestAt })),
  };
}

/** Says durably that they are to be cancelled, unless they begin first. @returns how many. */
export async function askToCancelWaiting(queue: string, which: WhichWaiting): Promise<number> {
  const { modifiedCount } = await JobStatusModel.updateMany(
    filterOf(queue, which, await upTo(which)),
    { $set: { cancelRequestedAt: await storeTime(), cancelUnlessAtWork: true } },
    { writeConcern: DURABLE },
  );
  return modifiedCount;
}

async function upTo({ before }: WhichWaiting): Promise<Date> {
  const now = await storeTime();
  return before === undefined || before > now ? now : before;
}

function filterOf(queue: string, { kind, state }: WhichWaiting, before: Date) {
  return {
    queue,
    status: { $in: state === undefined ? [...WAITING_STATES] : [state] },
    ...(kind !== undefined && { kind }),
    queuedAt: { $lte: before },
    cancelRequestedAt: { $exists: false },
  };
}
