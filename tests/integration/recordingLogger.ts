import type { Logger } from '../../server/config/logger.ts';

export interface LogLine {
  level: string;
  message: string;
  fields: Record<string, unknown>;
}

/** A logger that keeps what it is told. */
export function recordingLogger(lines: LogLine[]): Logger {
  const line = (level: string) => (message: string, fields?: Record<string, unknown>) => {
    lines.push({ level, message, fields: fields ?? {} });
  };
  const logger: Logger = {
    error: line('error'),
    warn: line('warn'),
    info: line('info'),
    debug: line('debug'),
    child: () => logger,
    close: async () => undefined,
  };
  return logger;
}
