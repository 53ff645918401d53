import { HostTurnModel } from '../../models/HostTurnModel.ts';
import { unlessTaken } from '../../models/unlessTaken.ts';

/**
 * Takes the turn to ask a host, over all workers; the next one comes `spacingMs` later.
 * @returns 0 when it was taken, else the milliseconds until there may be one.
 */
export async function takeHostTurn(host: string, spacingMs: number): Promise<number> {
  const now = Date.now();
  const taken = await unlessTaken(() =>
    HostTurnModel.updateOne(
      { _id: host, nextAt: { $lte: new Date(now) } },
      { $set: { nextAt: new Date(now + spacingMs) } },
      { upsert: true },
    ),
  );
  if (taken) return 0;
  const known = await HostTurnModel.findById(host).lean();
  return Math.max(1, (known?.nextAt.getTime() ?? 0) - now);
}

/** Lets nobody ask this host before then: it said so. */
export async function deferHost(host: string, until: Date): Promise<void> {
  await HostTurnModel.updateOne({ _id: host }, { $max: { nextAt: until } });
}
