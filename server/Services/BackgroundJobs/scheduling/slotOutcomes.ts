import { DURABLE } from '../../../models/durable.ts';
import { acquireLease, releaseLease } from '../../../models/system/LeaseModel.ts';
import { type SlotDoc, SlotModel } from '../../../models/system/SlotModel.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import { notify } from '../notifying/notify.ts';
import { comparableEffects, isSuspicious } from './didNothing.ts';
import { every, type Repetition } from './every.ts';
import { type Ended, endOf } from './slotOutcome.ts';

interface SlotOutcomesOptions {
  /** The zones of the schedules, by name; slots of others are left to who knows them. */
  zones: ReadonlyMap<string, string>;
  /** Told of each outcome once or, after a crash, twice. */
  onEnded: (slot: SlotDoc, ended: Ended) => Promise<void>;
  /** This process, for the lease. */
  by: string;
  intervalMs: number;
  log: JobLog;
}

const LEASE = 'slot-outcomes';
const AT_ONCE = 200;

/**
 * Brings what became of runs and jobs to the records of their slots, in one process at a time, and
 * tells people of a slot that completed but did nothing where those before it did something.
 */
export function startSlotOutcomes(options: SlotOutcomesOptions): Repetition {
  const { by, intervalMs, log } = options;
  const recording = every({ name: 'Slot outcomes', intervalMs, log }, async () => {
    if (!(await acquireLease(LEASE, by, 3 * intervalMs))) return;
    await recordOutcomes(options);
  });
  return {
    async stop() {
      await recording.stop();
      // If it cannot be given back, it runs out by itself.
      await releaseLease(LEASE, by).catch(() => undefined);
    },
  };
}

/** One pass; the oldest first. */
export async function recordOutcomes({
  zones,
  onEnded,
  log,
}: Pick<SlotOutcomesOptions, 'zones' | 'onEnded' | 'log'>): Promise<void> {
  const open = await SlotModel.find({
    outcome: null,
    state: { $in: ['began', 'caught-up'] },
    schedule: { $in: [...zones.keys()] },
  })
    .sort({ slot: 1 })
    .limit(AT_ONCE)
    .lean<SlotDoc[]>();
  for (const slot of open) {
    const ended = await endOf(slot);
    if (ended === null) continue;
    const zone = zones.get(slot.schedule) ?? 'UTC';
    const comparable =
      ended.outcome === 'completed' && ended.effects === 0
        ? await comparableEffects(slot, zone)
        : [];
    const didNothing = isSuspicious(ended.effects, comparable);
    if (didNothing) {
      log.warn('A schedule completed, but did nothing', {
        schedule: slot.schedule,
        slot: slot.slot,
      });
      await notify(noticeOf(slot, ended, comparable));
    }
    await onEnded(slot, ended);
    const { outcome, effects } = ended;
    await SlotModel.updateOne(
      { _id: slot._id },
      { $set: { outcome, effects, didNothing } },
      { writeConcern: DURABLE },
    );
  }
}

/** The sentence names what can be seen from here: nothing to work on, or work without effect. */
function noticeOf(
  { _id, schedule, slot }: SlotDoc,
  { items }: Ended,
  comparable: readonly number[],
) {
  const cause =
    items === null || items === 0
      ? 'Its source had nothing to work on.'
      : `It went through ${items} items, and none of them had an effect: look at what they answer.`;
  return {
    key: `nothing-${_id}`,
    title: `${schedule} completed, but did nothing`,
    lines: [
      `The slot of ${slot.toISOString()} ended well and without any effect. ${cause}`,
      `The last four slots that compare with it did ${comparable.toReversed().join(', ')}.`,
      'If that is right, there is nothing to do: it is told once, and from now on such a slot counts as quiet.',
    ],
  };
}
