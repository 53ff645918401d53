import { ulid } from 'ulid';
import { requestHash } from '../../config/requestHash.ts';
import { AppError } from '../../errors/AppError.ts';
import { DURABLE } from '../../models/durable.ts';
import { HttpExecutionModel } from '../../models/HttpExecutionModel.ts';
import { type HttpJobDoc, HttpJobModel } from '../../models/HttpJobModel.ts';
import { insertOnce } from '../../models/insertOnce.ts';
import { type Page, pageOfModel } from '../../models/pages.ts';
import { readOne } from '../../models/readDeadline.ts';
import { pageOfExecutions } from './executionPages.ts';
import { recordExecution, type Trigger } from './executions.ts';
import {
  fingerprintOf,
  type HttpJobDefaults,
  type HttpJobInput,
  httpJobFields,
} from './httpJobInput.ts';
import { shownJob } from './httpJobView.ts';
import { type OutgoingCall, shownCall } from './outgoingCall.ts';
import { deadlineOf } from './taskDeadline.ts';
import { type TaskWays, wayOf } from './taskWay.ts';

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
  ways: TaskWays;
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

const DAY_MS = 86_400_000;

function noSuchJob(id: string): AppError {
  return new AppError('NOT_FOUND', `There is no HTTP job ${id}.`);
}

/** The HTTP jobs and one-off tasks of this installation. */
export function createHttpJobs(options: HttpJobsOptions) {
  const { putIn, forgetSlots, retentionDays, secrets, ways } = options;

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
    own: Pick<HttpJobDoc, '_id' | 'oneOff' | 'way' | 'fingerprint'> & { expiresAt?: Date },
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
      const job = documentOf(fields, {
        _id: ulid(),
        oneOff: false,
        way: 'queue',
        fingerprint: null,
      });
      if (job.lookAt !== null) await forgetSlots(job);
      await insertOnce(HttpJobModel, job);
      return { ...shownJob(job), signing_secret: madeSecret };
    },
    async list(page: Page) {
      const { items, nextCursor } = await pageOfModel(HttpJobModel, { oneOff: false }, page, -1);
      return { items: items.map(shownJob), nextCursor };
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
      requireOn();
      const job = await find(id);
      const key = idempotencyKey && `run-${shortHash(accountId, id, idempotencyKey)}`;
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
     * Puts a one-off task in. Under the same idempotency key the same request is the same task, and goes the
     * way that it went the first time.
     * @throws AppError `IDEMPOTENCY_KEY_REUSED` for another request under a known key; `HTTP_TASKS_OFF`.
     */
    async accept(input: TaskInput, { accountId, idempotencyKey }: Requester) {
      requireOn();
      const { fields, madeSecret } = httpJobFields({ ...input, schedule: null }, options);
      const fingerprint = fingerprintOf(input);
      const runAt = input.scheduled_at === undefined ? undefined : new Date(input.scheduled_at);
      const until = Math.max(Date.now(), runAt?.getTime() ?? 0);
      const _id =
        idempotencyKey === undefined ? ulid() : `t-${shortHash(accountId, idempotencyKey)}`;
      const task = documentOf(fields, {
        ...{ _id, oneOff: true, way: wayOf(_id, ways), fingerprint },
        expiresAt: new Date(until + retentionDays * DAY_MS),
      });
      const known = await insertOrFind(task);
      if (known.fingerprint !== fingerprint) {
        throw new AppError(
          'IDEMPOTENCY_KEY_REUSED',
          'The Idempotency-Key stands for another task already: take a new key.',
        );
      }
      const id =
        known.way === 'in-memory'
          ? await leaveToPool(known, runAt)
          : await execute(known, 'task', { key: task._id, runAt });
      return { id, signing_secret: known === task ? madeSecret : null };
    },
    async executions(id: string, page: Page) {
      await find(id);
      return pageOfExecutions(id, page);
    },
  };

  /** The processes that call addresses themselves find it by its record. */
  async function leaveToPool(task: HttpJobDoc, runAt: Date | undefined): Promise<string> {
    const scheduledAt = runAt ?? new Date();
    await recordExecution(task, {
      jobId: task._id,
      trigger: 'task',
      scheduledAt,
      way: 'in-memory',
    });
    return task._id;
  }

  function requireOn(): void {
    if (ways.mode !== 'off') return;
    throw new AppError(
      'HTTP_TASKS_OFF',
      'No HTTP tasks are taken here: HTTP_TASKS_MODE is off. Set it to queue, and restart the API.',
    );
  }

  /** The task itself, or the one that its id stands for already. */
  async function insertOrFind(task: HttpJobDoc): Promise<HttpJobDoc> {
    if (await insertOnce(HttpJobModel, task)) return task;
    // It may have expired in between.
    return (await HttpJobModel.findById(task._id).lean<HttpJobDoc>()) ?? insertOrFind(task);
  }
}

export type HttpJobs = ReturnType<typeof createHttpJobs>;

function shortHash(...request: Parameters<typeof requestHash>): string {
  return requestHash(...request).slice(0, 32);
}
