import { EACH, useAnswer } from '../api/queries.ts';
import type { Service, ServiceLog } from '../api/shapes.ts';
import { Answer } from '../parts/Answer.tsx';
import { Fact, Facts } from '../parts/Fact.tsx';
import { PagedList } from '../parts/PagedList.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Panel } from '../parts/Panel.tsx';
import { Ago, Took, When } from '../parts/When.tsx';
import { useMayAct } from '../session/session.ts';
import { words } from '../words/words.ts';
import { SyncOne } from './actions.tsx';
import { FoundState, ServiceState } from './ServiceState.tsx';

const { columns } = words.services;

/** One service: what it is, and how it was found each time. */
export default function ServicePage({ serviceId }: { serviceId: string }) {
  const path = `/api/v1/services/${encodeURIComponent(serviceId)}`;
  const found = useAnswer<Service>(path, EACH.few);
  const mayAct = useMayAct();
  return (
    <Answer of={found}>
      {(service) => (
        <>
          <PageHead title={service.name}>
            {mayAct && service.active && <SyncOne service={service} />}
          </PageHead>
          <AboutService service={service} />
          <PagedList<ServiceLog>
            title={words.services.history}
            path={`${path}/logs`}
            file="service-logs"
            idOf={({ id }) => id}
            none={words.services.noLogs}
            columns={[
              { name: columns.at, cell: ({ at }) => <When at={at} /> },
              { name: columns.state, cell: ({ status }) => <FoundState status={status} /> },
              { name: columns.found, cell: foundIn },
              {
                name: columns.changes,
                cell: ({ changes }) => changes.join(' ') || words.common.none,
                wide: true,
              },
              {
                name: columns.took,
                cell: ({ latencyMs }) => <Took ms={latencyMs} />,
                numeric: true,
                wide: true,
              },
            ]}
          />
        </>
      )}
    </Answer>
  );
}

function AboutService({ service }: { service: Service }) {
  const { url, adapter, category, last, hasApiKey, apiKeyHeader } = service;
  return (
    <Panel title={words.services.facts}>
      <Facts>
        <Fact name={columns.state}>
          <ServiceState service={service} />
        </Fact>
        <Fact name={columns.read}>
          <Ago at={last?.at ?? null} />
        </Fact>
        <Fact name={columns.adapter}>{words.services.adapters[adapter]}</Fact>
        <Fact name={columns.category}>{category}</Fact>
        <Fact name={columns.url}>
          <span className="mono break">{url}</span>
        </Fact>
        <Fact name={columns.key}>
          {hasApiKey ? (apiKeyHeader ?? words.services.bearer) : words.common.none}
        </Fact>
      </Facts>
    </Panel>
  );
}

function foundIn({ summary, error }: ServiceLog): string {
  return error === null ? summary : `${error.reason}: ${error.message}`;
}
