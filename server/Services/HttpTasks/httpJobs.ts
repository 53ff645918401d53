import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import { AppError } from '../../errors/AppError.ts';
import { DURABLE } from '../../models/durable.ts';
import { type HttpExecutionDoc, HttpExecutionModel } from '../../models/HttpExecutionModel.ts';
import { type HttpJobDoc, HttpJobModel } from '../../models/HttpJobModel.ts';
import { isDuplicateKey } from '../../models/mongoErrors.ts';
import { readMany, readOne } from '../../models/readDeadline.ts';
import { recordExecution, type Trigger } from './executions.ts';
import {
  fingerprintOf,
  type HttpJobDefaults,
  type HttpJobInput,
  httpJobFields,
} from './httpJobInput.ts';
import { HIDDEN, type OutgoingCall, shownCall } from './outgoingCall.ts';

/** Puts the job of an execution into the queue. */
export type PutIn = (
  payload: { httpJobId: string; trigger: Trigger; scheduledAt: string | null },
  options: { key?: string; runAt?: Date; deadlineMs: number },
) => Promise<{ jobId: string }>;

interface HttpJobsOptions extends HttpJobDefaults {
  putIn: PutIn;
  /** Forgets the slots that passed until now: they are not owed when a schedule begins again. */
  forgetSlots: (job: Pick<HttpJobDoc, '_id'>) => Promise<void>;
  removeSchedule: (job: Pick<HttpJobDoc, '_id'>) => Promise<void>;
  retentionDays: number;
}

/** What is to be changed. */
export type HttpJobPatch = { [Field in keyof HttpJobInput]?: HttpJobInput[Field] | undefined };

/** What is asked for once. */
export type TaskInput = Omit<HttpJobInput, 'schedule' | 'timezone' | 'overlap' | 'enabled'> & {
  scheduled_at?: string | undefined;
};

interface Requester {
  accountId: string;
  idempotencyKey?: string | undefined;
}

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** A job as people see it: secrets are hidden. */
export function shownJob(job: HttpJobDoc) {
  return {
    id: job._id,
    name: job.name,
    api_url: job.apiUrl,
    method: job.method,
    headers: Object.fromEntries(
      job.headers.map(({ name, value, secret }) => [name, secret ? HIDDEN : value]),
    ),
    body: job.body,
    timeout: job.timeoutSeconds,
    max_retry_count: job.maxRetryCount,
    max_duration: job.maxDurationSeconds,
    retry_on: job.retryOn,
    schedule: job.schedule,
    timezone: job.timezone,
    overlap: job.overlap,
    enabled: job.enabled,
    disabled_reason: job.disabledReason,
    signing: job.signingSecrets.length > 0,
    destination: job.destination,
    created_at: job.createdAt,
    updated_at: job.updatedAt,
  };
}

const EXECUTION_MARGIN_MS = 15_000;
const DAY_MS = 86_400_000;

/** How long an attempt's job may take in all: the call, and what is read and written around it. */
export function deadlineOf({ timeoutSeconds }: Pick<HttpJobDoc, 'timeoutSeconds'>): number {
  return timeoutSeconds * 1_000 + EXECUTION_MARGIN_MS;
}

function noSuchJob(id: string): AppError {
  return new AppError('NOT_FOUND', `There is no HTTP job ${id}.`);
}

