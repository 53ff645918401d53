import type { AuditEntry } from '../api/shapes.ts';
import { PagedList } from '../parts/PagedList.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Status } from '../parts/Status.tsx';
import { When } from '../parts/When.tsx';
import { words } from '../words/words.ts';
import { pairs } from './pairs.ts';

const { columns } = words.audit;

/** Who changed what, newest first. */
export default function AuditPage() {
  return (
    <>
      <PageHead title={words.pages.audit} about={words.audit.about} />
      <PagedList<AuditEntry>
        title={words.audit.actions}
        path="/app/audit"
        file="audit"
        idOf={({ id }) => id}
        none={words.audit.none}
        columns={[
          { name: columns.at, cell: ({ at }) => <When at={at} /> },
          { name: columns.who, cell: ({ email, accountId }) => email || accountId },
          {
            name: columns.what,
            cell: ({ summary, action, refused }) => (
              <>
                <div title={action}>{summary}</div>
                {refused !== null && <Status tone="warn">{words.audit.refused(refused)}</Status>}
              </>
            ),
          },
          { name: columns.on, cell: ({ about }) => pairs(about) || words.common.none, wide: true },
          {
            name: columns.counts,
            cell: ({ counts }) => pairs(counts) || words.common.none,
            wide: true,
          },
          { name: columns.from, cell: ({ address }) => address, numeric: true, wide: true },
        ]}
      />
    </>
  );
}
