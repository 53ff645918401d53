import { readFile, writeFile } from 'node:fs/promises';
import type { Reporter, TestCase } from 'vitest/node';
import { describeMachine } from './describeMachine.ts';
import './faultRow.ts';
import { rowsBeside, TABLE_HEAD, tableLine } from './faultRow.ts';

/** Prints a line as each fault ends, with what was not as expected, and the whole table at the end; writes it if asked to. */
export default class TableReporter implements Reporter {
  readonly #lines: string[] = [];

  onTestCaseResult(test: TestCase): void {
    const line = tableLine(test.name, test.meta().fault, test.result().state === 'passed');
    this.#lines.push(line);
    console.log(line);
    for (const { message } of test.result().errors ?? []) console.log(`  ${message}`);
  }

  async onTestRunEnd(): Promise<void> {
    const number = (line: string) => Number(/\d+/.exec(line)?.[0] ?? 0);
    const tableOf = (rows: readonly string[]) =>
      [...TABLE_HEAD, ...rows.toSorted((one, other) => number(one) - number(other))].join('\n');
    console.log(`\n${tableOf(this.#lines)}\n`);
    const { FAULTS_REPORT, FAULTS_PART } = process.env;
    if (FAULTS_REPORT === undefined) return;
    const others =
      FAULTS_PART === 'true' ? rowsBeside(this.#lines, await readFile(FAULTS_REPORT, 'utf8')) : [];
    const table = tableOf([...others, ...this.#lines]);
    await writeFile(FAULTS_REPORT, document(table, await describeMachine()));
  }
}

function document(table: string, machine: readonly string[]): string {
  return `# The faults

${machine.map((line) => `- ${line}`).join('\n')}

Written by \`npm run test:faults -- --report docs/faults.md\`, which repeats all of it; with names of files,
their rows alone are measured anew. The API, the workers under PM2, Redis and MongoDB are real processes under
a steady stream of runs over users, over customers and over invoices, in a queue each, and of single jobs, a
third of them due in seconds and a third later. Where a row says so, orders on their way to suppliers, reminders
by WhatsApp and mail, and reports are in the stream too, and posts, tokens, the weekly mail and the sync of
services. What the product is held to are ledgers that the test keeps: of the ids accepted, of the starts, and
of the writes behind the product's own fence, each of which leaves a trace where it took effect. Of the stream's
requests each is answered 202, or 503 within a second, and 202 for good soon after the fault; where a row
differs, its test says so.

- **L**: jobs accepted, but not terminal two reconciler intervals after the fault's end, or ended without
  being done: failed, cancelled, completed without a write of their own, the duplicate of such a one; and of
  all other work, each effect that is missing or there more than once: units in stock, purchase orders, reminders,
  reports, posts, mails, logs.
- **X**: effects applied more than once, or by an older run over a newer one's.
- **R**: records too many or too few in a run, or changed after they were final; a second run of an
  Idempotency-Key; jobs pending in Redis though they are done; single jobs begun before their time.
- **S**: seconds from the fault's end until the last job that it touched was done, and to the first
  completion after it.
- **begun again**: jobs with more than one start; of each, its record says so, unless Redis lost the start.

${table}
`;
}
