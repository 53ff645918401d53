import { chunksOf } from '../config/chunksOf.ts';

/**
 * What one `$in` may name. FerretDB needs time by the square of the names: 2 s for 10,000, and a tenth
 * of that for all parts of a hundred, between which it serves others.
 */
export const MOST_NAMES = 100;
const IN_FLIGHT = 4;

/** Reads what belongs to many values: a hundred at a time, in no certain order. */
export async function inChunks<Value, Result>(
  values: readonly Value[],
  read: (chunk: Value[]) => PromiseLike<Result[]>,
): Promise<Result[]> {
  const chunks = chunksOf(values, MOST_NAMES);
  const results: Result[] = [];
  const readOn = async () => {
    for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) {
      results.push(...(await read(chunk)));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, readOn));
  return results;
}
