import { distance } from 'fastest-levenshtein';

/** A name that is no setting, and the setting that it was probably meant to be. */
export interface Misspelt {
  name: string;
  meant: string;
}

/** From this length on two letters may differ, if nothing else names the setting. */
const LONG = 8;

/**
 * The names that look like a setting's with a letter wrong, missing or too many, or in small letters.
 * Names of other programs are left alone.
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
      .map((meant) => ({ meant, letters: distance(upper, meant) }))
      .filter(({ meant, letters }) => letters <= allowed(meant, names.has(meant)))
      .sort((one, other) => one.letters - other.letters)[0];
    return near === undefined ? [] : [{ name, meant: near.meant }];
  });
}

function allowed(meant: string, isNamed: boolean): number {
  return meant.length >= LONG && !isNamed ? 2 : 1;
}
