import { type Finding, warning, well, wrong } from './finding.ts';

const NOTICEABLE_MS = 1_000;
/** Leases and locks are taken for ten seconds and more: beyond this two processes may hold one. */
const HARMFUL_MS = 5_000;
/** What keeps this machine's clock right. */
export const CLOCK_REMEDY = 'sudo timedatectl set-ntp true';

/**
 * Holds another clock against this machine's.
 * @param read answers the other's time, in milliseconds since 1970.
 */
export async function clockAgainst(read: () => Promise<number>): Promise<Finding> {
  const asked = Date.now();
  const theirs = await read();
  const answered = Date.now();
  // Anywhere between question and answer they may have looked.
  const apartMs = Math.max(0, theirs - answered, asked - theirs);
  if (apartMs < NOTICEABLE_MS) return well('agrees with this machine’s');
  const text = `${(apartMs / 1000).toFixed(1)} s apart from this machine’s`;
  return apartMs < HARMFUL_MS ? warning(text, CLOCK_REMEDY) : wrong(text, CLOCK_REMEDY);
}
