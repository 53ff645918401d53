import type { Job, Worker } from 'bullmq';
import { CANARY } from '../queues/canary.ts';
import { readEnvelope } from '../queues/envelope.ts';
import { isForbidden, isRedisUnavailable, refusesWrites } from '../queues/redisErrors.ts';
import type { JobNotes } from '../recording/jobNotes.ts';
import type { Recorder } from '../recording/recorder.ts';
import { belongsTo } from './execute.ts';
import type { JobLog } from './jobLog.ts';
import { attemptOf, recordOfEvent } from './jobRecords.ts';
import type { ThroughputLog } from './throughputLog.ts';

interface EventOptions {
  queue: string;
  recorder: Recorder;
  notes: Pick<JobNotes, 'attempt'>;
  throughput: ThroughputLog;
  log: JobLog;
  /** Whether the record says already what became of it. */
  isSettled: (job: Job) => boolean;
  /** The queue's canary, sent at that instant, has gone through. */
  onCanary: (sentAt: Date) => void;
  /** An attempt has ended; `settled` if its record says so already. */
  onEnded: (how: 'completed' | 'settled' | 'failed') => void;
  /** Redis refuses what the worker needs. */
  onRefused: (error: Error) => void;
}

/** Records and logs what BullMQ tells of the jobs of one worker, once Redis has acknowledged it. */
export function hearWorker(worker: Worker, options: EventOptions): void {
  const { queue, log } = options;
  /** What has been told of errors since a job was taken last. */
  const told = new Set<string>();
  worker.on('active', () => told.clear());
  worker.on('completed', (job) => {
    if (job.name === CANARY) return options.onCanary(new Date(job.timestamp));
    if (options.isSettled(job)) return options.onEnded('settled');
    options.onEnded('completed');
    note(job, 'completed', options);
  });
  worker.on('failed', (job) => {
    options.onEnded('failed');
    if (job === undefined) return;
    note(job, job.finishedOn === undefined ? 'delayed' : 'failed', options);
  });
  worker.on('stalled', (queueId) => {
    log.warn('A job’s worker vanished; the job goes to another', { queueId });
  });
  worker.on('error', (error) => {
    if (refusesWrites(error) || isForbidden(error)) return options.onRefused(error);
    // That Redis is away is the connection's to say, once.
    if (isRedisUnavailable(error) || told.has(error.message)) return;
    told.add(error.message);
    log.warn('Worker error', { queue, error });
  });
}

function note(
  job: Job,
  status: 'completed' | 'failed' | 'delayed',
  { recorder, notes, throughput, log }: EventOptions,
): void {
  const record = recordOfEvent(job, status);
  if (record === null) return;
  recorder.record(record);
  // One that succeeds at once is told by its record alone.
  if (status !== 'completed' || job.attemptsStarted > 1) {
    notes.attempt(record.jobId, attemptOf(record, status === 'completed' ? status : 'failed'));
  }
  throughput.ended(status);
  const { attempts, error } = record;
  const durationMs = Date.now() - (job.processedOn ?? Date.now());
  const reading = readEnvelope(job.name, job.data);
  const whose = reading.state === 'read' ? belongsTo(reading.envelope) : {};
  const fields = { ...whose, attempts, durationMs, error };
  if (status === 'completed') log.debug('Job completed', fields);
  else log.warn(status === 'failed' ? 'Job failed' : 'Attempt failed', fields);
}
