import type { Env } from '../../../config/env.ts';
import { AppError } from '../../../errors/AppError.ts';
import type { QueueHealthReport } from '../health/queueHealth.ts';
import { ownQueues } from '../initializeQueues.ts';
import { cacheCleanupJob } from '../jobs/cacheCleanup/cacheCleanup.job.ts';
import { creditScoreJob } from '../jobs/creditScore/creditScore.job.ts';
import { creditScoreSchedule } from '../jobs/creditScore/creditScore.schedule.ts';
import { emailJob } from '../jobs/email/email.job.ts';
import { healthCheckJob } from '../jobs/healthCheck/healthCheck.job.ts';
import { heartbeatJob } from '../jobs/heartbeat/heartbeat.job.ts';
import { httpTaskJob } from '../jobs/httpTask/httpTask.job.ts';
import { noticeWebhookJob } from '../jobs/noticeWebhook/noticeWebhook.job.ts';
import { orderProcessingJob } from '../jobs/orderProcessing/orderProcessing.job.ts';
import { orderRoutingJob } from '../jobs/orderRouting/orderRouting.job.ts';
import { paymentReminderJob } from '../jobs/paymentReminders/paymentReminder.job.ts';
import { paymentReminderSchedule } from '../jobs/paymentReminders/paymentReminder.schedule.ts';
import { postWebhookJob } from '../jobs/postWebhook/postWebhook.job.ts';
import { publishPostsJob } from '../jobs/publishPosts/publishPosts.job.ts';
import { reportJob } from '../jobs/report/report.job.ts';
import { serviceNoticesJob } from '../jobs/serviceNotices/serviceNotices.job.ts';
import { serviceSyncJob } from '../jobs/serviceSync/serviceSync.job.ts';
import { tokenCheckJob } from '../jobs/tokenCheck/tokenCheck.job.ts';
import { trialReminderJob } from '../jobs/trialReminder/trialReminder.job.ts';
import { userDataJob } from '../jobs/userData/userData.job.ts';
import { weeklyEmailJob } from '../jobs/weeklyEmail/weeklyEmail.job.ts';
import { whatsAppJob } from '../jobs/whatsapp/whatsapp.job.ts';
import type { ScheduleOfKind } from '../scheduling/scheduleParts.ts';
import type { JobDefinition, JobKind, Processor, ProcessorContext } from './jobDefinition.ts';

/** What a processor may be made of. What else a kind needs (a client, a mailer) it makes itself. */
export interface WorkerPlatform {
  readonly env: Env;
  /** How this installation's queues fare; absent where nothing is consumed. */
  readonly queueHealth?: () => Promise<QueueHealthReport>;
}

/** The work of one kind: checks what goes in and what comes out against the definition's schemas. */
export type Work = (payload: unknown, context: ProcessorContext) => Promise<unknown>;

/** A kind of job with the way to its processor. */
export interface CatalogueEntry {
  readonly definition: JobKind;
  /**
   * Loaded by workers only: a producer knows the definition, never the work.
   * @throws MissingProcessor when it loads no function.
   */
  readonly load: (platform: WorkerPlatform) => Promise<Work>;
  /** Made by the processes that run schedules, if the kind has one. */
  readonly schedule?: ScheduleOfKind;
}

/** All kinds of jobs that a worker runs. */
export type Catalogue = readonly CatalogueEntry[];

/** A line of the catalogue that loads no function. */
export class MissingProcessor extends Error {
  override readonly name = 'MissingProcessor';
}

/**
 * Binds a processor to its definition. A processor that does not take the definition's payload
 * and answer its result does not compile.
 * @param schedule what enqueues it at certain times, if anything does.
 */
export function entry<Payload, Result>(
  definition: JobDefinition<Payload, Result>,
  load: (platform: WorkerPlatform) => Promise<Processor<Payload, Result>>,
  schedule?: ScheduleOfKind,
): CatalogueEntry {
  return {
    definition,
    ...(schedule !== undefined && { schedule }),
    async load(platform) {
      const processor = await load(platform);
      if (typeof processor !== 'function') {
        throw new MissingProcessor(
          `The job "${definition.kind}" has no processor: its line in the catalogue must load a function.`,
        );
      }
      return async (payload, context) =>
        resultOf(definition, await processor(payloadOf(definition, payload), context));
    },
  };
}

