import { closeSync, fstatSync, openSync, readSync, type Stats, statSync, writeSync } from 'node:fs';
import { terminalText } from '../../config/terminalText.ts';
import { AppError } from '../../errors/AppError.ts';

const HEADER = 'file,line,field,reason\n';

export interface ReportFile {
  write(values: readonly string[]): void;
  close(): void;
}

/**
 * Begins a report, as CSV. It takes the place of an earlier report, and of nothing else.
 * @param inputs files that are read at the same time
 * @throws AppError VALIDATION_FAILED when the path is one of the inputs, by whatever name, or holds
 * anything but an earlier report; the system's error when it cannot be written.
 */
export function openReport(path: string, inputs: readonly string[]): ReportFile {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there !== undefined) requireNoInput(path, there, inputs);
  const { write, close } = standardStream(there) ?? openFile(path, there);
  write(HEADER);
  return {
    // The names of files may come from others, and people look at a report on a terminal.
    write: (values) => write(terminalText(`${values.map(quoted).join(',')}\n`)),
    close,
  };
}

interface Target {
  write(text: string): void;
  close(): void;
}

function openFile(path: string, there: Stats | undefined): Target {
  if (there !== undefined) requireReplaceable(path, there);
  const file = openSync(path, 'w');
  return { write: (text) => writeSync(file, text), close: () => closeSync(file) };
}

/**
 * What /dev/stdout leads to, say. Opened again, a file would be written from its beginning by both,
 * and a socket cannot be opened.
 */
function standardStream(there: Stats | undefined): Target | undefined {
  if (there === undefined) return undefined;
  const stream = [process.stdout, process.stderr].find(({ fd }) => isSame(fd, there));
  return stream && { write: (text) => stream.write(text), close: () => undefined };
}

function requireNoInput(path: string, there: Stats, inputs: readonly string[]): void {
  const input = inputs.find((name) => isSame(name, there));
  if (input !== undefined) throw refusal(path, `is the file ${input} that is to be imported`);
}

function requireReplaceable(path: string, there: Stats): void {
  if (there.isDirectory()) throw refusal(path, 'is a folder: name a file in it');
  if (there.isFile() && there.size > 0 && !isReport(path)) {
    throw refusal(path, 'is there, and is no report of an import: name another file');
  }
}

function refusal(path: string, what: string): AppError {
  return new AppError('VALIDATION_FAILED', `The report cannot be written: ${path} ${what}.`);
}

/** Whether a path, or an open stream, leads to that file; links are followed. */
function isSame(one: string | number, other: Stats): boolean {
  const stats = typeof one === 'number' ? fstatSync(one) : statSync(one, { throwIfNoEntry: false });
  return stats !== undefined && stats.dev === other.dev && stats.ino === other.ino;
}

function isReport(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEADER.length);
    readSync(file, head, 0, head.length, 0);
    return head.toString() === HEADER;
  } finally {
    closeSync(file);
  }
}

function quoted(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}
