import { Text } from '@mantine/core';
import { EACH, NOW_PATH, useAnswer } from '../api/queries.ts';
import type { Job, Overview, Page, Worker } from '../api/shapes.ts';
import { Answer, Empty } from '../parts/Answer.tsx';
import { IdLink } from '../parts/IdLink.tsx';
import { List } from '../parts/List.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { SaveRows } from '../parts/SaveRows.tsx';
import { Ago } from '../parts/When.tsx';
import { useMayAct } from '../session/session.ts';
import { count } from '../words/numbers.ts';
import { words } from '../words/words.ts';
import { WorkerActions } from './actions.tsx';
import { MEMORY, RUNNING } from './columns.ts';
import { versionsOf } from './versions.ts';
import { WorkerState, WorkerVersion } from './WorkerState.tsx';

/** Who works, on what, and for how long. */
export default function WorkersPage() {
  const overview = useAnswer<Overview>(NOW_PATH, EACH.few);
  const mayAct = useMayAct();
  const active = useAnswer<Page<Job>>('/app/job-status/recent?status=active&limit=100', EACH.few);
  return (
    <>
      <PageHead title={words.pages.workers}>
        {overview.data && <SaveRows name="workers" rows={overview.data.workers} />}
      </PageHead>
      <Panel title={words.pages.workers} flush bare>
        <Answer of={overview}>
          {({ workers }) => {
            if (workers.length === 0) return <Empty>{words.workers.none}</Empty>;
            const versions = versionsOf(workers);
            const newest = versions.at(-1) ?? '';
            return (
              <>
                {versions.length > 1 && (
                  <Text size="sm" p="md">
                    {words.workers.mixed(versions.join(', '))}
                  </Text>
                )}
                <List
                  label={words.pages.workers}
                  rows={workers}
                  idOf={({ worker }) => worker}
                  columns={[
                    {
                      name: words.workers.worker,
                      cell: ({ host, pid, instance }) =>
                        instance === null ? `${host}:${pid}` : `${host}:${pid} #${instance}`,
                    },
                    {
                      name: words.jobs.columns.status,
                      cell: (worker) => <WorkerState worker={worker} />,
                    },
                    {
                      name: words.workers.version,
                      cell: ({ version }) => <WorkerVersion version={version} newest={newest} />,
                      wide: true,
                    },
                    { ...RUNNING, wide: true },
                    { ...MEMORY, wide: true },
                    {
                      name: words.workers.queues,
                      cell: ({ queues }) => (
                        <span title={queues.join(', ')}>{count(queues.length)}</span>
                      ),
                      numeric: true,
                      wide: true,
                    },
                    {
                      name: words.workers.since,
                      cell: ({ startedAt }) => <Ago at={startedAt} />,
                      numeric: true,
                      wide: true,
                    },
                    {
                      name: words.workers.seen,
                      cell: ({ lastSeenAt }) => <Ago at={lastSeenAt} />,
                      numeric: true,
                      wide: true,
                    },
                    ...(mayAct
                      ? [
                          {
                            name: words.destinations.columns.actions,
                            cell: (worker: Worker) => <WorkerActions worker={worker} />,
                            numeric: true,
                          },
                        ]
                      : []),
                  ]}
                />
              </>
            );
          }}
        </Answer>
      </Panel>
      <Panel title={words.workers.activeJobs} flush>
        <Answer of={active}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty>{words.workers.activeNone}</Empty>
            ) : (
              <List
                label={words.workers.activeJobs}
                rows={items}
                idOf={({ jobId }) => jobId}
                columns={[
                  {
                    name: words.jobs.columns.job,
                    cell: ({ jobId }) => <IdLink to="jobs" id={jobId} />,
                  },
                  { name: words.jobs.labels.kind, cell: ({ kind }) => kind, wide: true },
                  {
                    name: words.jobs.labels.worker,
                    cell: ({ worker }) => worker ?? words.common.none,
                  },
                  {
                    name: words.workers.since,
                    cell: ({ startedAt }) => <Ago at={startedAt} />,
                    numeric: true,
                  },
                ]}
              />
            )
          }
        </Answer>
      </Panel>
    </>
  );
}
