import { type Options, SingleBar } from 'cli-progress';

export interface Progress {
  /** `fraction` of the file is done, `lines` of it were taken. */
  update(fraction: number, lines: number): void;
  stop(): void;
}

/** Begins to show how far some long work is. */
export type StartProgress = (label: string) => Progress;

const STEPS = 1000;
const PLAIN_LINE_MS = 2_000;

/** Shows a bar with the time left on a terminal; elsewhere a plain line every two seconds. */
export function showProgressOn(stream: NodeJS.WriteStream): StartProgress {
  return (label) => {
    const options: Options = {
      format: `${label}${stream.isTTY ? ' {bar}' : ''} {percentage}% | {lines} lines | {eta_formatted} left`,
      stream,
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: PLAIN_LINE_MS,
      barsize: 30,
      barCompleteChar: '█',
      barIncompleteChar: '░',
    };
    const bar = new SingleBar(options);
    bar.start(STEPS, 0, { lines: 0 });
    return {
      update: (fraction, lines) =>
        bar.update(Math.round(fraction * STEPS), { lines: lines.toLocaleString('en') }),
      stop: () => bar.stop(),
    };
  };
}
