import { NumberInput, Stack, Text } from '@mantine/core';
import { Gauge, Pause, Play, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { tell } from '../api/http.ts';
import type { Queue } from '../api/shapes.ts';
import { Act, ActWithNote } from '../parts/Act.tsx';
import { words } from '../words/words.ts';

function pathOf(queue: string, action: string): string {
  return `/app/queues/${encodeURIComponent(queue)}/${action}`;
}

export function PauseQueue({ queue }: { queue: string }) {
  return (
    <ActWithNote
      label={words.queues.pause}
      icon={Pause}
      text={words.queues.pauseText(queue)}
      act={(note) => tell(pathOf(queue, 'pause'), { note })}
    />
  );
}

export function ResumeQueue({ queue }: { queue: string }) {
  return (
    <Act
      label={words.queues.resume}
      icon={Play}
      text={words.queues.resumeText(queue)}
      act={() => tell(pathOf(queue, 'resume'))}
    />
  );
}

export function DrainQueue({ queue }: { queue: Queue }) {
  const { waiting = 0, delayed = 0 } = queue.counts ?? {};
  return (
    <Act
      label={words.queues.drain}
      icon={Trash2}
      destructive
      text={words.queues.drainText(waiting + delayed + queue.scheduled)}
      act={() => tell<{ jobs: number }>(pathOf(queue.queue, 'drain'))}
      done={({ jobs }) => words.queues.drained(jobs)}
    />
  );
}

type Field = number | '';

export function LimitQueue({ queue: { queue, limits } }: { queue: Queue }) {
  const [concurrency, setConcurrency] = useState<Field>(limits.concurrency ?? '');
  const [maxConcurrency, setMaxConcurrency] = useState<Field>(limits.maxConcurrency ?? '');
  const [max, setMax] = useState<Field>(limits.rate?.max ?? '');
  const [seconds, setSeconds] = useState<Field>((limits.rate?.durationMs ?? 1_000) / 1_000);
  const field = (label: string, value: Field, set: (value: Field) => void) => (
    <NumberInput
      label={label}
      value={value}
      min={1}
      allowNegative={false}
      onChange={(next) => set(typeof next === 'number' ? next : '')}
    />
  );
  const rate =
    max === '' || seconds === '' ? null : { max, durationMs: Math.round(seconds * 1_000) };
  return (
    <Act
      label={words.queues.limits}
      submit={words.queues.save}
      icon={Gauge}
      text={words.queues.limitsText}
      act={() =>
        tell(pathOf(queue, 'limits'), {
          concurrency: concurrency === '' ? null : concurrency,
          maxConcurrency: maxConcurrency === '' ? null : maxConcurrency,
          rate,
        })
      }
    >
      <Stack gap="sm">
        {field(words.queues.concurrency, concurrency, setConcurrency)}
        {field(words.queues.maxConcurrency, maxConcurrency, setMaxConcurrency)}
        {field(words.queues.rateMax, max, setMax)}
        {field(words.queues.ratePer, seconds, setSeconds)}
        <Text size="xs" c="dimmed">
          {words.queues.exclusion}
        </Text>
      </Stack>
    </Act>
  );
}
