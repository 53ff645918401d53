import { allowanceOf } from '../../../../config/egressAllowance.ts';
import { createTextRedactor, type TextRedactor } from '../../../../config/redaction.ts';
import { secretsIn } from '../../../../config/secretSettings.ts';
import type { HttpExecutionDoc } from '../../../../models/HttpExecutionModel.ts';
import { type HttpJobDoc, HttpJobModel } from '../../../../models/HttpJobModel.ts';
import { createEgressClient, type EgressClient } from '../../../Egress/egressClient.ts';
import { type Called, callOnce } from '../../../HttpTasks/callOnce.ts';
import { type DestinationState, isDown, isSpent } from '../../../HttpTasks/destinationState.ts';
import { createDestinations, type Destinations } from '../../../HttpTasks/destinations.ts';
import {
  beginAttempt,
  endAttempt,
  endExecution,
  noteHeld,
  pruneExecutions,
  recordExecution,
} from '../../../HttpTasks/executions.ts';
import { outgoingCall } from '../../../HttpTasks/outgoingCall.ts';
import { retryDelayMs } from '../../../HttpTasks/retryDelay.ts';
import { GONE } from '../../../HttpTasks/retryTable.ts';
import { deadlineOf } from '../../../HttpTasks/taskDeadline.ts';
import { createSecretBox, type SecretBox } from '../../../Secrets/secretBox.ts';
import { workerName } from '../../consuming/heartbeat.ts';
import { notify } from '../../notifying/notify.ts';
import type { WorkerPlatform } from '../../queues/catalogue.ts';
import type { ProcessorContext, ProcessorOf } from '../../queues/jobDefinition.ts';
import { FailNow, RetryLater } from '../outcomes.ts';
import { endedBefore } from './endedBefore.ts';
import type { httpTaskJob } from './httpTask.job.ts';

interface HttpTaskDependencies {
  client: Pick<EgressClient, 'request'>;
  destinations: Destinations;
  secrets: SecretBox;
  redact: TextRedactor;
  /** Under which name attempts are written down. */
  worker: string;
  retentionDays: number;
}

/** The work as a worker process has it, with connections and limits of its own. */
export function loadHttpTaskProcessor({ env }: WorkerPlatform): ProcessorOf<typeof httpTaskJob> {
  return httpTaskProcessor({
    client: createEgressClient({
      allowance: allowanceOf(env),
      connectionsPerOrigin: env.HTTP_DESTINATION_CONCURRENCY,
    }),
    destinations: createDestinations({
      concurrency: env.HTTP_DESTINATION_CONCURRENCY,
      ratePerSecond: env.HTTP_DESTINATION_RATE,
    }),
    secrets: createSecretBox(env),
    redact: createTextRedactor(secretsIn(env)),
    worker: workerName(),
    retentionDays: env.HTTP_EXECUTION_RETENTION_DAYS,
  });
}

const LONGEST_BUSY_WAIT_MS = 15_000;
const BUSY_GROWTH = 1.5;
/** Those that wait for the same instant do not come all at once. */
const SPREAD_MS = 1_000;

