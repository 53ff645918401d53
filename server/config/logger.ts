import { once } from 'node:events';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  createLogger as createWinston,
  format,
  type Logform,
  transports,
  type Logger as Winston,
} from 'winston';
import DailyRotateFile from 'winston-daily-rotate-file';
import { currentLogContext } from './logContext.ts';
import { prettyLine } from './prettyLine.ts';
import { createRedactor } from './redaction.ts';
import { terminalText } from './terminalText.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
type Fields = Readonly<Record<string, unknown>>;
type LogLine = (message: string, fields?: Fields) => void;

/**
 * Writes one line for each call. Fields are for machines: values such as `runId` or `durationMs`
 * belong there, an error under `error`. Secrets are taken out before anything is written.
 */
export interface Logger extends Readonly<Record<LogLevel, LogLine>> {
  /** A logger that adds these fields to every line. */
  child(fields: Fields): Logger;
  /** Resolves when all lines are written; nothing may be logged afterwards. */
  close(): Promise<void>;
}

interface LoggerOptions {
  level: LogLevel;
  /** Also write here: rotated by day and size, the newest kept; the name itself is a symlink. */
  file?: string | undefined;
  /** Values that must never appear, whatever they look like. Undefined ones are skipped. */
  secrets: readonly (string | undefined)[];
  /** `api`, `worker`, …: stands in every line. */
  service: string;
}

const KEPT_FILES = 14;
const FILE_SIZE = '20m';
/** A disk that has not taken the last lines by then will not. */
const FLUSH_MS = 1_000;

/** Context and time first, then redaction of all of it: nothing is added after the secrets go. */
function lineFormat(options: LoggerOptions): Logform.Format {
  const redact = createRedactor(options.secrets.filter((secret) => secret !== undefined));
  return format((info) => {
    const { level, message, ...fields } = info;
    const line = redact({
      time: new Date().toISOString(),
      level,
      message,
      service: options.service,
      pid: process.pid,
      ...currentLogContext(),
      ...fields,
    });
    // winston finds level and message by these names, the level also under its own symbol.
    return Object.assign(Object.create(null), line, {
      [Symbol.for('level')]: info[Symbol.for('level')],
    });
  })();
}

/** One JSON object a line; the values are plain already. PM2 shows such lines on a terminal. */
const json = format.printf((line) => terminalText(JSON.stringify(line)));

const pretty = format.printf(prettyLine);

function rotatedFile(file: string): DailyRotateFile {
  const path = resolve(file);
  const extension = extname(path);
  const transport = new DailyRotateFile({
    dirname: dirname(path),
    filename: `${basename(path, extension)}-%DATE%`,
    extension: extension === '' ? '.log' : extension,
    auditFile: join(dirname(path), `.${basename(path)}.rotation.json`),
    createSymlink: true,
    symlinkName: basename(path),
    maxSize: FILE_SIZE,
    maxFiles: KEPT_FILES,
    utc: true,
    format: json,
    options: { flags: 'a', mode: 0o640 },
  });
  // A full disk must not end the process; stdout still has the lines.
  transport.logStream.on('error', (error: Error) => {
    process.stderr.write(terminalText(`${path} cannot be written: ${error.message}\n`));
  });
  return transport;
}

/** Resolves when winston has passed on every line and the file, if any, has taken them. */
async function ended(winston: Winston, file: DailyRotateFile | undefined): Promise<void> {
  // An error has been told where it happened, and is no reason not to end.
  const flushed = file && once(file.logStream, 'close').catch(() => undefined);
  const passedOn = once(winston, 'finish');
  winston.end();
  await passedOn;
  await Promise.race([flushed, delay(FLUSH_MS, undefined, { ref: false })]);
}

/**
 * A logger to stdout (JSON, one object a line; readable on a terminal) and to `file` if given.
 * Every line carries time, level, service, pid and what surrounds it (see logContext).
 */
export function createLogger(options: LoggerOptions): Logger {
  const file = options.file === undefined ? undefined : rotatedFile(options.file);
  const winston = createWinston({
    level: options.level,
    format: lineFormat(options),
    transports: [
      new transports.Console({ format: process.stdout.isTTY ? pretty : json }),
      ...(file === undefined ? [] : [file]),
    ],
  });

  let closed: Promise<void> | undefined;
  function close(): Promise<void> {
    closed ??= ended(winston, file);
    return closed;
  }

  function loggerWith(always: Fields): Logger {
    function line(level: LogLevel): LogLine {
      // Winston would redact and format a line first, and then find that no transport takes it.
      if (!winston.isLevelEnabled(level)) return () => undefined;
      return (message, fields) => {
        if (closed === undefined) winston.log({ ...always, ...fields, level, message });
      };
    }
    return {
      error: line('error'),
      warn: line('warn'),
      info: line('info'),
      debug: line('debug'),
      child: (fields) => loggerWith({ ...always, ...fields }),
      close,
    };
  }

  return loggerWith({});
}
