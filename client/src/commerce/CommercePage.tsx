import { Link, useSearchParams } from 'wouter';
import { PagedList } from '../parts/PagedList.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { useMayAct } from '../session/session.ts';
import { words } from '../words/words.ts';
import { AskForReport } from './AskForReport.tsx';
import { customerColumns, invoiceColumns, orderColumns, reportColumns } from './columns.tsx';

const LISTS = ['orders', 'invoices', 'customers', 'reports'] as const;
type ListName = (typeof LISTS)[number];

function isListName(name: string): name is ListName {
  return LISTS.some((list) => list === name);
}

/** The wholesale business: its orders, invoices, customers with their scores, and reports. */
export default function CommercePage() {
  const [params] = useSearchParams();
  const mayAct = useMayAct();
  const asked = params.get('list') ?? '';
  const shown = isListName(asked) ? asked : 'orders';
  return (
    <>
      <PageHead title={words.pages.commerce}>{mayAct && <AskForReport />}</PageHead>
      <nav className="tabs" aria-label={words.commerce.lists}>
        {LISTS.map((list) => (
          <Link
            key={list}
            href={`/commerce?list=${list}`}
            aria-current={list === shown ? 'true' : undefined}
          >
            {words.commerce[list]}
          </Link>
        ))}
      </nav>
      <Shown key={shown} list={shown} />
    </>
  );
}

function Shown({ list }: { list: ListName }) {
  const shared = {
    title: words.commerce[list],
    path: `/api/v1/commerce/${list}`,
    file: list,
    idOf: ({ id }: { id: string }) => id,
    none: words.commerce.none,
  };
  switch (list) {
    case 'orders':
      return <PagedList {...shared} columns={orderColumns} />;
    case 'invoices':
      return <PagedList {...shared} columns={invoiceColumns} />;
    case 'customers':
      return <PagedList {...shared} columns={customerColumns} />;
    case 'reports':
      return <PagedList {...shared} columns={reportColumns} />;
  }
}