/** The HTTP jobs and one-off tasks of this installation. */
export function createHttpJobs(options: HttpJobsOptions) {
  const { putIn, forgetSlots, retentionDays, secrets } = options;

  async function find(id: string): Promise<HttpJobDoc> {
    const found = await readOne((read) =>
      HttpJobModel.findOne({ _id: id, oneOff: false }, null, read).lean<HttpJobDoc>(),
    );
    if (found === null) throw noSuchJob(id);
    return found;
  }

  async function execute(
    job: HttpJobDoc,
    trigger: Trigger,
    { key, runAt }: { key?: string | undefined; runAt?: Date | undefined },
  ): Promise<string> {
    const { jobId } = await putIn(
      { httpJobId: job._id, trigger, scheduledAt: runAt?.toISOString() ?? null },
      {
        ...(key !== undefined && { key }),
        ...(runAt !== undefined && { runAt }),
        deadlineMs: deadlineOf(job),
      },
    );
    await recordExecution(job, { jobId, trigger, scheduledAt: runAt ?? new Date() });
    return jobId;
  }

  function documentOf(
    fields: ReturnType<typeof httpJobFields>['fields'],
    own: Pick<HttpJobDoc, '_id' | 'oneOff' | 'fingerprint'> & { expiresAt?: Date },
  ): HttpJobDoc {
    const now = new Date();
    const runs = fields.schedule !== null && fields.enabled;
    return {
      ...fields,
      ...own,
      disabledReason: null,
      lookAt: runs ? now : null,
      createdAt: now,
      updatedAt: now,
    };
  }

  async function insert(job: HttpJobDoc): Promise<void> {
    await new HttpJobModel(job).save({ w: DURABLE.w, j: DURABLE.journal });
  }

  async function change(job: HttpJobDoc, fields: Partial<HttpJobDoc>): Promise<HttpJobDoc> {
    const after = { ...job, ...fields };
    const isToRun = after.schedule !== null && after.enabled;
    if (isToRun) await forgetSlots(job);
    const changed = await HttpJobModel.findOneAndUpdate(
      { _id: job._id },
      { $set: { ...fields, lookAt: isToRun ? new Date() : null, updatedAt: new Date() } },
      { returnDocument: 'after', writeConcern: DURABLE },
    ).lean<HttpJobDoc>();
    if (changed === null) throw noSuchJob(job._id);
    return changed;
  }

  return {
    async create(input: HttpJobInput) {
      const { fields, madeSecret } = httpJobFields(input, options);
      const job = documentOf(fields, { _id: ulid(), oneOff: false, fingerprint: null });
      if (job.lookAt !== null) await forgetSlots(job);
      await insert(job);
      return { ...shownJob(job), signing_secret: madeSecret };
    },
    async list(
      limit: number,
      cursor: string | undefined,
    ): Promise<Page<ReturnType<typeof shownJob>>> {
      const found = await readMany((read) =>
        HttpJobModel.find(
          { oneOff: false, ...(cursor !== undefined && { _id: { $lt: cursor } }) },
          null,
          read,
        )
          .sort({ _id: -1 })
          .limit(limit + 1)
          .lean<HttpJobDoc[]>(),
      );
      const items = found.slice(0, limit);
      return {
        items: items.map(shownJob),
        nextCursor: found.length > limit ? (items.at(-1)?._id ?? null) : null,
      };
    },
    get: async (id: string) => shownJob(await find(id)),
    async update(id: string, patch: HttpJobPatch) {
      const job = await find(id);
      const { signing: _signed, ...shown } = shownJob(job);
      const given = Object.entries(patch).filter(([, value]) => value !== undefined);
      const merged: HttpJobInput = { ...shown, ...Object.fromEntries(given) };
      const { fields, madeSecret } = httpJobFields(merged, options, job);
      const reason = fields.enabled ? null : job.disabledReason;
      const changed = await change(job, { ...fields, disabledReason: reason });
      return { ...shownJob(changed), signing_secret: madeSecret };
    },
    async remove(id: string): Promise<void> {
      const job = await find(id);
      await HttpJobModel.deleteOne({ _id: id }, { writeConcern: DURABLE });
      await options.removeSchedule(job);
      await HttpExecutionModel.deleteMany({ httpJobId: id });
    },
    async setEnabled(id: string, enabled: boolean) {
      return shownJob(await change(await find(id), { enabled, disabledReason: null }));
    },
    async run(id: string, { accountId, idempotencyKey }: Requester) {
      const job = await find(id);
      const key = idempotencyKey && `run-${hash(`${accountId} ${id} ${idempotencyKey}`)}`;
      return { id: await execute(job, 'run', { key }) };
    },
    async preview(id: string): Promise<OutgoingCall> {
      return shownCall(await find(id), { jobId: ulid(), at: Date.now(), secrets });
    },
    previewTask(input: TaskInput): OutgoingCall {
      const { fields } = httpJobFields(input, options);
      return shownCall(fields, { jobId: ulid(), at: Date.now(), secrets });
    },
    /**
     * Puts a one-off task in. Under the same idempotency key the same request is the same task.
     * @throws AppError `IDEMPOTENCY_KEY_REUSED` for another request under a known key.
     */
    async accept(input: TaskInput, { accountId, idempotencyKey }: Requester) {
      const { fields, madeSecret } = httpJobFields({ ...input, schedule: null }, options);
      const fingerprint = fingerprintOf(input);
      const runAt = input.scheduled_at === undefined ? undefined : new Date(input.scheduled_at);
      const until = Math.max(Date.now(), runAt?.getTime() ?? 0);
      const task = documentOf(fields, {
        _id: idempotencyKey === undefined ? ulid() : `t-${hash(`${accountId} ${idempotencyKey}`)}`,
        oneOff: true,
        fingerprint,
        expiresAt: new Date(until + retentionDays * DAY_MS),
      });
      const known = await insertOnce(task);
      if (known.fingerprint !== fingerprint) {
        throw new AppError(
          'IDEMPOTENCY_KEY_REUSED',
          'The Idempotency-Key stands for another task already: take a new key.',
        );
      }
      const id = await execute(known, 'task', { key: task._id, runAt });
      return { id, signing_secret: known === task ? madeSecret : null };
    },
    async executions(id: string, limit: number, cursor: string | undefined) {
      await find(id);
      const before = cursor === undefined ? null : positionOf(cursor);
      const found = await readMany((read) =>
        HttpExecutionModel.find(
          {
            httpJobId: id,
            ...(before !== null && {
              $or: [
                { createdAt: { $lt: before.createdAt } },
                { createdAt: before.createdAt, _id: { $lt: before._id } },
              ],
            }),
          },
          null,
          read,
        )
          .sort({ createdAt: -1, _id: -1 })
          .limit(limit + 1)
          .lean<HttpExecutionDoc[]>(),
      );
      const items = found.slice(0, limit);
      const last = items.at(-1);
      return {
        items,
        nextCursor:
          found.length > limit && last !== undefined
            ? `${last.createdAt.getTime()}_${last._id}`
            : null,
      };
    },
    /** @throws AppError `NOT_FOUND` */
    async execution(id: string): Promise<HttpExecutionDoc> {
      const found = await readOne((read) =>
        HttpExecutionModel.findById(id, null, read).lean<HttpExecutionDoc>(),
      );
      if (found === null) throw new AppError('NOT_FOUND', `There is no HTTP task ${id}.`);
      return found;
    },
  };

  async function insertOnce(task: HttpJobDoc): Promise<HttpJobDoc> {
    try {
      await insert(task);
      return task;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      const known = await HttpJobModel.findById(task._id).lean<HttpJobDoc>();
      // It expired in between.
      if (known === null) return insertOnce(task);
      return known;
    }
  }
}

export type HttpJobs = ReturnType<typeof createHttpJobs>;

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function positionOf(cursor: string): { createdAt: Date; _id: string } {
  const [, at, _id] = /^(\d{1,15})_(.{1,100})$/.exec(cursor) ?? [];
  if (at === undefined || _id === undefined) {
    throw new AppError('VALIDATION_FAILED', 'The cursor is none of this list.');
  }
  return { createdAt: new Date(Number(at)), _id };
}
