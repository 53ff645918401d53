import { SegmentedControl } from '@mantine/core';
import { Table } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { EACH, useAnswer } from '../api/queries.ts';
import type { Numbers } from '../api/shapes.ts';
import { Answer } from '../parts/Answer.tsx';
import { Disclosure } from '../parts/Disclosure.tsx';
import { List } from '../parts/List.tsx';
import { Panel } from '../parts/Panel.tsx';
import { When } from '../parts/When.tsx';
import { count } from '../words/numbers.ts';
import { words } from '../words/words.ts';
import { type Bucket, bucketsOf, GRAINS, type Grain } from './series.ts';

const Chart = lazy(() => import('./Chart.tsx'));

/** How many jobs ended of late, as a picture and as a table. */
export function NumbersPanel() {
  const [by, setBy] = useState<Grain>('minute');
  const numbers = useAnswer<{ items: Numbers[] }>(`/app/numbers?by=${by}`, EACH.slow);
  const choices = GRAINS.map((grain) => ({ value: grain, label: words.numbers.spans[grain] }));
  return (
    <Panel
      title={words.numbers.title}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={words.numbers.span}
          data={choices}
          value={by}
          onChange={setBy}
        />
      }
    >
      <Answer of={numbers}>
        {({ items }) => {
          const buckets = bucketsOf(items, by, Date.now());
          return (
            <>
              <Suspense fallback={<div className="chart" aria-busy="true" />}>
                <Chart buckets={buckets} />
              </Suspense>
              <Disclosure label={words.numbers.table} icon={Table} variant="default" size="xs">
                <Twin buckets={buckets} />
              </Disclosure>
            </>
          );
        }}
      </Answer>
    </Panel>
  );
}

/** The same numbers, newest first; a time in which nothing ended is left out. */
function Twin({ buckets }: { buckets: readonly Bucket[] }) {
  return (
    <List
      label={words.numbers.title}
      rows={buckets.filter(({ completed, failed }) => completed + failed > 0).reverse()}
      idOf={({ at }) => String(at)}
      columns={[
        { name: words.numbers.from, cell: ({ at }) => <When at={new Date(at).toISOString()} /> },
        {
          name: words.numbers.completed,
          cell: ({ completed }) => count(completed),
          numeric: true,
        },
        { name: words.numbers.failed, cell: ({ failed }) => count(failed), numeric: true },
      ]}
    />
  );
}
