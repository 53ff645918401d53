/** Does work when its turn comes. */
export type TakeTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Lets at most so many do their work at a time; the others wait, first come, first served. */
export function turnsOf(atATime: number): TakeTurn {
  const waiting: (() => void)[] = [];
  let atWork = 0;

  return async (work) => {
    if (atWork === atATime) await new Promise<void>((resolve) => waiting.push(resolve));
    else atWork += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The place is handed on, or given up.
      if (next === undefined) atWork -= 1;
      else next();
    }
  };
}
