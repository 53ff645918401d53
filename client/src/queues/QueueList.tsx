import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { QueueHealth } from '../api/shapes.ts';
import { Breakable } from '../parts/Breakable.tsx';
import { countOrUnknown } from '../parts/countOrUnknown.ts';
import { type Column, List } from '../parts/List.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Ago, Took } from '../parts/When.tsx';
import { count } from '../words/numbers.ts';
import { words } from '../words/words.ts';
import { QueueState } from './QueueState.tsx';

interface QueueListProps {
  queues: readonly QueueHealth[];
  aside?: ReactNode;
}

/** All queues in a line each, which leads to all of it. */
export function QueueList({ queues, aside }: QueueListProps) {
  return (
    <Panel title={words.now.queues} aside={aside} flush>
      <List label={words.now.queues} rows={queues} idOf={({ queue }) => queue} columns={COLUMNS} />
    </Panel>
  );
}

const COLUMNS: readonly Column<QueueHealth>[] = [
  {
    name: words.jobs.labels.queue,
    cell: ({ queue }) => (
      <Link href={`/queues?queue=${encodeURIComponent(queue)}`}>
        <Breakable name={queue} />
      </Link>
    ),
  },
  {
    name: words.jobs.columns.status,
    cell: (health) => <QueueState health={health} />,
  },
  {
    name: words.queues.waiting,
    cell: ({ waiting }) => countOrUnknown(waiting),
    numeric: true,
  },
  {
    name: words.queues.active,
    cell: ({ active }) => countOrUnknown(active),
    numeric: true,
    wide: true,
  },
  {
    name: words.queues.delayed,
    cell: ({ delayed }) => countOrUnknown(delayed),
    numeric: true,
    wide: true,
  },
  { name: words.queues.failed, cell: ({ failed }) => count(failed), numeric: true },
  {
    name: words.queues.oldest,
    cell: ({ oldestWaitingMs }) => <Took ms={oldestWaitingMs} />,
    numeric: true,
    wide: true,
  },
  {
    name: words.queues.lastCompleted,
    cell: ({ lastCompletedAt }) => <Ago at={lastCompletedAt} />,
    numeric: true,
    wide: true,
  },
];
