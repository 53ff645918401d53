import { Text } from '@mantine/core';
import { EACH, useAnswer } from '../api/queries.ts';
import type { Destination, HttpJob } from '../api/shapes.ts';
import { Answer, Empty } from '../parts/Answer.tsx';
import { List } from '../parts/List.tsx';
import { PagedList } from '../parts/PagedList.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Prose } from '../parts/Prose.tsx';
import { Status, type Tone } from '../parts/Status.tsx';
import { When } from '../parts/When.tsx';
import { useMayAct } from '../session/session.ts';
import { count } from '../words/numbers.ts';
import { words } from '../words/words.ts';
import { HttpJobActions } from './HttpJobActions.tsx';

const { columns } = words.destinations;
const TONES: Readonly<Record<Destination['state'], Tone>> = {
  well: 'good',
  'asked us to wait': 'warn',
  down: 'bad',
};

/** The hosts that are called, how they are, and the jobs that call them. */
export default function DestinationsPage() {
  const destinations = useAnswer<{ items: Destination[] }>('/api/v1/destinations', EACH.few);
  const mayAct = useMayAct();
  return (
    <>
      <PageHead title={words.pages.destinations} />
      <Panel title={words.destinations.hosts} flush>
        <Answer of={destinations}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty>{words.destinations.none}</Empty>
            ) : (
              <List
                label={words.destinations.hosts}
                rows={items}
                idOf={({ destination }) => destination}
                columns={[
                  { name: columns.host, cell: ({ destination }) => destination },
                  {
                    name: columns.state,
                    cell: ({ state }) => (
                      <Status tone={TONES[state]}>{words.destinations.states[state]}</Status>
                    ),
                  },
                  {
                    name: columns.summary,
                    cell: ({ summary }) => <Prose text={summary} />,
                    wide: true,
                  },
                  {
                    name: columns.inFlight,
                    cell: ({ inFlight }) => count(inFlight),
                    numeric: true,
                    wide: true,
                  },
                  { name: columns.held, cell: ({ held }) => count(held), numeric: true },
                  {
                    name: columns.waitUntil,
                    cell: ({ waitUntil }) => <When at={waitUntil} />,
                    numeric: true,
                    wide: true,
                  },
                ]}
              />
            )
          }
        </Answer>
      </Panel>
      <PagedList<HttpJob>
        title={words.destinations.jobs}
        path="/api/v1/http-jobs"
        file="http-jobs"
        idOf={({ id }) => id}
        none={words.destinations.noJobs}
        columns={[
          { name: columns.job, cell: ({ name }) => name },
          { name: columns.state, cell: (job) => <JobState job={job} /> },
          {
            name: columns.calls,
            cell: ({ method, api_url }) => (
              <Text span size="sm" className="cut mono" title={api_url}>
                {`${method} ${api_url}`}
              </Text>
            ),
            wide: true,
          },
          {
            name: columns.schedule,
            cell: ({ schedule, timezone }) =>
              schedule === null ? words.common.none : `${schedule} (${timezone})`,
            wide: true,
          },
          ...(mayAct
            ? [
                {
                  name: columns.actions,
                  cell: (job: HttpJob) => <HttpJobActions job={job} />,
                  numeric: true,
                },
              ]
            : []),
        ]}
      />
    </>
  );
}

function JobState({ job: { enabled, disabled_reason: why } }: { job: HttpJob }) {
  if (enabled) return <Status tone="good">{words.destinations.enabled}</Status>;
  const { disabled } = words.destinations;
  return <Status tone="idle">{why === null ? disabled : `${disabled}: ${why}`}</Status>;
}
