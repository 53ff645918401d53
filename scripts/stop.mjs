#!/usr/bin/env node
// npm stop: ends what npm start began; the data stay in .local/.
import { parseArgs } from 'node:util';
import { endProcesses } from './apps.mjs';
import { runProgram, showStep } from './console.mjs';

const USAGE =
  'npm stop    ends api-server, worker and the local Redis and MongoDB of this folder; data stay';

readOptions();
await runProgram(() =>
  showStep('stop', async (progress) => {
    const ended = await endProcesses(progress);
    return ended.length === 0 ? 'nothing was running' : `ended ${ended.join(', ')}`;
  }),
);

/** Ends the process for --help and for what it does not know. */
function readOptions() {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
    if (!values.help) return;
    console.log(USAGE);
    process.exit(0);
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}
