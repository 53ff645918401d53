import type { Logger } from '../config/logger.ts';

/** When no request has been refused for so long, the outage counts as over. */
const QUIET_MS = 10_000;

interface Outage {
  refused: number;
  timer: NodeJS.Timeout;
}

/**
 * Logs requests refused because a dependency is away: a warning for the first of each code, and
 * their number when for ten seconds none was refused any more. Each one stands at debug.
 * @returns what is to be told of each refused request.
 */
export function createRefusalLog(
  logger: Pick<Logger, 'debug' | 'info' | 'warn'>,
): (code: string, message: string, why?: unknown) => void {
  const outages = new Map<string, Outage>();

  function begin(code: string): Outage {
    const end = () => {
      outages.delete(code);
      logger.info('No request is refused any more', { code, refused: outage.refused });
    };
    const outage: Outage = { refused: 0, timer: setTimeout(end, QUIET_MS).unref() };
    outages.set(code, outage);
    return outage;
  }

  return (code, message, why) => {
    const known = outages.get(code);
    const outage = known ?? begin(code);
    outage.refused += 1;
    outage.timer.refresh();
    const fields = why === undefined ? { code } : { code, error: why };
    if (known === undefined) logger.warn(message, fields);
    else logger.debug(message, fields);
  };
}
