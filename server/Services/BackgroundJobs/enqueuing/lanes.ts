import type { Env } from '../../../config/env.ts';
import type { JobKind } from '../queues/jobDefinition.ts';
import type { JobQueue } from '../queues/jobQueue.ts';
import type { QueueManager } from '../queues/queueManager.ts';
import { type RetentionDays, retentionOf } from '../recording/expiry.ts';
import { createOutbox, type Outbox } from './outbox.ts';

/** A queue and the way into it. */
export interface Lane {
  readonly queue: JobQueue;
  readonly outbox: Outbox;
  /** How long the records of finished jobs are kept, and those of duplicates. */
  readonly retentionDays: RetentionDays;
  readonly duplicateRetentionDays: number;
}

/** All queues of this process. */
export interface Lanes extends Iterable<Lane> {
  /** The lane of the queue of this name; undefined for a queue that the catalogue does not have. */
  find(queue: string): Lane | undefined;
  /** @throws Error for a name that is not in the catalogue. */
  of(queue: string): Lane;
}

type LaneSettings = Pick<Lane, 'retentionDays' | 'duplicateRetentionDays'>;

/** What all lanes have from the settings, and the kinds say otherwise. */
export function laneSettings(env: Env, kinds: readonly JobKind[]): LaneSettings {
  return {
    retentionDays: retentionOf(kinds, env.JOB_STATUS_RETENTION_DAYS),
    duplicateRetentionDays: env.DUPLICATE_RETENTION_DAYS,
  };
}

/** A lane for each queue; one that could not be opened says so when it is used. */
export function openLanes(manager: QueueManager, settings: LaneSettings): Lanes {
  const unopened = manager.failed.map(({ queue }) => manager.queue(queue));
  return lanesOf(
    [...manager.queues, ...unopened].map((queue) => ({
      queue,
      outbox: createOutbox({ queue, ...settings }),
      ...settings,
    })),
  );
}

/** These lanes, by name. */
export function lanesOf(lanes: readonly Lane[]): Lanes {
  const byName = new Map(lanes.map((lane) => [lane.queue.name, lane]));
  return {
    [Symbol.iterator]: () => byName.values(),
    find: (queue) => byName.get(queue),
    of(queue) {
      const lane = byName.get(queue);
      if (lane === undefined) throw new Error(`There is no queue "${queue}" in the catalogue.`);
      return lane;
    },
  };
}
