import { DURABLE } from '../../models/durable.ts';
import { UserModel } from '../../models/UserModel.ts';
import type { Subscription } from './unsubscribeLinks.ts';

/** Ends a subscription. Done again, or for a user who is gone, it changes nothing. */
export async function unsubscribe({ userId, list }: Subscription): Promise<void> {
  await UserModel.updateOne(
    { _id: userId },
    { $addToSet: { unsubscribed: list } },
    { writeConcern: DURABLE },
  );
}
