import { TextInput } from '@mantine/core';
import { Play, Square, Zap } from 'lucide-react';
import { useState } from 'react';
import { tell } from '../api/http.ts';
import { Act } from '../parts/Act.tsx';
import { words } from '../words/words.ts';

const ICON = { size: 14, 'aria-hidden': true } as const;

function pathOf(schedule: string, action: string): string {
  return `/app/schedules/${encodeURIComponent(schedule)}/${action}`;
}

export function StopSchedule({ schedule }: { schedule: string }) {
  const [note, setNote] = useState('');
  return (
    <Act
      label={words.schedules.stop}
      icon={<Square {...ICON} />}
      text={words.schedules.stopText(schedule)}
      act={() => tell(pathOf(schedule, 'stop'), { note })}
    >
      <TextInput
        label={words.common.note}
        maxLength={500}
        data-autofocus
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </Act>
  );
}

export function StartSchedule({ schedule }: { schedule: string }) {
  return (
    <Act
      label={words.schedules.start}
      icon={<Play {...ICON} />}
      text={words.schedules.startText(schedule)}
      act={() => tell(pathOf(schedule, 'start'))}
    />
  );
}

export function TriggerSchedule({ schedule }: { schedule: string }) {
  return (
    <Act
      label={words.schedules.trigger}
      icon={<Zap {...ICON} />}
      text={words.schedules.triggerText(schedule)}
      act={() => tell('/app/job-status/runs')}
      done={() => words.run.started}
    />
  );
}
