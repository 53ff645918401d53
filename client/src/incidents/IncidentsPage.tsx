import { Link } from 'wouter';
import type { KeptIncident } from '../api/shapes.ts';
import { PagedList } from '../parts/PagedList.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { When } from '../parts/When.tsx';
import { words } from '../words/words.ts';

const { keptColumns: columns } = words.incidents;

/** The moments that somebody kept, newest first. */
export default function IncidentsPage() {
  return (
    <>
      <PageHead title={words.incidents.all} about={words.incidents.about} />
      <PagedList<KeptIncident>
        title={words.incidents.all}
        path="/app/incidents"
        file="kept-moments"
        idOf={({ id }) => id}
        none={words.incidents.noneKept}
        columns={[
          {
            name: columns.at,
            cell: ({ id, at }) => (
              <Link href={`/incidents/${id}`}>
                <When at={at} />
              </Link>
            ),
          },
          { name: columns.note, cell: ({ note }) => note || words.common.none },
          { name: columns.by, cell: ({ by }) => by },
          { name: columns.until, cell: ({ keptUntil }) => <When at={keptUntil} />, wide: true },
        ]}
      />
    </>
  );
}
