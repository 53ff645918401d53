import { setTimeout as delay } from 'node:timers/promises';
import { allowanceOf } from '../../../../config/egressAllowance.ts';
import { isMongoUnavailable } from '../../../../models/mongoErrors.ts';
import type { ServiceLogDoc } from '../../../../models/ServiceLogModel.ts';
import { type ServiceDoc, ServiceModel } from '../../../../models/ServiceModel.ts';
import { JobStatusModel } from '../../../../models/system/JobStatusModel.ts';
import { createEgressClient, type EgressClient } from '../../../Egress/egressClient.ts';
import { createSecretBox, type SecretBox } from '../../../Secrets/secretBox.ts';
import { deferHost, takeHostTurn } from '../../../ServiceSync/hostTurns.ts';
import type { Reading } from '../../../ServiceSync/reading.ts';
import { readService } from '../../../ServiceSync/readService.ts';
import { logOf, recordLog, showNewest } from '../../../ServiceSync/serviceLogs.ts';
import { SyncFailed } from '../../../ServiceSync/syncFailed.ts';
import { isToBeTold } from '../../../ServiceSync/toldServices.ts';
import type { WorkerPlatform } from '../../queues/catalogue.ts';
import type { ProcessorContext, ProcessorOf } from '../../queues/jobDefinition.ts';
import { FailNow, RetryLater } from '../outcomes.ts';
import { tellSoon } from '../serviceNotices/tellSoon.ts';
import { type ServiceSynced, SYNC_ATTEMPTS, type serviceSyncJob } from './serviceSync.job.ts';

type ServiceSync = ProcessorOf<typeof serviceSyncJob>;

interface Dependencies {
  client: Pick<EgressClient, 'request'>;
  secrets: SecretBox;
  /** Between two services of one host. */
  spacingMs: number;
  /** How often people are told of what has changed. */
  noticesEveryMs: number;
}

/** The longest wait for the host's turn that a job spends at work; for a longer one it is put off. */
const SHORT_WAIT_MS = 2_000;
/** The longest that a job waits for its host, however often it is put off; then it fails. */
const PATIENCE_MS = 3_600_000;
/** Those that wait for the same instant do not come all at once. */
const SPREAD_MS = 500;

/** The work as a worker process has it, with connections of its own. */
export function loadServiceSyncProcessor({ env }: WorkerPlatform): ServiceSync {
  return serviceSyncProcessor({
    client: createEgressClient({
      allowance: allowanceOf(env),
    }),
    secrets: createSecretBox(env),
    spacingMs: env.SERVICE_SYNC_HOST_SPACING_MS,
    noticesEveryMs: env.SERVICE_NOTICES_EVERY_MS,
  });
}

/**
 * Asks a service, and writes its log when there is an answer or no try is left: whatever is tried again, a
 * service has one log for each slot.
 */
function serviceSyncProcessor({
  client,
  secrets,
  spacingMs,
  noticesEveryMs,
}: Dependencies): ServiceSync {
  return async ({ serviceId, slot: slotText }, context) => {
    const slot = new Date(slotText);
    const service = await inDatabase(ServiceModel.findById(serviceId).lean<ServiceDoc>());
    if (service === null) {
      throw new FailNow('SERVICE_ERROR', `There is no service ${serviceId} any more.`);
    }
    const known = await inDatabase(logOf(serviceId, slot));
    if (known !== null) return conclude(known, service, context);
    const found = await look(service, context);
    const { attempt: attempts, jobId, runId } = context;
    const log = await inDatabase(
      recordLog({ ...found, serviceId, name: service.name, slot, attempts, jobId, runId }),
    );
    return conclude(log, service, context);
  };

  /** Also of a log that an earlier try wrote before it crashed. */
  async function conclude(
    log: ServiceLogDoc,
    { _id: serviceId, name }: ServiceDoc,
    context: ProcessorContext,
  ): Promise<ServiceSynced> {
    const shown = await inDatabase(showNewest(log));
    if (shown !== null && isToBeTold(shown)) await tell(context);
    const { status, error, latencyMs, changes, effects } = log;
    if (error !== null) {
      throw new FailNow(
        error.code,
        `${name}: ${error.message} (${error.reason}) This slot is written down; to ask again now: POST /api/v1/sync/service/${serviceId}`,
      );
    }
    return { serviceId, name, status, latencyMs, changes: changes.length, effects };
  }

  /** Telling is never the sync's fault: what is not told now is told with the next change, or sync. */
  async function tell({ log }: ProcessorContext): Promise<void> {
    await tellSoon(noticesEveryMs).catch((error: unknown) => {
      log.warn('People are told of a service’s change with the next sync only', { error });
    });
  }

  async function look(service: ServiceDoc, context: ProcessorContext) {
    try {
      return { ...(await ask(service, context)), error: null };
    } catch (failure) {
      if (!(failure instanceof SyncFailed)) throw failure;
      const mayRetry = await allowsRetry(failure, service);
      if (mayRetry && context.attempt < SYNC_ATTEMPTS) throw failure;
      const { code, reason, latencyMs, message } = failure;
      return { ...NOTHING_READ, latencyMs, summary: message, error: { code, reason, message } };
    }
  }

  async function ask(service: ServiceDoc, { jobId, signal }: ProcessorContext) {
    if (!service.active) {
      throw new SyncFailed(
        { code: 'SERVICE_ERROR', reason: 'INACTIVE', retry: false },
        'It is not active any more.',
      );
    }
    const busy = { code: 'API_ERROR', reason: 'HOST_BUSY', retry: false } as const;
    for (;;) {
      const waitMs = await inDatabase(takeHostTurn(service.host, spacingMs));
      if (waitMs === 0) return readService(service, { client, secrets, signal });
      if (waitMs > SHORT_WAIT_MS) {
        await comeAgain(waitMs, jobId, new SyncFailed(busy, `${service.host} has no turn for it.`));
      }
      await delay(waitMs, undefined, { signal });
    }
  }

  /** A host that asks to wait has no turn until then: the retry, and its other services, wait for it. */
  async function allowsRetry({ retry, askedMs }: SyncFailed, { host }: ServiceDoc) {
    if (askedMs === null) return retry;
    await inDatabase(deferHost(host, new Date(Date.now() + askedMs)));
    return askedMs <= PATIENCE_MS;
  }
}

const NOTHING_READ: Pick<Reading, 'facts' | 'effects' | 'certificateDaysLeft'> & {
  status: 'failed';
} = { status: 'failed', facts: [], effects: 0, certificateDaysLeft: null };

/** @throws RetryLater, or the failure when the job would have waited for too long in all. */
async function comeAgain(waitMs: number, jobId: string, failure: SyncFailed): Promise<never> {
  const record = await inDatabase(JobStatusModel.findById(jobId, { postponedSince: 1 }).lean());
  const since = record?.postponedSince?.getTime() ?? Date.now();
  if (Date.now() + waitMs - since > PATIENCE_MS) throw failure;
  throw new RetryLater(waitMs + SPREAD_MS * Math.random(), failure.message);
}

/** A database that is away is the worker's affair: it hands the job back at no cost. */
async function inDatabase<Result>(work: PromiseLike<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (isMongoUnavailable(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw Object.assign(new Error(message, { cause: error }), { code: 'DATABASE_ERROR' });
  }
}
