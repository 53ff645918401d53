import { Group, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useSearchParams } from 'wouter';
import { EACH, NOW_PATH, useAnswer } from '../api/queries.ts';
import type { Overview, Queue, QueueHealth } from '../api/shapes.ts';
import { NumbersPanel } from '../numbers/NumbersPanel.tsx';
import { Answer, Empty } from '../parts/Answer.tsx';
import { countOrUnknown } from '../parts/countOrUnknown.ts';
import { Fact, Facts } from '../parts/Fact.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel, PanelLink } from '../parts/Panel.tsx';
import { SaveRows } from '../parts/SaveRows.tsx';
import { Ago, Took } from '../parts/When.tsx';
import { useMayAct } from '../session/session.ts';
import { count, span } from '../words/numbers.ts';
import { words } from '../words/words.ts';
import { CleanQueue, DrainQueue, LimitQueue, PauseQueue, ResumeQueue } from './actions.tsx';
import { QueueList } from './QueueList.tsx';
import { QueueState } from './QueueState.tsx';

/**
 * Each queue: what it holds, what it is held to, and what can be done about it. Where a queue is named the page is of
 * that one alone; on a phone the others stand in a list that leads to them.
 */
export default function QueuesPage() {
  const queues = useAnswer<{ items: Queue[] }>('/app/queues', EACH.few);
  const overview = useAnswer<Overview>(NOW_PATH, EACH.few);
  const [params] = useSearchParams();
  const isNarrow = useMediaQuery(PHONE, false, { getInitialValueInEffect: false });
  const named = params.get('queue');
  const health = overview.data?.queues ?? [];
  return (
    <>
      <PageHead title={words.pages.queues}>
        {queues.data && <SaveRows name="queues" rows={queues.data.items} />}
      </PageHead>
      {named === null ? <NumbersPanel /> : <PanelLink to="/queues">{words.queues.all}</PanelLink>}
      <Answer of={queues}>
        {({ items }) => {
          if (items.length === 0) return <Empty>{words.queues.none}</Empty>;
          if (named === null && isNarrow) return <QueueList queues={health} />;
          return items
            .filter(({ queue }) => named === null || queue === named)
            .map((queue) => (
              <QueuePanel
                key={queue.queue}
                queue={queue}
                health={health.find((each) => each.queue === queue.queue)}
              />
            ));
        }}
      </Answer>
    </>
  );
}

/** As in page.css: below it a table has its first columns alone. */
const PHONE = '(max-width: 47.99em)';

function QueuePanel({ queue, health }: { queue: Queue; health: QueueHealth | undefined }) {
  const { counts, paused } = queue;
  return (
    <Panel title={queue.queue} aside={<Actions queue={queue} />}>
      <Group gap="lg" mb="sm">
        <Text size="sm" component="div">
          {health !== undefined && <QueueState health={health} />}
        </Text>
        {paused !== null && (
          <Text size="sm" component="div">
            {words.queues.pausedBy(paused.by)} <Ago at={paused.at} />
            {paused.note !== '' && ` (“${paused.note}”)`}
          </Text>
        )}
      </Group>
      <Facts>
        <Fact name={words.queues.waiting}>{countOrUnknown(counts?.waiting)}</Fact>
        <Fact name={words.queues.active}>{countOrUnknown(counts?.active)}</Fact>
        <Fact name={words.queues.delayed}>{countOrUnknown(counts?.delayed)}</Fact>
        <Fact name={words.queues.scheduled}>{count(queue.scheduled)}</Fact>
        <Fact name={words.queues.failed}>{countOrUnknown(health?.failed)}</Fact>
        <Fact name={words.queues.oldest}>
          <Took ms={health?.oldestWaitingMs ?? null} />
        </Fact>
        <Fact name={words.queues.lastCompleted}>
          <Ago at={health?.lastCompletedAt ?? null} />
        </Fact>
        <Fact name={words.queues.workers}>{countOrUnknown(health?.workers)}</Fact>
        <Fact name={words.queues.limits}>{limitsOf(queue)}</Fact>
        <Fact name={words.queues.kinds}>{queue.kinds.join(', ')}</Fact>
      </Facts>
    </Panel>
  );
}

function Actions({ queue }: { queue: Queue }) {
  if (!useMayAct()) return null;
  return (
    <Group gap="xs">
      {queue.paused === null ? (
        <PauseQueue queue={queue.queue} />
      ) : (
        <ResumeQueue queue={queue.queue} />
      )}
      <LimitQueue queue={queue} />
      <CleanQueue queue={queue.queue} />
      <DrainQueue queue={queue} />
    </Group>
  );
}

function limitsOf({ limits: { concurrency, maxConcurrency, rate } }: Queue): string {
  const all = [
    concurrency === null ? null : `${words.queues.concurrency}: ${count(concurrency)}`,
    maxConcurrency === null ? null : `${words.queues.maxConcurrency}: ${count(maxConcurrency)}`,
    rate === null ? null : words.queues.rate(rate.max, span(rate.durationMs)),
  ].filter((limit) => limit !== null);
  return all.length === 0 ? words.queues.noLimits : all.join('; ');
}