function payloadOf<Payload>(
  { kind, payload: schema }: JobDefinition<Payload, unknown>,
  payload: unknown,
): Payload {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'INVALID_PAYLOAD',
    `The payload does not fit ${kind}: ${parsed.error.message}`,
  );
}

/** The work is done by then: trying again would only repeat it. */
function resultOf<Result>(
  { kind, result: schema }: JobDefinition<unknown, Result>,
  result: unknown,
): Result {
  const parsed = schema.safeParse(result);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'INVALID_RESULT',
    `What the processor of ${kind} answered does not fit its definition: ${parsed.error.message}`,
  );
}

/** The jobs of this product: a new kind is one folder beside `userData` and one line here. */
export const catalogue: Catalogue = [
  entry(userDataJob, async (platform) =>
    (await import('../jobs/userData/userData.processor.ts')).loadUserDataProcessor(platform),
  ),
  entry(
    orderProcessingJob,
    async () =>
      (await import('../jobs/orderProcessing/orderProcessing.processor.ts')).processOrderJob,
  ),
  entry(
    orderRoutingJob,
    async () => (await import('../jobs/orderRouting/orderRouting.processor.ts')).routeOrderJob,
  ),
  entry(whatsAppJob, async (platform) =>
    (await import('../jobs/whatsapp/whatsapp.processor.ts')).loadWhatsAppProcessor(platform),
  ),
  entry(
    creditScoreJob,
    async () => (await import('../jobs/creditScore/creditScore.processor.ts')).creditScoreProcessor,
    creditScoreSchedule,
  ),
  entry(
    paymentReminderJob,
    async () =>
      (await import('../jobs/paymentReminders/paymentReminder.processor.ts'))
        .paymentReminderProcessor,
    paymentReminderSchedule,
  ),
  entry(
    reportJob,
    async () => (await import('../jobs/report/report.processor.ts')).reportProcessor,
  ),
  ...ownQueues.entries(),
  entry(httpTaskJob, async (platform) =>
    (await import('../jobs/httpTask/httpTask.processor.ts')).loadHttpTaskProcessor(platform),
  ),
  entry(emailJob, async (platform) =>
    (await import('../jobs/email/email.processor.ts')).loadEmailProcessor(platform),
  ),
  entry(publishPostsJob, async (platform) =>
    (await import('../jobs/publishPosts/publishPosts.processor.ts')).loadPublishPostsProcessor(
      platform,
    ),
  ),
  entry(postWebhookJob, async (platform) =>
    (await import('../jobs/postWebhook/postWebhook.processor.ts')).loadPostWebhookProcessor(
      platform,
    ),
  ),
  entry(
    weeklyEmailJob,
    async () => (await import('../jobs/weeklyEmail/weeklyEmail.processor.ts')).weeklyEmailProcessor,
  ),
  entry(
    trialReminderJob,
    async () =>
      (await import('../jobs/trialReminder/trialReminder.processor.ts')).trialReminderProcessor,
  ),
  entry(
    tokenCheckJob,
    async () => (await import('../jobs/tokenCheck/tokenCheck.processor.ts')).tokenCheckProcessor,
  ),
  entry(
    cacheCleanupJob,
    async () =>
      (await import('../jobs/cacheCleanup/cacheCleanup.processor.ts')).cacheCleanupProcessor,
  ),
  entry(healthCheckJob, async (platform) =>
    (await import('../jobs/healthCheck/healthCheck.processor.ts')).loadHealthCheckProcessor(
      platform,
    ),
  ),
  entry(serviceSyncJob, async (platform) =>
    (await import('../jobs/serviceSync/serviceSync.processor.ts')).loadServiceSyncProcessor(
      platform,
    ),
  ),
  entry(
    serviceNoticesJob,
    async () =>
      (await import('../jobs/serviceNotices/serviceNotices.processor.ts')).serviceNoticesProcessor,
  ),
  entry(noticeWebhookJob, async (platform) =>
    (await import('../jobs/noticeWebhook/noticeWebhook.processor.ts')).loadNoticeWebhookProcessor(
      platform,
    ),
  ),
  entry(heartbeatJob, async (platform) =>
    (await import('../jobs/heartbeat/heartbeat.processor.ts')).loadHeartbeatProcessor(platform),
  ),
];
