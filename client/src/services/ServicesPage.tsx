import { Link } from 'wouter';
import type { Service } from '../api/shapes.ts';
import { PagedList } from '../parts/PagedList.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Ago } from '../parts/When.tsx';
import { useMayAct } from '../session/session.ts';
import { words } from '../words/words.ts';
import { SyncAll } from './actions.tsx';
import { ServiceState } from './ServiceState.tsx';

const { columns } = words.services;

/** The services outside whose state is read each day, and how each was found last. */
export default function ServicesPage() {
  const mayAct = useMayAct();
  return (
    <>
      <PageHead title={words.pages.services} about={words.services.about}>
        {mayAct && <SyncAll />}
      </PageHead>
      <PagedList<Service>
        title={words.pages.services}
        path="/api/v1/services"
        file="services"
        idOf={({ id }) => id}
        none={words.services.none}
        columns={[
          {
            name: columns.service,
            cell: ({ id, name }) => <Link href={`/services/${id}`}>{name}</Link>,
          },
          { name: columns.state, cell: (service) => <ServiceState service={service} /> },
          { name: columns.category, cell: ({ category }) => category, wide: true },
          {
            name: columns.adapter,
            cell: ({ adapter }) => words.services.adapters[adapter],
            wide: true,
          },
          {
            name: columns.url,
            cell: ({ url }) => (
              <span className="cut mono" title={url}>
                {url}
              </span>
            ),
            wide: true,
          },
          {
            name: columns.read,
            cell: ({ last }) => <Ago at={last?.at ?? null} />,
            numeric: true,
          },
        ]}
      />
    </>
  );
}
