import { AppError } from '../../errors/AppError.ts';

interface Turns {
  atOnce: number;
  /** As many more may wait. */
  waiting: number;
}

/**
 * Lets so many of the works that it is given run at once, the others wait for their turn.
 * @throws AppError `RATE_LIMITED` when too many wait already.
 */
export function inTurn({ atOnce, waiting }: Turns): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (queue.length >= waiting) {
      throw new AppError('RATE_LIMITED', 'Too many logins at this moment: try again.', {
        details: { retryAfterSeconds: 1 },
      });
    }
    if (running >= atOnce) await new Promise<void>((resolve) => queue.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // The next one takes over the place.
      const next = queue.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
