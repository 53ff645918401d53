import { Link } from 'wouter';
import type { Schedule, Slot } from '../api/shapes.ts';
import { clockTime } from '../parts/clock.ts';
import { Status, type Tone } from '../parts/Status.tsx';
import { useNow } from '../parts/useNow.ts';
import { span } from '../words/numbers.ts';
import { words } from '../words/words.ts';

/** What became of a slot, as its colour and in words. */
function slotOutcome({ state, counts, runId, jobId }: Slot): { tone: Tone; text: string } {
  const text = words.schedules.slotStates[state];
  if (state === 'began' || state === 'caught-up') {
    const failed = counts?.failed ?? 0;
    if (failed > 0) return { tone: 'bad', text: words.schedules.slotFailed(failed) };
    const isOpen = runId !== null && counts === null;
    return { tone: isOpen ? 'busy' : 'good', text: jobId === null ? text : `${text} (${jobId})` };
  }
  const tone: Record<typeof state, Tone> = {
    claimed: 'busy',
    waiting: 'busy',
    skipped: 'warn',
    overlapped: 'warn',
    held: 'idle',
  };
  return { tone: tone[state], text };
}

/** The newest slots as marks: one that began nothing is short. */
export function Slots({ slots }: { slots: readonly Slot[] }) {
  if (slots.length === 0) return <span className="dimmed">{words.schedules.noSlots}</span>;
  return (
    <div className="slots">
      {slots.map((slot) => {
        const { tone, text } = slotOutcome(slot);
        const took = slot.durationMs === null ? '' : `, ${span(slot.durationMs)}`;
        const title = `${clockTime(slot.slot)}: ${text}${took}`;
        const isShort = !['began', 'caught-up', 'claimed'].includes(slot.state);
        const shared = { title, 'data-tone': tone, 'data-short': isShort || undefined };
        return slot.runId === null ? (
          <span key={slot.slot} role="img" aria-label={title} {...shared} />
        ) : (
          <Link key={slot.slot} href={`/runs/${slot.runId}`} aria-label={title} {...shared} />
        );
      })}
    </div>
  );
}

/** Whether a schedule runs. */
export function ScheduleState({ schedule }: { schedule: Schedule }) {
  const { heldUntil, overdue } = schedule;
  const now = useNow();
  if (heldUntil !== null) return <Status tone="warn">{words.schedules.stateStopped}</Status>;
  if (overdue !== null && now - Date.parse(overdue) > 120_000) {
    return <Status tone="bad">{words.schedules.stateSilent}</Status>;
  }
  return <Status tone="good">{words.schedules.stateRunning}</Status>;
}
