import { SingleBar } from 'cli-progress';
import { terminalText } from '../config/terminalText.ts';
import type { Standing } from './runPace.ts';

const PLAIN_LINE_MS = 5_000;

/** Where progress and results are written. */
export type Output = NodeJS.WritableStream & { isTTY?: boolean };

export interface RunProgress {
  update(standing: Standing): void;
  /** Says something without the bar in its way. */
  say(line: string): void;
  stop(): void;
}

/** Shows a run's progress: a bar on a terminal, elsewhere a plain line every five seconds. */
export function showRunProgress(stream: Output): RunProgress {
  return stream.isTTY ? barOn(stream) : linesOn(stream);
}

function barOn(stream: Output): RunProgress {
  const bar = new SingleBar({
    format: '{bar} {percentage}% | {value}/{total} users | {pace} users/s | {left} left',
    stream,
    hideCursor: true,
    barsize: 30,
    barCompleteChar: '█',
    barIncompleteChar: '░',
  });
  let last: Standing | undefined;
  const start = (standing: Standing) => bar.start(standing.total, standing.done, payload(standing));
  return {
    update(standing) {
      if (last === undefined) start(standing);
      bar.setTotal(standing.total);
      bar.update(standing.done, payload(standing));
      last = standing;
    },
    say(line) {
      bar.stop();
      stream.write(`${terminalText(line)}\n`);
      if (last !== undefined) start(last);
    },
    stop: () => bar.stop(),
  };
}

function linesOn(stream: Output): RunProgress {
  let lastLine = Number.NEGATIVE_INFINITY;
  return {
    update(standing) {
      const now = performance.now();
      if (now - lastLine < PLAIN_LINE_MS) return;
      lastLine = now;
      const { done, total } = standing;
      const { pace, left } = payload(standing);
      const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
      stream.write(`${percent}% | ${done}/${total} users | ${pace} users/s | ${left} left\n`);
    },
    say: (line) => stream.write(`${terminalText(line)}\n`),
    stop: () => undefined,
  };
}

function payload({ usersPerSecond, secondsLeft }: Standing): { pace: string; left: string } {
  return { pace: Math.round(usersPerSecond).toLocaleString('en'), left: duration(secondsLeft) };
}

/** Seconds as people say them. */
export function duration(seconds: number | null): string {
  if (seconds === null) return '?';
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
