import type { HoldNote } from '../../../models/system/ScheduleModel.ts';
import type { SlotState } from '../../../models/system/SlotModel.ts';
import type { SilentWorker } from '../consuming/workerSigns.ts';
import type { RunView } from '../runs/balance.ts';
import type { Surroundings } from './surroundings.ts';

/** One queue, as situations are found in it. */
export interface QueueFacts {
  queue: string;
  status: 'ok' | 'degraded' | 'down';
  reasons: readonly string[];
  waiting: number | null;
  delayed: number | null;
  oldestWaitingMs: number | null;
  workers: number;
  failed: number;
  lastCompletedAt: Date | null;
  pause: { at: Date; by: string; note: string } | null;
}

/** One schedule, as situations are found in it. */
export interface ScheduleFacts {
  schedule: string;
  next: Date | null;
  /** The oldest slot that is due and of which nothing is known. */
  overdue: Date | null;
  heldUntil: Date | null;
  hold: HoldNote | null;
  heldSince: Date | null;
  lastSlot: { slot: Date; state: SlotState } | null;
}

/** All that situations are found in. */
export interface Facts {
  now: Date;
  redis: 'up' | 'down';
  queues: readonly QueueFacts[];
  workers: readonly {
    worker: string;
    version: string;
    startedAt: Date;
    failedQueues: readonly { queue: string; reason: string }[];
  }[];
  silentWorkers: readonly SilentWorker[];
  clockSetBack: string | null;
  schedules: readonly ScheduleFacts[];
  /** Newest first. */
  runs: readonly RunView[];
  /** The last job that failed. */
  lastFailure: { code: string; at: Date | null } | null;
  /** Failed jobs that somebody has set aside. */
  dismissed: number;
  surroundings: Surroundings;
}
