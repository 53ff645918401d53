import type { CheckState, HealthCheck } from '../../../../models/HealthSnapshotModel.ts';
import { MailModel } from '../../../../models/MailModel.ts';
import { storeTime } from '../../../../models/serverFacts.ts';
import { JobStatusModel } from '../../../../models/system/JobStatusModel.ts';
import { SlotModel } from '../../../../models/system/SlotModel.ts';
import type { MailTransport } from '../../../Mail/transport.ts';
import type { QueueHealthReport } from '../../health/queueHealth.ts';

const MINUTE_MS = 60_000;
const SLOW_STORE_MS = 500;
const MAIL_LATE_MS = 15 * MINUTE_MS;
const FAILURES_SEEN_MS = 60 * MINUTE_MS;
/** A rate says little about fewer jobs than this. */
const ENOUGH_JOBS = 20;
const HIGH_RATE = 0.1;
const NOTHING_SEEN_MS = 24 * 60 * MINUTE_MS;

/** Redis, the queues and the workers, as the report on the queues has them. */
export function checkQueues({ redis, queues, workers }: QueueHealthReport): HealthCheck[] {
  const unwell = queues.filter(({ status }) => status !== 'ok');
  const worst: CheckState = unwell.some(({ status }) => status === 'down') ? 'down' : 'degraded';
  return [
    redis === 'up'
      ? well('redis')
      : unwellAs('redis', 'down', [
          'Redis gives no answer. Start it: npm run doctor names the command.',
        ]),
    unwell.length === 0
      ? well('queues', `${queues.length} queues flow.`)
      : unwellAs(
          'queues',
          worst,
          unwell.flatMap(({ queue, reasons }) => reasons.map((reason) => `${queue}: ${reason}`)),
        ),
    workers.length > 0
      ? well('workers', `${workers.length} workers are alive.`)
      : unwellAs('workers', 'down', [
          'No worker is alive. Start some: npx pm2 start ecosystem.config.js',
        ]),
  ];
}

/** How quickly MongoDB answers. */
export async function checkMongo(): Promise<HealthCheck> {
  const asked = performance.now();
  await storeTime();
  const tookMs = Math.round(performance.now() - asked);
  return tookMs < SLOW_STORE_MS
    ? well('mongodb')
    : unwellAs('mongodb', 'degraded', [
        `MongoDB took ${tookMs} ms to say its time. Look at its load.`,
      ]);
}

/** Whether the mail server takes mail, and whether mail waits for long. */
export async function checkMail(transport: Pick<MailTransport, 'verify'>): Promise<HealthCheck> {
  const late = await MailModel.countDocuments({
    state: 'waiting',
    createdAt: { $lt: new Date(Date.now() - MAIL_LATE_MS) },
  });
  const waiting = late === 0 ? [] : [`${late} mails have waited for more than 15 minutes.`];
  try {
    await transport.verify();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const say = `The mail server of SMTP_URL does not take mail: ${reason}. See to it, or name another.`;
    return unwellAs('mail', 'down', [say, ...waiting]);
  }
  return late === 0
    ? well('mail')
    : unwellAs('mail', 'degraded', [...waiting, 'Look at the failed jobs of the queue email.']);
}

/** How many of the jobs put in within the last hour failed. */
export async function checkFailures(): Promise<HealthCheck> {
  const queuedAt = { $gte: new Date(Date.now() - FAILURES_SEEN_MS) };
  const [failed, completed] = await Promise.all([
    JobStatusModel.countDocuments({ status: 'failed', queuedAt }),
    JobStatusModel.countDocuments({ status: 'completed', queuedAt }),
  ]);
  const ended = failed + completed;
  if (ended < ENOUGH_JOBS || failed / ended < HIGH_RATE) {
    return well('failures', `${failed} of ${ended} jobs of the last hour failed.`);
  }
  return unwellAs('failures', 'degraded', [
    `${failed} of ${ended} jobs of the last hour failed. GET /app/job-status/failed says why.`,
  ]);
}

/** Slots of the last day that completed, but did nothing, where those before them did something. */
export async function checkNothingDone(): Promise<HealthCheck> {
  const slots = await SlotModel.find({
    didNothing: true,
    slot: { $gte: new Date(Date.now() - NOTHING_SEEN_MS) },
  })
    .sort({ slot: -1 })
    .limit(20)
    .lean();
  if (slots.length === 0) return well('effects');
  return unwellAs(
    'effects',
    'degraded',
    slots.map(
      ({ schedule, slot }) => `${schedule} of ${slot.toISOString()} completed, but did nothing.`,
    ),
  );
}

function well(name: string, ...lines: string[]): HealthCheck {
  return { name, state: 'ok', lines };
}

function unwellAs(name: string, state: CheckState, lines: string[]): HealthCheck {
  return { name, state, lines };
}
