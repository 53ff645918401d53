/** What one fault came to: a row of the table. */
export interface FaultRow {
  /** Jobs accepted but not terminal two reconciler intervals after the fault's end, or not done at all. */
  lost: number | null;
  /** Effects applied more than once. */
  twice: number | null;
  /** Doubled, missing or overwritten records, and jobs pending though they are done. */
  doubled: number | null;
  /** Seconds from the fault's end until the last job that it touched was done. */
  settledS: number | null;
  /** Seconds from the fault's end to the first completion after it. */
  firstS: number | null;
  /** Seconds from the fault's end until the first run was accepted after it. */
  acceptedS: number | null;
  /** Jobs that were begun more than once. */
  begunAgain: number | null;
  expected: string;
  /** What else was in the stream, each of its effects there once; absent where nothing was. */
  besides?: string;
  /** What else was seen, in figures. */
  seen?: string;
}

declare module 'vitest' {
  interface TaskMeta {
    /** Set by a test of a fault: tableReporter.ts prints it. */
    fault?: FaultRow;
  }
}

export const TABLE_HEAD = [
  '| # | fault | L | X | R | S (first) | expected | verdict |',
  '| --- | --- | --- | --- | --- | --- | --- | --- |',
];

/** One line of the table; the test's name begins with the fault's number. */
export function tableLine(testName: string, row: FaultRow | undefined, held: boolean): string {
  const [, number = '', fault = testName] = /^(\d+) (.*)$/.exec(testName) ?? [];
  const { lost, twice, doubled, settledS, firstS, expected } = row ?? NOT_MEASURED;
  const seconds = `${figure(settledS)} (${figure(firstS)})`;
  const cells = [
    number,
    fault,
    figure(lost),
    figure(twice),
    figure(doubled),
    settledS === null && firstS === null ? '–' : seconds,
    `${expected}; seen: ${seenIn(row ?? NOT_MEASURED)}`,
    held ? 'held' : 'FAILED',
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The lines of an earlier table whose faults are none of these lines’. */
export function rowsBeside(lines: readonly string[], earlier: string): string[] {
  const measured = new Set(lines.map(faultOf));
  return earlier
    .split('\n')
    .filter((line) => /^\| \d+ \|/.test(line) && !measured.has(faultOf(line)));
}

const faultOf = (line: string) => line.split(' | ').slice(0, 2).join(' | ');

const NOT_MEASURED: FaultRow = {
  lost: null,
  twice: null,
  doubled: null,
  settledS: null,
  firstS: null,
  acceptedS: null,
  begunAgain: null,
  expected: 'it ended before it was measured',
};

function seenIn({ seen, begunAgain, acceptedS, besides }: FaultRow): string {
  const parts = [
    `begun again: ${figure(begunAgain)}`,
    `a run accepted after ${figure(acceptedS)} s`,
    ...(seen === undefined ? [] : [seen]),
    ...(besides === undefined ? [] : [`besides: ${besides}`]),
  ];
  return parts.join('; ');
}

function figure(value: number | null): string {
  if (value === null) return '–';
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
