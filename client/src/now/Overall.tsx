import { Group, Text } from '@mantine/core';
import type { Overview, Schedule, Worker } from '../api/shapes.ts';
import { Empty } from '../parts/Answer.tsx';
import { ListPanel } from '../parts/ListPanel.tsx';
import { Panel, PanelLink } from '../parts/Panel.tsx';
import { When } from '../parts/When.tsx';
import { QueueList } from '../queues/QueueList.tsx';
import { ScheduleState, Slots } from '../schedules/Slots.tsx';
import { words } from '../words/words.ts';
import { MEMORY, RUNNING } from '../workers/columns.ts';
import { RunNow } from './RunNow.tsx';

/** How everything fares: the run, the queues, the workers, the schedules. */
export function Overall({ overview }: { overview: Overview }) {
  return (
    <>
      <RunNow overview={overview} />
      <QueueList queues={overview.queues} aside={<More to="queues" />} />
      <div className="columns">
        <Workers workers={overview.workers} />
        <Schedules schedules={overview.schedules} />
      </div>
    </>
  );
}

/** The way to the page that has more. */
function More({ to }: { to: 'queues' | 'workers' | 'schedules' }) {
  return <PanelLink to={`/${to}`}>{words.now.more}</PanelLink>;
}

function Workers({ workers }: { workers: readonly Worker[] }) {
  return (
    <ListPanel
      title={words.now.workers}
      aside={<More to="workers" />}
      empty={words.now.noWorkers}
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
