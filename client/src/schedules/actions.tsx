import { Play, Square, Zap } from 'lucide-react';
import { tell } from '../api/http.ts';
import { Act, ActWithNote } from '../parts/Act.tsx';
import { words } from '../words/words.ts';

function pathOf(schedule: string, action: string): string {
  return `/app/schedules/${encodeURIComponent(schedule)}/${action}`;
}

export function StopSchedule({ schedule }: { schedule: string }) {
  return (
    <ActWithNote
      label={words.schedules.stop}
      icon={Square}
      text={words.schedules.stopText(schedule)}
      act={(note) => tell(pathOf(schedule, 'stop'), { note })}
    />
  );
}

export function StartSchedule({ schedule }: { schedule: string }) {
  return (
    <Act
      label={words.schedules.start}
      icon={Play}
      text={words.schedules.startText(schedule)}
      act={() => tell(pathOf(schedule, 'start'))}
    />
  );
}

export function TriggerSchedule({ schedule }: { schedule: string }) {
  return (
    <Act
      label={words.schedules.trigger}
      icon={Zap}
      text={words.schedules.triggerText(schedule)}
      act={() => tell('/app/job-status/runs')}
      done={() => words.run.started}
    />
  );
}
