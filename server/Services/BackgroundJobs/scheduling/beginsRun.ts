import type { JobLog } from '../consuming/jobLog.ts';
import type { Producer } from '../producer.ts';
import { isRunOpen, openSlotRun } from '../runs/ledger.ts';
import { slotRunId } from '../runs/runId.ts';
import type { SlotTarget, SlotToBegin } from './defineSchedule.ts';

interface RunOfSlots {
  /** The kind of job that an item becomes; its source is what the run enumerates. */
  kind: string;
  /** What the source is given. */
  input: (slot: SlotToBegin) => Record<string, unknown>;
  producer: Pick<Producer, 'drive' | 'requireRoom'>;
  batchSize: number;
  log: JobLog;
}

/** Begins a run at each slot: its ledger is opened, and its items are enqueued in the background. */
export function beginsRun({ kind, input, producer, batchSize, log }: RunOfSlots): SlotTarget {
  return {
    ready: () => producer.requireRoom(),
    async begin(toBegin) {
      const { schedule, slot, trigger } = toBegin;
      const run = await openSlotRun({
        ...{ kind, input: input(toBegin), schedule, slot, trigger, mode: 'queue', batchSize },
      });
      if (run !== null) {
        log.info('Run begun', { runId: run._id, trigger });
        producer.drive(run._id);
      }
      return { runId: slotRunId(schedule, slot) };
    },
    isOpen: async (begun) => 'runId' in begun && isRunOpen(begun.runId),
  };
}
