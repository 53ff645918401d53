import { Group, Text } from '@mantine/core';
import { EACH, useAnswer } from '../api/queries.ts';
import type { Overview, Schedule, Worker } from '../api/shapes.ts';
import { Answer, Empty } from '../parts/Answer.tsx';
import { List } from '../parts/List.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel, PanelLink } from '../parts/Panel.tsx';
import { Ago, When } from '../parts/When.tsx';
import { QueueList } from '../queues/QueueList.tsx';
import { ScheduleState, Slots } from '../schedules/Slots.tsx';
import { words } from '../words/words.ts';
import { MEMORY, RUNNING } from '../workers/columns.ts';
import { Changes, useChanges } from './Changes.tsx';
import { RunNow } from './RunNow.tsx';
import { mattersOf } from './situations.ts';
import { Verdict } from './Verdict.tsx';

/** What is wrong, since when, whom it hits, what happens if nothing is done, and the one safe thing to do. */
export function NowPage() {
  const overview = useAnswer<Overview>('/app/now', EACH.second);
  // Asked for beside the overview, so that the page need not move when it comes.
  const changes = useChanges();
  return (
    <>
      <PageHead title={words.pages.now} about={overview.data && <Ago at={overview.data.asOf} />} />
      <Answer of={overview}>
        {(data) => (
          <>
            <Verdict matters={mattersOf(data, overview.error)} />
            <Changes {...changes} />
            <RunNow overview={data} />
            <QueueList queues={data.queues} aside={<More to="queues" />} />
            <div className="columns">
              <Workers workers={data.workers} />
              <Schedules schedules={data.schedules} />
            </div>
          </>
        )}
      </Answer>
    </>
  );
}

/** The way to the page that has more. */
function More({ to }: { to: 'queues' | 'workers' | 'schedules' }) {
  return <PanelLink to={`/${to}`}>{words.now.more}</PanelLink>;
}

function Workers({ workers }: { workers: readonly Worker[] }) {
  return (
    <Panel title={words.now.workers} aside={<More to="workers" />} flush={workers.length > 0}>
      {workers.length === 0 ? (
        <Text size="sm" c="dimmed">
          {words.now.noWorkers}
        </Text>
      ) : (
        <List
          label={words.now.workers}
          rows={workers}
          idOf={({ worker }) => worker}
          columns={[
            {
              name: words.workers.worker,
              cell: ({ host, pid }) => `${host}:${pid}`,
            },
            RUNNING,
            MEMORY,
          ]}
        />
      )}
    </Panel>
  );
}

function Schedules({ schedules }: { schedules: readonly Schedule[] }) {
  return (
    <Panel title={words.now.schedules} aside={<More to="schedules" />}>
      {schedules.length === 0 ? (
        <Empty>{words.schedules.none}</Empty>
      ) : (
        schedules.map((schedule) => (
          <div key={schedule.schedule} className="schedule-line">
            <Group justify="space-between" gap="xs" mb={6}>
              <Text size="sm" fw={500}>
                {schedule.schedule}
              </Text>
              <Text size="sm" component="div">
                <ScheduleState schedule={schedule} />
              </Text>
            </Group>
            <Slots slots={schedule.slots} />
            <Text size="xs" c="dimmed" mt={6}>
              {words.schedules.next} <When at={schedule.next} />
            </Text>
          </div>
        ))
      )}
    </Panel>
  );
}
