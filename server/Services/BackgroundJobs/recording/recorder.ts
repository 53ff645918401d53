import { setMaxListeners } from 'node:events';
import { inTime } from '../../../config/inTime.ts';
import { isMongoUnavailable } from '../../../models/mongoErrors.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import type { RetentionDays } from './expiry.ts';
import { type JobRecord, writeRecords } from './writeRecords.ts';

/** Brings what became of jobs to their records, gathered: a few writes in flight, the next gathers. */
export interface Recorder {
  /** Takes a record; it is written within a quarter of a second while MongoDB answers. */
  record(record: JobRecord): void;
  /** Settles when there is room: wait for it before taking more work. Rejects with the signal's
   * reason when it aborts first. */
  whenRoom(signal: AbortSignal): Promise<void>;
  /** Writes what was taken until now. Rejects when `deadlineMs` passes first; the reconciler
   * then finds the outcomes in Redis. */
  flush(deadlineMs: number): Promise<void>;
}

type WriteBatch = (records: readonly JobRecord[], retentionDays: RetentionDays) => Promise<unknown>;

interface RecorderOptions {
  log: JobLog;
  retentionDays: RetentionDays;
  /** Records kept in memory while MongoDB is slow or away. */
  capacity?: number;
  retryMs?: number;
  write?: WriteBatch;
}

const MAX_BATCH = 1000;
const WRITES_IN_FLIGHT = 2;
/** Well below the quarter of a second that is promised. */
const GATHER_MS = 100;

/** Makes a recorder of its own buffer. */
export function createRecorder({
  log,
  retentionDays,
  capacity = 5000,
  retryMs = 500,
  write = writeRecords,
}: RecorderOptions): Recorder {
  /** One record for each job: where two wait, only that of the newer start counts. */
  const buffer = new Map<string, JobRecord>();
  /**
   * The jobs of the writes in flight. A newer record of such a job waits for them: the fence orders
   * starts, and two records of one start only by what is written first.
   */
  const inFlight = new Set<string>();
  let writes = 0;
  let gathering: NodeJS.Timeout | null = null;
  /** What was gathered found no write free: it goes with the next one. */
  let isOverdue = false;
  const wakeRoom: (() => void)[] = [];
  const wakeFlush: (() => void)[] = [];

  /** Begins as many writes as may be: of full batches at once, of fewer records after gathering. */
  function writeFull(): void {
    while (writes < WRITES_IN_FLIGHT && buffer.size - inFlight.size >= MAX_BATCH) begin();
    // A write of many records costs hardly more than one of a few: wait for company.
    if (buffer.size > inFlight.size) gathering ??= setTimeout(writeGathered, GATHER_MS);
  }

  function writeGathered(): void {
    if (gathering !== null) clearTimeout(gathering);
    gathering = null;
    isOverdue = writes === WRITES_IN_FLIGHT;
    if (!isOverdue && buffer.size > inFlight.size) begin();
    writeFull();
  }

  function begin(): void {
    const batch: JobRecord[] = [];
    for (const [jobId, record] of buffer) {
      if (inFlight.has(jobId)) continue;
      batch.push(record);
      if (batch.length === MAX_BATCH) break;
    }
    for (const { jobId } of batch) inFlight.add(jobId);
    writes += 1;
    void bring(batch);
  }

  async function bring(batch: readonly JobRecord[]): Promise<void> {
    const areWritten = await written(batch);
    if (!areWritten) await new Promise((resolve) => setTimeout(resolve, retryMs));
    for (const record of batch) {
      inFlight.delete(record.jobId);
      if (areWritten && buffer.get(record.jobId) === record) buffer.delete(record.jobId);
    }
    writes -= 1;
    if (buffer.size < capacity) {
      for (const wake of wakeRoom.splice(0)) wake();
    }
    if (buffer.size === 0) {
      for (const wake of wakeFlush.splice(0)) wake();
    }
    // A flush waits for no further records.
    if (isOverdue || wakeFlush.length > 0) writeGathered();
    else writeFull();
  }

  /** @returns false if the batch is to be tried again. */
  async function written(batch: readonly JobRecord[]): Promise<boolean> {
    try {
      await write(batch, retentionDays);
      return true;
    } catch (error) {
      if (isMongoUnavailable(error)) return false;
      log.error('Records of jobs could not be written; the reconciler will repeat them', {
        error,
        jobs: batch.length,
      });
      return true;
    }
  }

  return {
    record(record) {
      const waiting = buffer.get(record.jobId);
      if (waiting !== undefined && isOlder(record, waiting)) return;
      buffer.set(record.jobId, record);
      writeFull();
    },
    whenRoom(signal) {
      if (buffer.size < capacity) return Promise.resolve();
      if (signal.aborted) return Promise.reject(signal.reason);
      // Each job that waits listens: more than ten of them are no leak.
      setMaxListeners(0, signal);
      return new Promise((resolve, reject) => {
        const onAbort = () => reject(signal.reason);
        signal.addEventListener('abort', onAbort, { once: true });
        wakeRoom.push(() => {
          // The signal lives as long as the worker.
          signal.removeEventListener('abort', onAbort);
          resolve();
        });
      });
    },
    async flush(deadlineMs) {
      if (buffer.size === 0) return;
      const written = new Promise<true>((resolve) => wakeFlush.push(() => resolve(true)));
      writeGathered();
      if (await inTime(written, deadlineMs, false)) return;
      throw new Error(`${buffer.size} records were not written in ${deadlineMs} ms`);
    },
  };
}

function isOlder(record: JobRecord, than: JobRecord): boolean {
  if (record.generation !== than.generation) return record.generation < than.generation;
  return record.start < than.start;
}
