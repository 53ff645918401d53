import { chunksOf } from '../../../config/chunksOf.ts';
import { inTime } from '../../../config/inTime.ts';
import { bulkWriteFailures, requireConflicts } from '../../../models/bulkWriteFailures.ts';
import { untilNoneLost } from '../../../models/lostRaces.ts';
import { isMongoUnavailable } from '../../../models/mongoErrors.ts';
import {
  type AttemptDoc,
  JobStatusModel,
  type LogLineDoc,
} from '../../../models/system/JobStatusModel.ts';
import type { JobLog } from '../consuming/jobLog.ts';

/**
 * Keeps with a job's record what its state does not say: how its starts ended, the lines that its work
 * wrote, and how far it is. Notes are gathered and written within a second, a thousand jobs with one
 * write, and a job that succeeds in its first start and says nothing costs none. What a process that
 * crashes had not written yet is lost; no state depends on it.
 */
export interface JobNotes {
  /** The last 20 are kept. */
  attempt(jobId: string, attempt: AttemptDoc): void;
  /** The last 100 are kept, each cut at 500 characters. */
  line(jobId: string, text: string): void;
  /** @param percent 0 to 100; what is beyond is cut, and what is no number is left out. */
  progress(jobId: string, percent: number): void;
  /** Writes what was taken until now, as far as MongoDB answers within `deadlineMs`. */
  flush(deadlineMs: number): Promise<void>;
}

interface JobNotesOptions {
  /** Takes secrets and control characters out of a text. */
  clean: (text: string) => string;
  log: JobLog;
}

interface Notes {
  attempts: AttemptDoc[];
  lines: LogLineDoc[];
  progress?: number;
}

const WRITE_EVERY_MS = 500;
const MAX_BATCH = 1_000;
/** Bounds the memory that an outage of MongoDB may take; what is beyond is not kept. */
const MAX_JOBS = 5_000;
const ATTEMPTS_KEPT = 20;
const LINES_KEPT = 100;
const LINE_LENGTH = 500;

/** Makes the notes of this process. */
export function createJobNotes({ clean, log }: JobNotesOptions): JobNotes {
  let waiting = new Map<string, Notes>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  function of(jobId: string): Notes | null {
    const known = waiting.get(jobId);
    if (known !== undefined) return known;
    if (waiting.size >= MAX_JOBS) return null;
    const fresh: Notes = { attempts: [], lines: [] };
    waiting.set(jobId, fresh);
    timer ??= setTimeout(write, WRITE_EVERY_MS);
    return fresh;
  }

  /** One write at a time: lines of a job stand in the order in which they were written. */
  function write(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    writing = writing.then(bring);
  }

  async function bring(): Promise<void> {
    const batch = waiting;
    waiting = new Map();
    try {
      await writeNotes(inOrder(batch));
    } catch (error) {
      if (isMongoUnavailable(error)) keepForLater(batch);
      else log.warn('What jobs said of themselves could not be kept', { error, jobs: batch.size });
    }
  }

  function keepForLater(batch: ReadonlyMap<string, Notes>): void {
    for (const [jobId, before] of batch) {
      const notes = of(jobId);
      if (notes === null) return;
      notes.attempts = [...before.attempts, ...notes.attempts].slice(-ATTEMPTS_KEPT);
      notes.lines = [...before.lines, ...notes.lines].slice(-LINES_KEPT);
      if (before.progress !== undefined) notes.progress ??= before.progress;
    }
  }

  return {
    attempt(jobId, attempt) {
      const notes = of(jobId);
      if (notes === null) return;
      notes.attempts = [...notes.attempts, attempt].slice(-ATTEMPTS_KEPT);
    },
    line(jobId, text) {
      const notes = of(jobId);
      if (notes === null) return;
      notes.lines.push({ at: new Date(), text: clean(text).slice(0, LINE_LENGTH) });
      if (notes.lines.length > LINES_KEPT) notes.lines.shift();
    },
    progress(jobId, percent) {
      if (Number.isNaN(percent)) return;
      const notes = of(jobId);
      if (notes !== null) notes.progress = Math.min(100, Math.max(0, percent));
    },
    async flush(deadlineMs) {
      write();
      if (
        await inTime(
          writing.then(() => true),
          deadlineMs,
          false,
        )
      )
        return;
      log.warn('What jobs said of themselves last was not kept: MongoDB did not answer in time');
    },
  };
}

type NotesOfJob = readonly [jobId: string, notes: Notes];

/** Who writes at the same jobs in the same order does not wait for another in a circle. */
function inOrder(batch: ReadonlyMap<string, Notes>): NotesOfJob[] {
  return [...batch].sort(([left], [right]) => (left < right ? -1 : 1));
}

async function writeNotes(notes: readonly NotesOfJob[]): Promise<void> {
  for (const some of chunksOf(notes, MAX_BATCH)) await untilNoneLost(some, writeBatch);
}

/** @returns those that lost a race, if they may. */
async function writeBatch(
  notes: readonly NotesOfJob[],
  mayLose: boolean,
): Promise<readonly NotesOfJob[]> {
  try {
    await JobStatusModel.bulkWrite(notes.map(writeOf), { ordered: false });
    return [];
  } catch (error) {
    if (!mayLose) throw error;
    requireConflicts(error);
    const failures = bulkWriteFailures(error);
    return notes.filter((_, position) => failures.has(position));
  }
}

function writeOf([_id, { attempts, lines, progress }]: NotesOfJob) {
  return {
    updateOne: {
      filter: { _id },
      update: {
        ...((attempts.length > 0 || lines.length > 0) && {
          $push: {
            ...(attempts.length > 0 && {
              attemptLog: { $each: attempts, $slice: -ATTEMPTS_KEPT },
            }),
            ...(lines.length > 0 && { logLines: { $each: lines, $slice: -LINES_KEPT } }),
          },
        }),
        ...(progress !== undefined && { $set: { progress } }),
      },
    },
  };
}
