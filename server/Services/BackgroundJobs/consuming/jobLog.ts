type Fields = Readonly<Record<string, unknown>>;

/** A logger that adds the job's runId, jobId and userId to every line. */
export interface JobLog {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}
