import { MessageModel } from '../../models/commerce/MessageModel.ts';
import { readMany } from '../../models/readDeadline.ts';
import { TOKEN_REFUSED } from './errorRules.ts';

/** Messages that wait because WhatsApp refuses the token. */
export interface RefusedMessages {
  waiting: number;
  /** When the oldest of them was to be sent. */
  since: Date;
  /** What WhatsApp answered. */
  reason: string;
}

/** The most messages that are counted. */
const MOST = 10_000;

/** The messages that wait for a token that WhatsApp takes; null when there are none. */
export async function refusedMessages(): Promise<RefusedMessages | null> {
  const refused = { state: 'queued', 'error.code': { $in: TOKEN_REFUSED.map(String) } } as const;
  const [waiting, [oldest]] = await Promise.all([
    MessageModel.countDocuments(refused).limit(MOST),
    readMany((options) =>
      MessageModel.find(refused, { at: 1, error: 1 }, options).sort({ at: 1 }).limit(1).lean(),
    ),
  ]);
  if (oldest === undefined) return null;
  const { code = '', message = '' } = oldest.error ?? {};
  return { waiting, since: oldest.at, reason: `${code}: ${message}` };
}
