import { WhatsAppContactModel } from '../../models/commerce/WhatsAppContactModel.ts';
import { unlessTaken } from '../../models/unlessTaken.ts';

/** WhatsApp takes one message in six seconds to the same person; more is answered 131056. */
const BETWEEN_MS = 6_000;

/**
 * Takes the turn to write to a number, over all workers.
 * @returns 0 when it was taken, else the milliseconds until there may be one.
 */
export async function takeSendTurn(contact: string, now: Date): Promise<number> {
  // Where it is there and not free, the upsert meets its id.
  const isTaken = await unlessTaken(() =>
    WhatsAppContactModel.updateOne(
      { _id: contact, nextSendAt: { $lte: now } },
      { $set: { nextSendAt: new Date(now.getTime() + BETWEEN_MS) } },
      { upsert: true },
    ),
  );
  if (isTaken) return 0;
  const known = await WhatsAppContactModel.findById(contact, { nextSendAt: 1 }).lean();
  return Math.max(1, (known?.nextSendAt.getTime() ?? 0) - now.getTime());
}
