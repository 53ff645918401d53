import { closeSync, openSync, writeSync } from 'node:fs';

interface Problem {
  /** The column, or null when the line as a whole is at fault. */
  readonly field: string | null;
  readonly reason: string;
}

/** One line of a file that was not imported. */
export interface RefusedLine {
  readonly line: number;
  readonly problems: readonly Problem[];
}

export type Refuse = (refused: RefusedLine) => void;

export interface RefusalLog {
  /** Takes the refused lines of one file. */
  of(file: string): Refuse;
  /** Refused lines so far, of all files. */
  count(): number;
  /** Closes the report, and tells people of the first refused lines and of how many there are. */
  close(): string[];
}

const TOLD = 50;

/**
 * Keeps the first 50 refused lines with their reasons and counts the rest; a report, where one is
 * wanted, holds all, as CSV. Says nothing of the values: they may be personal.
 * @throws the system's error when the report cannot be written.
 */
export function createRefusalLog(reportPath?: string): RefusalLog {
  const report = reportPath === undefined ? null : openSync(reportPath, 'w');
  if (report !== null) writeSync(report, 'file,line,field,reason\n');
  const told: string[] = [];
  let refused = 0;

  function add(file: string, { line, problems }: RefusedLine): void {
    refused += 1;
    for (const { field, reason } of problems) {
      if (refused <= TOLD) told.push(`${file}:${line}: ${[field, reason].join(' ').trim()}`);
      if (report === null) continue;
      writeSync(report, `${[file, String(line), field ?? '', reason].map(quoted).join(',')}\n`);
    }
  }

  return {
    of: (file) => (refusedLine) => add(file, refusedLine),
    count: () => refused,
    close() {
      if (report !== null) closeSync(report);
      if (refused <= TOLD) return told;
      const where = reportPath === undefined ? 'see all with --report <file>' : `see ${reportPath}`;
      return [...told, `… and ${refused - TOLD} more refused lines; ${where}.`];
    },
  };
}

function quoted(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}
