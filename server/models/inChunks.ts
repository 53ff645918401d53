/**
 * What one `$in` may name. FerretDB needs time by the square of the names: 2 s for 10,000, and a tenth
 * of that for all parts of a hundred, between which it serves others.
 */
const CHUNK_SIZE = 100;
const IN_FLIGHT = 4;

/** Reads what belongs to many values: a hundred at a time, in no certain order. */
export async function inChunks<Value, Result>(
  values: readonly Value[],
  read: (chunk: Value[]) => PromiseLike<Result[]>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const readOn = async () => {
    while (next < values.length) {
      const start = next;
      next += CHUNK_SIZE;
      results.push(...(await read(values.slice(start, start + CHUNK_SIZE))));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, readOn));
  return results;
}
