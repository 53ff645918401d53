import { waitUntil } from '../../scripts/waiting.mjs';
import { CustomerModel } from '../../server/models/commerce/CustomerModel.ts';
import { InvoiceModel } from '../../server/models/commerce/InvoiceModel.ts';
import { MessageModel } from '../../server/models/commerce/MessageModel.ts';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { type RunDoc, RunModel } from '../../server/models/system/RunModel.ts';
import type { ApiClient } from '../e2e/apiClient.ts';
import { type StrandAtWork, stepSteadily } from './strand.ts';

const ITEMS = 10;
const EVERY_MS = 2_500;
const DAY = '2026-11-21';
const PATHS = ['/api/v1/commerce/scores/run', '/api/v1/commerce/reminders/run'];

/** The customers of the stream; half of them are written to by WhatsApp, the others by mail. */
export const STREAM_CUSTOMERS: readonly string[] = Array.from(
  { length: ITEMS },
  (_, position) => `of-the-stream-${position}`,
);

export function isByWhatsApp(customerId: string): boolean {
  return STREAM_CUSTOMERS.indexOf(customerId) % 2 === 0;
}

/** Makes the customers, each with an invoice that is due on the day of the runs, unless an earlier test has. */
async function makeItems(): Promise<void> {
  if ((await CustomerModel.countDocuments()) > 0) return;
  await CustomerModel.create(
    STREAM_CUSTOMERS.map((_id, position) => ({
      ...{ _id, name: _id, email: `${_id}@example.com`, phone: `49155500000${position}` },
      channel: isByWhatsApp(_id) ? ('whatsapp' as const) : ('email' as const),
      hasSyntheticContact: true,
    })),
  );
  await InvoiceModel.create(
    STREAM_CUSTOMERS.map((_id) => ({
      ...{ _id, customerId: _id, invoicedOn: '2026-10-21', dueOn: DAY },
      ...{ amountCents: 1_000, disputed: false },
    })),
  );
}

/**
 * Begins runs over customers and over invoices, each in a queue of its own, at a steady pace, whatever happens.
 * A request without an answer is not repeated: a run that it began is not checked.
 * @param patienceMs how long the runs may take to their end, once no more are begun.
 */
export async function streamOtherSources(
  api: ApiClient,
  patienceMs: number,
): Promise<StrandAtWork> {
  await makeItems();
  const accepted: string[] = [];
  const steps = stepSteadily(EVERY_MS, async (number) => {
    const path = PATHS[number % PATHS.length] ?? '';
    const answer = await api.post(path, { asOf: DAY }).catch(() => null);
    if (answer?.status === 202) accepted.push(String(answer.body.runId));
  });
  return {
    stop: steps.stop,
    amiss: async () => [...steps.problems, ...(await otherSourcesAmiss(accepted, patienceMs))],
    account: () => `runs of customers and invoices ${accepted.length}`,
  };
}

/**
 * Waits until these runs are sealed, and names what is not as it should be: a run that is not over, in which
 * not each item was done, or reminders beyond the one of each invoice.
 */
async function otherSourcesAmiss(
  accepted: readonly string[],
  timeoutMs: number,
): Promise<string[]> {
  const found = () => RunModel.find({ _id: { $in: accepted } }).lean<RunDoc[]>();
  await waitUntil(async () => (await found()).every(({ sealed }) => sealed !== null), {
    timeoutMs,
    what: 'the runs over other sources to be sealed',
  }).catch(() => undefined);
  const runs = new Map((await found()).map((run) => [run._id, run]));
  const amiss: string[] = [];
  for (const runId of accepted) {
    const run = runs.get(runId);
    const done = await JobStatusModel.countDocuments({ runId, status: 'completed' });
    const all = await JobStatusModel.countDocuments({ runId });
    if (run?.sealed?.completed === ITEMS && done === ITEMS && all === ITEMS) continue;
    amiss.push(`${runId}: ${run?.status ?? 'no ledger'}, ${done} of ${all} records completed`);
  }
  const reminders = await MessageModel.countDocuments({ invoiceId: { $in: STREAM_CUSTOMERS } });
  if (reminders > ITEMS) amiss.push(`${reminders} reminders of ${ITEMS} invoices`);
  return amiss;
}
