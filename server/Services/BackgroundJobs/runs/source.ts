import type { z } from 'zod';
import type { JobDefinition, JobKind } from '../queues/jobDefinition.ts';

/** What a source is told of the run that it enumerates. */
interface Selection {
  /** The items asked for, in order of id; null for all that there are. */
  readonly selection: readonly string[] | null;
}

/** What one item's job is made of. */
interface ItemRequest<Payload> {
  readonly payload: Payload;
  /** The user whom it is about, if it is about one: deleting the user takes the job along. */
  readonly userId?: string;
  /**
   * The item's identity beyond this run: while the record of an earlier job of the kind with the same key is
   * kept, however that one ended, the item is its duplicate and runs nothing. A cancelled job releases its
   * key. At most 200 characters.
   */
  readonly key?: string;
  /** While a job of this id is pending, another one of the queue becomes its duplicate. */
  readonly deduplicationId?: string;
  /** Not before this instant; the same one whenever it is asked for the same item of a run. */
  readonly runAt?: Date;
}

/** One run's items and their jobs. */
export interface OpenSource {
  /** The next items after this id, at most `limit`, in byte order of their ids. */
  next(after: string | null, limit: number): Promise<string[]>;
  /** One item's job. */
  request(item: string): ItemRequest<Record<string, unknown>>;
}

/** What runs of a kind enumerate, as the core sees it. */
export interface Source {
  readonly job: JobKind;
  /** @throws ZodError for what is no input of this source. */
  open(run: Selection & { input: unknown }): OpenSource;
}

interface SourceDefinition<Payload, Input> {
  /** The kind of job that each item becomes. */
  readonly job: JobDefinition<Payload, unknown>;
  /** What a run of it is given besides the selection; kept with the run. */
  readonly input: z.ZodType<Input>;
  /**
   * The next items after this id, at most `limit`, in byte order. Ids are of `[0-9A-Za-z_-]` and
   * never change; an item that comes to be behind the checkpoint is for the next run.
   */
  next(after: string | null, limit: number, run: Selection & { input: Input }): Promise<string[]>;
  request(item: string, input: Input): ItemRequest<Payload>;
}

/** Defines what a run of a kind enumerates. */
export function defineSource<Payload extends Record<string, unknown>, Input>(
  definition: SourceDefinition<Payload, Input>,
): Source {
  return {
    job: definition.job,
    open({ input: given, selection }) {
      const input = definition.input.parse(given);
      return {
        next: (after, limit) => definition.next(after, limit, { selection, input }),
        request: (item) => definition.request(item, input),
      };
    },
  };
}
