import { setImmediate as nextTurn } from 'node:timers/promises';
import DataLoader from 'dataloader';
import { turnsOf } from './turns.ts';

/** Handles many items in one go; answers in their order, an Error for each that failed. */
type HandleBatch<Item, Outcome> = (items: readonly Item[]) => Promise<readonly (Outcome | Error)[]>;

/**
 * Makes of a function for many items one for a single item. So many batches are under way at a time;
 * what is asked meanwhile goes together into the next, at most `maxBatchSize` items. So there is no
 * waiting when it is quiet, and fewer round trips the busier it gets. Nothing is cached.
 * Each caller gets the outcome of its own item; if the whole batch fails, all get that error.
 */
export function gather<Item, Outcome>(
  handle: HandleBatch<Item, Outcome>,
  maxBatchSize: number,
  batchesUnderWay = 1,
): (item: Item) => Promise<Outcome> {
  const takeTurn = turnsOf(batchesUnderWay);
  let newest: Promise<unknown> = Promise.resolve();

  const loader = new DataLoader<Item, Outcome>(
    (items) => {
      const batch = handle(items);
      newest = batch.catch(() => undefined);
      return batch;
    },
    {
      cache: false,
      maxBatchSize,
      batchScheduleFn: (dispatch) => {
        void takeTurn(async () => {
          await nextTurn();
          dispatch();
          await newest;
        });
      },
    },
  );
  return (item) => loader.load(item);
}
