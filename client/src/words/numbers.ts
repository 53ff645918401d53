const whole = new Intl.NumberFormat('en');

/** A count as people read it: 23,570. */
export function count(value: number): string {
  return whole.format(value);
}

/** `1 job`, `2 jobs`. */
export function many(value: number, one: string, several = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : several}`;
}

/** A time span in the two largest units that say something: `840 ms`, `12.4 s`, `3 min 5 s`, `2 d 4 h`. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const first = units.findIndex(([, size]) => seconds >= size);
  const [name, size] = units[first] ?? ['s', 1];
  const [nextName, nextSize] = units[first + 1] ?? ['s', 1];
  const large = Math.floor(seconds / size);
  const small = Math.floor((seconds - large * size) / nextSize);
  return small === 0 ? `${large} ${name}` : `${large} ${name} ${small} ${nextName}`;
}

/** The same in whole seconds, at least one: an age that flickers says no more. */
export function wholeSpan(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  return seconds < 60 ? `${seconds} s` : span(seconds * 1_000);
}

/** Memory in binary units. */
export function bytes(value: number): string {
  return value < 2 ** 30
    ? `${Math.round(value / 2 ** 20)} MiB`
    : `${(value / 2 ** 30).toFixed(1)} GiB`;
}
