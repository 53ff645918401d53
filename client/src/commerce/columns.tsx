import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { Customer, Invoice, Order, Report } from '../api/shapes.ts';
import type { Column } from '../parts/List.tsx';
import { Status, type Tone } from '../parts/Status.tsx';
import { When } from '../parts/When.tsx';
import { bytes } from '../words/numbers.ts';
import { words } from '../words/words.ts';

const { columns: names } = words.commerce;
const { none } = words.common;

const ORDER_TONES: Readonly<Record<Order['state'], Tone>> = {
  received: 'busy',
  confirmed: 'busy',
  routed: 'busy',
  shipped: 'good',
  rejected: 'bad',
  cancelled: 'idle',
};
const REPORT_TONES: Readonly<Record<Report['state'], Tone>> = {
  queued: 'busy',
  working: 'busy',
  done: 'good',
  failed: 'bad',
};

export const orderColumns: readonly Column<Order>[] = [
  { name: names.order, cell: ({ id }) => id },
  {
    name: names.state,
    cell: ({ state }) => (
      <Status tone={ORDER_TONES[state]}>{words.commerce.orderStates[state]}</Status>
    ),
  },
  { name: names.customer, cell: ({ customerId }) => <CustomerLink id={customerId} />, wide: true },
  {
    name: names.problems,
    cell: ({ problems }) => problems.map(({ message }) => message).join(' ') || none,
    wide: true,
  },
  { name: names.ordered, cell: ({ orderedOn }) => orderedOn, numeric: true, wide: true },
  { name: names.shipped, cell: ({ shippedOn }) => shippedOn ?? none, numeric: true, wide: true },
  { name: names.total, cell: ({ total }) => total, numeric: true },
];

export const invoiceColumns: readonly Column<Invoice>[] = [
  { name: names.invoice, cell: ({ id }) => id },
  { name: names.state, cell: (invoice) => <InvoiceState invoice={invoice} /> },
  { name: names.customer, cell: ({ customerId }) => <CustomerLink id={customerId} />, wide: true },
  { name: names.order, cell: ({ orderId }) => orderId ?? none, wide: true },
  { name: names.invoiced, cell: ({ invoicedOn }) => invoicedOn, numeric: true, wide: true },
  { name: names.due, cell: ({ dueOn }) => dueOn, numeric: true, wide: true },
  { name: names.settled, cell: ({ settledOn }) => settledOn ?? none, numeric: true, wide: true },
  { name: names.amount, cell: ({ amount }) => amount, numeric: true },
];

export const customerColumns: readonly Column<Customer>[] = [
  { name: names.customer, cell: ({ id }) => <CustomerLink id={id} /> },
  { name: names.name, cell: ({ name }) => name },
  { name: names.country, cell: ({ country }) => country ?? none, wide: true },
  { name: names.channel, cell: ({ channel }) => channel, wide: true },
  { name: names.limit, cell: ({ creditLimit }) => creditLimit ?? none, numeric: true, wide: true },
  { name: names.used, cell: ({ creditUsed }) => creditUsed, numeric: true },
];

export const reportColumns: readonly Column<Report>[] = [
  { name: names.report, cell: ({ type }) => words.commerce.reportTypes[type] },
  {
    name: names.state,
    cell: ({ state, progress }) => (
      <Status tone={REPORT_TONES[state]}>
        {words.commerce.reportStates[state] + (state === 'working' ? ` (${progress} %)` : '')}
      </Status>
    ),
  },
  {
    name: names.period,
    cell: ({ from, asOf }) => (from === null ? asOf : `${from} – ${asOf}`),
    wide: true,
  },
  {
    name: names.asked,
    cell: ({ createdAt }) => <When at={createdAt} />,
    numeric: true,
    wide: true,
  },
  { name: names.file, cell: (report) => <ReportFile report={report} />, numeric: true },
];

function CustomerLink({ id }: { id: string }) {
  return <Link href={`/commerce/customers/${encodeURIComponent(id)}`}>{id}</Link>;
}

function InvoiceState({ invoice }: { invoice: Invoice }) {
  const { invoiceStates } = words.commerce;
  const { settledOn, disputed, dueOn } = invoice;
  if (settledOn !== null) return <Status tone="good">{invoiceStates.settled}</Status>;
  if (disputed) return <Status tone="warn">{invoiceStates.disputed}</Status>;
  const isLate = dueOn < new Date().toISOString().slice(0, 10);
  return isLate ? (
    <Status tone="bad">{invoiceStates.late}</Status>
  ) : (
    <Status tone="busy">{invoiceStates.open}</Status>
  );
}

function ReportFile({ report: { download, bytes: size, format } }: { report: Report }) {
  if (download === null) return none;
  return (
    <Anchor href={download.url} size="sm">
      {`${format.toUpperCase()}, ${bytes(size ?? 0)}`}
    </Anchor>
  );
}
