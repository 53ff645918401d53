/**
 * How much a piece of work did, by its own count: the `effects` of a result that is an object and says
 * so, a whole number from 0 on, such as mails sent, files removed or documents changed. A kind declares
 * it in the schema of its result. It stands in the job's record as `effects`, so that a schedule can add
 * up what its slots did, and "completed, but did nothing" (0) can be told from work that does not count
 * (null).
 */
export function effectsOf(result: unknown): number | null {
  if (typeof result !== 'object' || result === null || !('effects' in result)) return null;
  const { effects } = result;
  return Number.isSafeInteger(effects) && Number(effects) >= 0 ? Number(effects) : null;
}
