import { NumberInput, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Eraser, Gauge, Pause, Play, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { ask, tell } from '../api/http.ts';
import type { Queue, WaitingJobs } from '../api/shapes.ts';
import { Act, ActWithNote } from '../parts/Act.tsx';
import { Problem } from '../parts/Answer.tsx';
import { Ago } from '../parts/When.tsx';
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

/** The cache key of the dialog's count: a cleaning goes up to the instant (`before`) of that count. */
function countKey(queue: string, seconds: number) {
  return ['waiting', queue, seconds] as const;
}

/** Cancels the jobs that have waited for long: those that the dialog counted, and none that came later. */
export function CleanQueue({ queue }: { queue: string }) {
  const [hours, setHours] = useState<Field>(1);
  const seconds = Math.round((hours === '' ? 0 : hours) * 3_600);
  const queries = useQueryClient();
  return (
    <Act
      label={words.queues.clean}
      icon={Eraser}
      destructive
      text={words.queues.cleanText}
      act={() => {
        const counted = queries.getQueryData<WaitingJobs>(countKey(queue, seconds));
        if (counted === undefined) throw new Error(words.queues.cleanCount);
        return tell<{ jobs: number }>(pathOf(queue, 'clean'), { before: counted.before });
      }}
      done={({ jobs }) => words.queues.drained(jobs)}
    >
      <Stack gap="sm">
        <NumberInput
          label={words.queues.cleanHours}
          value={hours}
          min={0}
          allowNegative={false}
          onChange={(next) => setHours(typeof next === 'number' ? next : '')}
        />
        <WhatIsLost queue={queue} seconds={seconds} />
      </Stack>
    </Act>
  );
}

interface WhatIsLostProps {
  queue: string;
  /** How long a job has waited at least. */
  seconds: number;
}

/** What a cleaning would cancel, by kind and state, as counted when the dialog opened or the hours changed. */
function WhatIsLost({ queue, seconds }: WhatIsLostProps) {
  const counted = useQuery({
    queryKey: countKey(queue, seconds),
    queryFn: ({ signal }) =>
      ask<WaitingJobs>(`${pathOf(queue, 'waiting')}?olderThanSeconds=${seconds}`, signal),
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const { data } = counted;
  if (counted.error !== null) return <Problem error={counted.error} />;
  if (data === undefined) return <Text size="sm">{words.common.loading}</Text>;
  return (
    <Text size="sm" component="div" role="status">
      {words.queues.cleanLost(data.jobs)}
      <ul className="lost">
        {data.groups.map(({ kind, state, jobs, oldestAt }) => (
          <li key={`${kind} ${state}`}>
            {words.queues.cleanGroup(jobs, kind, words.jobs.statuses[state])} <Ago at={oldestAt} />
          </li>
        ))}
      </ul>
    </Text>
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
