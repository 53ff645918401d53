import type { JobLog } from '../consuming/jobLog.ts';
import type { Producer } from '../producer.ts';
import { findRun, isRunOpen, openNewRun, openSlotRun } from '../runs/ledger.ts';
import { slotRunId } from '../runs/runId.ts';
import type { Source } from '../runs/source.ts';
import type { SlotTarget, SlotToBegin } from './defineSchedule.ts';

interface RunOfSlots {
  /** The kind of job that an item becomes; its source is what the run enumerates. */
  kind: string;
  /** What the source is given. */
  input: (slot: SlotToBegin) => Record<string, unknown>;
  producer: Pick<Producer, 'drive' | 'requireRoom'>;
  /** Looked at before a run is opened: a slot without any item makes none. Without it, each makes one. */
  source?: Source;
  batchSize: number;
  log: JobLog;
}

/** Begins a run at each slot: its ledger is opened, and its items are enqueued in the background. */
export function beginsRun({
  kind,
  input,
  producer,
  source,
  batchSize,
  log,
}: RunOfSlots): SlotTarget {
  return {
    ready: () => producer.requireRoom(),
    async begin(toBegin) {
      const { schedule, slot, trigger } = toBegin;
      const given = input(toBegin);
      const begun = { runId: slotRunId(schedule, slot) };
      if (source !== undefined && !(await hasItems(source, given))) {
        // One that was opened before a crash stays: what it had to do may be done by now.
        return (await findRun(begun.runId)) === null ? { empty: true } : begun;
      }
      const run = await openSlotRun({
        ...{ kind, input: given, schedule, slot, trigger, mode: 'queue', batchSize },
      });
      if (run !== null) {
        log.info('Run begun', { runId: run._id, trigger });
        producer.drive(run._id);
      }
      return begun;
    },
    async beginNow(toBegin) {
      await producer.requireRoom();
      const run = await openNewRun({
        ...{ kind, input: input(toBegin), trigger: 'manual', mode: 'queue', batchSize },
        ...{ selection: null, requestId: null },
      });
      producer.drive(run._id);
      return { runId: run._id };
    },
    isOpen: async (begun) => 'runId' in begun && isRunOpen(begun.runId),
  };
}

async function hasItems(source: Source, input: Record<string, unknown>): Promise<boolean> {
  return (await source.open({ input, selection: null }).next(null, 1)).length > 0;
}
