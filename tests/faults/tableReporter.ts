import { writeFile } from 'node:fs/promises';
import type { Reporter, TestCase } from 'vitest/node';
import { describeMachine } from './describeMachine.ts';
import './faultRow.ts';
import { TABLE_HEAD, tableLine } from './faultRow.ts';

/** Prints a line as each fault ends and the whole table at the end; writes it if asked to. */
export default class TableReporter implements Reporter {
  readonly #lines: string[] = [];

  onTestCaseResult(test: TestCase): void {
    const line = tableLine(test.name, test.meta().fault, test.result().state === 'passed');
    this.#lines.push(line);
    console.log(line);
  }

  async onTestRunEnd(): Promise<void> {
    const number = (line: string) => Number(/\d+/.exec(line)?.[0] ?? 0);
    const rows = this.#lines.toSorted((one, other) => number(one) - number(other));
    const table = [...TABLE_HEAD, ...rows].join('\n');
    console.log(`\n${table}\n`);
    const { FAULTS_REPORT } = process.env;
    if (FAULTS_REPORT === undefined) return;
    await writeFile(FAULTS_REPORT, document(table, await describeMachine()));
  }
}

function document(table: string, machine: readonly string[]): string {
  return `# The faults

${machine.map((line) => `- ${line}`).join('\n')}

Written by \`npm run test:faults -- --report docs/faults.md\`, which repeats all of it: the API, the
workers under PM2, Redis and MongoDB are real processes under a steady stream of runs. A ledger of
accepted ids and a ledger of effects, both kept by the test, are what the product is held to.

- **L**: jobs accepted, but not terminal two reconciler intervals after the fault's end, or completed
  without their effect.
- **X**: effects applied more than once.
- **R**: doubled records: a second record of a user in a run, a second run of an Idempotency-Key.
- **S**: seconds from the fault's end until the last job that it touched was done, and to the first
  completion after it.

${table}
`;
}
