import { setTimeout as delay } from 'node:timers/promises';
import type { TextRedactor } from '../../config/redaction.ts';
import type { HttpExecutionDoc } from '../../models/HttpExecutionModel.ts';
import { type HttpJobDoc, HttpJobModel } from '../../models/HttpJobModel.ts';
import type { EgressClient } from '../Egress/egressClient.ts';
import type { SecretBox } from '../Secrets/secretBox.ts';
import { callOnce } from './callOnce.ts';
import { interruptedAttempt } from './executions.ts';
import {
  dueMemoryTasks,
  endAbandonedMemoryTasks,
  endMemoryTask,
  takeMemoryTask,
} from './memoryTasks.ts';
import { outgoingCall } from './outgoingCall.ts';

/** Calls the addresses of tasks in this process, as was done before there was a queue. */
export interface MemoryPool {
  /** Begins what is due, as far as there is room: to be called again and again. */
  poll(): Promise<void>;
  /** Lets the calls under way end for so long; those that do not are recorded as failed. */
  stop(graceMs: number): Promise<void>;
}

interface MemoryPoolOptions {
  client: Pick<EgressClient, 'request'>;
  secrets: SecretBox;
  redact: TextRedactor;
  /** Under which name attempts are written down. */
  worker: string;
}

const AT_ONCE = 500;
const TIMEOUT_SECONDS = 10;
/** How often those of dead processes are looked for. */
const ABANDONED_MS = 5_000;

/**
 * The old way: at most 500 calls at once in one process, ten seconds for each, one attempt. Nothing is called
 * twice; what a process had begun when it died has failed.
 */
export function createMemoryPool({
  client,
  secrets,
  redact,
  worker,
}: MemoryPoolOptions): MemoryPool {
  const underWay = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  let lookedForAbandoned = 0;

  async function call(execution: HttpExecutionDoc): Promise<void> {
    const { _id: jobId, httpJobId } = execution;
    if (!(await takeMemoryTask(jobId, worker))) return;
    const startedAt = new Date();
    try {
      const job = await HttpJobModel.findById(httpJobId).lean<HttpJobDoc>();
      if (job === null) throw new Error('The HTTP task was removed.');
      const timeoutSeconds = Math.min(job.timeoutSeconds, TIMEOUT_SECONDS);
      const { attempt } = await callOnce(
        { ...job, timeoutSeconds },
        outgoingCall(job, { jobId, at: startedAt.getTime(), secrets }),
        { client, signal: stopping.signal, redact },
      );
      await endMemoryTask(jobId, { ...attempt, worker });
    } catch (error) {
      const message = redact(error instanceof Error ? error.message : String(error));
      const ended = { startedAt, finishedAt: new Date(), worker };
      const attempt = interruptedAttempt({ ...ended, error: { code: 'JOB_FAILED', message } });
      await endMemoryTask(jobId, attempt);
    }
  }

  return {
    async poll() {
      if (Date.now() - lookedForAbandoned > ABANDONED_MS) {
        await endAbandonedMemoryTasks();
        lookedForAbandoned = Date.now();
      }
      const due = await dueMemoryTasks(AT_ONCE);
      for (const execution of due) {
        const { _id } = execution;
        if (underWay.size >= AT_ONCE) return;
        if (underWay.has(_id)) continue;
        // What cannot be written down now is found again, or given up in half a minute.
        const called = call(execution).catch(() => undefined);
        underWay.set(
          _id,
          called.finally(() => underWay.delete(_id)),
        );
      }
    },
    async stop(graceMs) {
      await Promise.race([
        Promise.all(underWay.values()),
        delay(graceMs, undefined, { ref: false }),
      ]);
      stopping.abort(new Error('The process was stopped while it called the address.'));
      await Promise.all(underWay.values());
    },
  };
}
