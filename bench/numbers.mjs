const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOTHING = {
  ...{ accepted: 0, completed: 0, failed: 0, duplicates: 0, cancelled: 0, retried: 0 },
  ...{ workedMs: 0, waitedMs: 0, waited: 0 },
};

/**
 * Counts records by minute while they pass, as the processes of an installation would have.
 * @param {Iterable<readonly any[]>} records
 */
export function tallying(records) {
  /** @type {Map<string, any>} */
  const minutes = new Map();

  /**
   * @param {{queue: string, kind: string}} of
   * @param {Date} at
   */
  function minuteOf({ queue, kind }, at) {
    const minute = new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS);
    const _id = `${queue}|${kind}|${minute.toISOString()}|seed`;
    const known = minutes.get(_id);
    if (known !== undefined) return known;
    const hour = new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS);
    const fresh = { _id, grain: 'minute', queue, kind, at: minute, hour, ...NOTHING };
    minutes.set(_id, fresh);
    return fresh;
  }

  function* batches() {
    for (const batch of records) {
      for (const record of batch) count(record);
      yield batch;
    }
  }

  /** @param {any} record */
  function count(record) {
    const { status, queuedAt, startedAt, finishedAt, durationMs } = record;
    minuteOf(record, queuedAt).accepted += 1;
    if (finishedAt === null) return;
    const minute = minuteOf(record, finishedAt);
    minute[status] += 1;
    if (status !== 'completed') return;
    minute.workedMs += durationMs;
    minute.waitedMs += startedAt - queuedAt;
    minute.waited += 1;
  }

  return { batches: batches(), tallied: () => [...minutes.values()] };
}