/** Makes the call of a task when its destination bears it, and decides what comes after. */
export function httpTaskProcessor({
  client,
  destinations,
  secrets,
  redact,
  worker,
  retentionDays,
}: HttpTaskDependencies): ProcessorOf<typeof httpTaskJob> {
  return async ({ httpJobId, trigger, scheduledAt }, context) => {
    const { jobId, signal } = context;
    const job = await HttpJobModel.findById(httpJobId).lean<HttpJobDoc>();
    if (job === null) {
      await endExecution(jobId, 'failed', GONE_JOB);
      throw new FailNow(GONE_JOB.code, GONE_JOB.message);
    }
    // The process that enqueued it records the execution too: perhaps after this, or never if it crashed.
    const due = scheduledAt === null ? new Date() : new Date(scheduledAt);
    await recordExecution(job, { jobId, trigger, scheduledAt: due });
    const ended = await endedBefore(jobId);
    if (ended !== null) return resultOf(ended);
    await admitOrWait(job, context);
    const { attempts, countFrom, since } = await beginAttempt(jobId, worker);
    const startedAt = new Date();
    let called: Called;
    try {
      const call = outgoingCall(job, { jobId, at: startedAt.getTime(), secrets });
      called = await callOnce(job, call, { client, signal, redact });
    } catch (error) {
      const ended = { jobId, startedAt, host: 'unknown' as const, waitUntil: null };
      await destinations.conclude(job.destination, ended);
      throw error;
    }
    const { verdict, askedMs } = called;
    const attempt = { ...called.attempt, worker };
    const state = await destinations.conclude(job.destination, {
      jobId,
      startedAt,
      host: attempt.hostFailure ? 'failed' : 'well',
      waitUntil: askedMs === null ? null : new Date(Date.now() + askedMs),
    });
    const spent = [...attempts.slice(countFrom), attempt].filter(
      (each) => each.outcome === 'failed' && isSpent(each, state),
    ).length;

    if (verdict === 'completed') {
      const done = { retryCount: spent, outcome: 'completed', error: null } as const;
      await endAttempt(jobId, attempt, done);
      await pruneExecutions(httpJobId, retentionDays);
      return { status: attempt.status ?? 0, bytes: attempt.bytes };
    }
    const error = attempt.error ?? { code: 'HTTP_FAILED', message: 'The call failed.' };
    const delayMs = nextDelay(state, spent, askedMs);
    const why = verdict === 'fail' ? error : endOf(job, { spent, since, delayMs, error });
    if (why === null) {
      await endAttempt(jobId, attempt, { retryCount: spent, outcome: null, error: null });
      throw new RetryLater(delayMs, error.message);
    }
    if (attempt.status === GONE) await switchOff(job, context);
    await endAttempt(jobId, attempt, {
      retryCount: Math.max(0, spent - 1),
      outcome: 'failed',
      error: why,
    });
    await pruneExecutions(httpJobId, retentionDays);
    throw new FailNow(why.code, why.message);
  };

  async function admitOrWait(job: HttpJobDoc, { jobId }: ProcessorContext): Promise<void> {
    const admission = await destinations.admit(job.destination, jobId, deadlineOf(job));
    if (admission.admitted) return;
    const held = await noteHeld(jobId);
    const untilMs = admission.until.getTime() - Date.now();
    const busyMs = Math.min(LONGEST_BUSY_WAIT_MS, 250 * BUSY_GROWTH ** Math.min(held, 20));
    const waitMs = admission.reason === 'busy' ? busyMs : Math.max(untilMs, 0);
    throw new RetryLater(
      waitMs + SPREAD_MS * Math.random(),
      `${job.destination} ${WAITS[admission.reason]}.`,
    );
  }
}

/** As its end was written down. @throws FailNow for a failed one. */
function resultOf({ outcome, error, attempts }: HttpExecutionDoc) {
  if (outcome === 'failed') {
    throw new FailNow(error?.code ?? 'HTTP_FAILED', error?.message ?? 'The call failed.');
  }
  const last = attempts.at(-1);
  return { status: last?.status ?? 0, bytes: last?.bytes ?? 0 };
}

const WAITS = {
  asked: 'asked us to wait',
  down: 'failed again and again: its tasks are held',
  busy: 'bears no more calls at this moment',
} as const;

const GONE_JOB = { code: 'HTTP_JOB_GONE', message: 'The HTTP job was removed.' };

function nextDelay(state: DestinationState, spent: number, askedMs: number | null): number {
  const backOff = retryDelayMs(Math.max(0, spent - 1), askedMs);
  if (!isDown(state) || state.heldUntil === null) return backOff;
  return state.heldUntil.getTime() - Date.now() + SPREAD_MS * Math.random();
}

/** Why there is no further attempt; null when there is one. */
function endOf(
  { maxRetryCount, maxDurationSeconds }: HttpJobDoc,
  so: {
    spent: number;
    since: Date;
    delayMs: number;
    error: { code: string; message: string };
  },
): { code: string; message: string } | null {
  if (so.spent > maxRetryCount) return so.error;
  if (maxDurationSeconds === null) return null;
  const wouldBe = Date.now() + so.delayMs - so.since.getTime();
  if (wouldBe <= maxDurationSeconds * 1_000) return null;
  return {
    code: 'HTTP_MAX_DURATION',
    message: `The next attempt would be later than ${maxDurationSeconds} s after the task was put in. The last: ${so.error.message}`,
  };
}

/**
 * An address that is gone for good is not called on a schedule any more. People are told first: after a
 * crash in between it is the same notice, and the schedule is still to be switched off.
 */
async function switchOff(job: HttpJobDoc, { log }: ProcessorContext): Promise<void> {
  if (job.oneOff || job.schedule === null || !job.enabled) return;
  await notify({
    key: `http-job-gone-${job._id}-${job.updatedAt.toISOString()}`,
    title: `The HTTP job ${job.name} was switched off: its address is gone`,
    lines: [
      `${job.destination} answered 410 Gone. Its schedule (${job.schedule}, ${job.timezone}) begins nothing any more.`,
      `Give it another address, or remove it: PATCH or DELETE /api/v1/http-jobs/${job._id}`,
      `If the address is there again, let the schedule go on: POST /api/v1/http-jobs/${job._id}/resume`,
    ],
  });
  const disabledReason = 'The address answered 410 Gone.';
  await HttpJobModel.updateOne(
    { _id: job._id },
    { $set: { enabled: false, lookAt: null, disabledReason, updatedAt: new Date() } },
  );
  log.warn('An HTTP job was switched off: its address answered 410', { httpJobId: job._id });
}
