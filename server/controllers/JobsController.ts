import { closest, distance } from 'fastest-levenshtein';
import { requestHash } from '../config/requestHash.ts';
import { AppError } from '../errors/AppError.ts';
import type { KindView } from '../Services/BackgroundJobs/admin/kinds.ts';
import type { Enqueuer } from '../Services/BackgroundJobs/enqueuing/enqueuer.ts';
import type { JobKind } from '../Services/BackgroundJobs/queues/jobDefinition.ts';
import { accepted, ok } from './reply.ts';

export interface JobsDeps {
  enqueuer: Enqueuer;
  kinds: readonly JobKind[];
  describeKinds(): KindView[];
}

interface Request {
  payload: unknown;
  key?: string | undefined;
  unique?: string | undefined;
  uniqueUntil?: 'start' | 'end' | undefined;
  runAt?: string | undefined;
  priority?: number | undefined;
}

interface Requester {
  accountId: string;
  idempotencyKey: string | undefined;
}

/** Putting single jobs in, and the kinds that there are. */
export function createJobsController({ enqueuer, kinds, describeKinds }: JobsDeps) {
  return {
    async enqueue(
      job: JobKind,
      { payload, key, unique, uniqueUntil, runAt, priority }: Request,
      { accountId, idempotencyKey }: Requester,
    ) {
      const identity =
        key ?? (idempotencyKey && `request-${requestHash(accountId, idempotencyKey)}`);
      return accepted(
        await enqueuer.enqueue(job, payload, {
          ...(identity !== undefined && { key: identity }),
          ...(unique !== undefined && { unique }),
          ...(uniqueUntil !== undefined && { uniqueUntil }),
          ...(runAt !== undefined && { runAt: new Date(runAt) }),
          ...(priority !== undefined && { priority }),
        }),
      );
    },
    refuse(kind: string): never {
      const offered = kinds.filter(({ requestable }) => requestable === true);
      const names = offered.map((each) => each.kind);
      const nearest = names.length === 0 ? '' : closest(kind, names);
      const hint =
        nearest !== '' && distance(kind, nearest) <= 3 ? ` Did you mean ${nearest}?` : '';
      const isThere = kinds.some((each) => each.kind === kind);
      throw new AppError(
        'NOT_FOUND',
        isThere
          ? `Jobs of ${kind} cannot be asked for singly: its definition does not say requestable.`
          : `There is no kind of job "${kind}".${hint}`,
      );
    },
    kinds: () => ok({ items: describeKinds() }),
  };
}

export type JobsController = ReturnType<typeof createJobsController>;
