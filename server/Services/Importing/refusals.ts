import type { ReportFile } from './reportFile.ts';

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
/** Takes what is worth knowing of a line that is imported. */
export type Note = (line: number, text: string) => void;

export interface RefusalLog {
  /** Takes the refused lines of one file. */
  of(file: string): Refuse;
  /** Takes the notes on one file. */
  notesOn(file: string): Note;
  /** Refused lines so far, of all files. */
  count(): number;
  /** Closes the report, and tells people of the first refused lines and notes, and of how many there are. */
  close(): string[];
}

const TOLD = 50;

/**
 * Keeps the first 50 refused lines with their reasons and counts the rest; the report, where one is
 * wanted, holds all. Notes are kept in the same way, in no report. Says nothing of the values: they
 * may be personal.
 */
export function createRefusalLog(report: ReportFile | null = null): RefusalLog {
  const told: string[] = [];
  const notes: string[] = [];
  let refused = 0;
  let noted = 0;

  function refuse(file: string, { line, problems }: RefusedLine): void {
    refused += 1;
    for (const { field, reason } of problems) {
      if (refused <= TOLD) told.push(`${file}:${line}: ${[field, reason].join(' ').trim()}`);
      report?.write([file, String(line), field ?? '', reason]);
    }
  }

  return {
    of: (file) => (refusedLine) => refuse(file, refusedLine),
    notesOn: (file) => (line, text) => {
      noted += 1;
      if (noted <= TOLD) notes.push(`${file}:${line}: Note: ${text}`);
    },
    count: () => refused,
    close() {
      report?.close();
      const where = report === null ? 'see all with --report <file>' : 'the report has all';
      if (refused > TOLD) told.push(`… and ${refused - TOLD} more refused lines; ${where}.`);
      if (noted > TOLD) notes.push(`… and ${noted - TOLD} more such notes.`);
      return [...notes, ...told];
    },
  };
}
