import { type Model, Schema, type UpdateQuery } from 'mongoose';
import { DURABLE } from '../durable.ts';
import { retryLostRaces } from '../lostRaces.ts';

/** What an order holds of a document: units of a product, cents of a customer's credit. */
export interface Hold {
  orderId: string;
  amount: number;
  /** Null while the order holds it. */
  endedAt: Date | null;
}

/** A document of which orders hold parts. */
interface Held {
  _id: string;
  holds: Hold[];
}

/** The document's numbers that a hold of one unit takes from (-1) or adds to (1). */
type Effect = Readonly<Record<string, 1 | -1>>;

/** How long an ended hold stays: longer than any worker can be held up between two of its writes. */
const ENDED_KEPT_MS = 3_600_000;
const DURABLY = { writeConcern: DURABLE } as const;

export const holdSchema = new Schema<Hold>(
  {
    orderId: { type: String, required: true },
    amount: { type: Number, required: true },
    endedAt: { type: Date, default: null },
  },
  { _id: false },
);

/**
 * Takes an amount for an order, in the same write that notes who holds it: done again, also by a slow
 * worker or after a crash, it takes nothing more.
 * @param room what must hold of the document for the amount to be there.
 * @returns `held`, now or since before; `ended` when the order gave it back; `none` when there is no room.
 */
export async function takeHold<Doc extends Held>(
  model: Model<Doc>,
  id: string,
  { orderId, amount }: Omit<Hold, 'endedAt'>,
  { effect, room }: { effect: Effect; room: Record<string, unknown> },
): Promise<'held' | 'ended' | 'none'> {
  const taken = await write(
    model,
    { _id: id, 'holds.orderId': { $ne: orderId }, ...room },
    { $inc: times(effect, amount), $push: { holds: { orderId, amount, endedAt: null } } },
  );
  if (taken) return 'held';
  const hold = await holdOf(model, id, orderId);
  if (hold === undefined) return 'none';
  return hold.endedAt === null ? 'held' : 'ended';
}

/** Gives back what an order holds. From then on it can take nothing again, even if it never had anything. */
export async function giveBackHold<Doc extends Held>(
  model: Model<Doc>,
  id: string,
  orderId: string,
  effect: Effect,
): Promise<void> {
  const endedAt = new Date();
  for (;;) {
    const hold = await holdOf(model, id, orderId);
    if (hold !== undefined && hold.endedAt !== null) return;
    const done =
      hold === undefined
        ? await write(
            model,
            { _id: id, 'holds.orderId': { $ne: orderId } },
            { $push: { holds: { orderId, amount: 0, endedAt } } },
          )
        : await write(
            model,
            { _id: id, holds: { $elemMatch: { orderId, endedAt: null } } },
            { $inc: times(effect, -hold.amount), $set: { 'holds.$.endedAt': endedAt } },
          );
    if (done) return;
    if (!(await model.exists({ _id: id }))) return;
  }
}

/** Ends what an order holds without giving it back: it is used up. Holds that ended long ago go. */
export async function useUpHold<Doc extends Held>(
  model: Model<Doc>,
  id: string,
  orderId: string,
): Promise<void> {
  const now = Date.now();
  await write(
    model,
    { _id: id, holds: { $elemMatch: { orderId, endedAt: null } } },
    { $set: { 'holds.$.endedAt': new Date(now) } },
  );
  const endedAt = { $lt: new Date(now - ENDED_KEPT_MS) };
  await write(model, { _id: id, 'holds.endedAt': endedAt }, { $pull: { holds: { endedAt } } });
}

async function holdOf<Doc extends Held>(
  model: Model<Doc>,
  id: string,
  orderId: string,
): Promise<Hold | undefined> {
  const doc = await model
    .findOne({ _id: id, 'holds.orderId': orderId }, { 'holds.$': 1 })
    .lean<Pick<Held, 'holds'>>();
  return doc?.holds[0];
}

function times(effect: Effect, amount: number): Record<string, number> {
  return Object.fromEntries(Object.entries(effect).map(([field, sign]) => [field, sign * amount]));
}

/** One write of one document, as the driver takes it: the generic model's own types name no field. */
async function write<Doc extends Held>(
  model: Model<Doc>,
  filter: Record<string, unknown>,
  update: UpdateQuery<unknown>,
): Promise<boolean> {
  const { modifiedCount } = await retryLostRaces(() =>
    model.updateOne(filter as never, update as never, DURABLY),
  );
  return modifiedCount === 1;
}
