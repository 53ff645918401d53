/** A name that is no setting, and the setting that it was probably meant to be. */
export interface Misspelt {
  name: string;
  meant: string;
}

/** From this length on two letters may differ, if nothing else names the setting. */
const LONG = 8;

/**
 * The names that look like a setting's with a letter wrong, missing, too many or in another place,
 * or in small letters. Names of other programs are left alone.
 * @param given what the settings file and the environment name
 * @param settings all names that there are
 */
export function misspelt(given: Iterable<string>, settings: readonly string[]): Misspelt[] {
  const names = new Set(given);
  const known = new Set(settings);
  return [...names].flatMap((name) => {
    if (known.has(name)) return [];
    const upper = name.toUpperCase();
    const near = settings
      .map((meant) => ({ meant, distance: distance(upper, meant) }))
      .filter(({ meant, distance }) => distance <= allowed(meant, names.has(meant)))
      .sort((one, other) => one.distance - other.distance)[0];
    return near === undefined ? [] : [{ name, meant: near.meant }];
  });
}

function allowed(meant: string, isNamed: boolean): number {
  return meant.length >= LONG && !isNamed ? 2 : 1;
}

/**
 * How many letters must be put in, left out, changed or swapped with their neighbour: the optimal
 * string alignment distance (Damerau 1964).
 */
function distance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 2) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const steps = [
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      ];
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (row > 1 && column > 1 && swapped) steps.push((before[column - 2] ?? 0) + 1);
      current.push(Math.min(...steps));
    }
    before = last;
    last = current;
  }
  return last[other.length] ?? 0;
}
