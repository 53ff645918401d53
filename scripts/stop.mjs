#!/usr/bin/env node
// npm stop: ends what npm start began; the data stay in .local/.
import { parseArgs } from 'node:util';
import { endProcesses } from './apps.mjs';
import { showError, showStep } from './console.mjs';

const USAGE =
  'npm stop    ends api-server, worker and the local Redis and MongoDB of this folder; data stay';

try {
  const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) console.log(USAGE);
  else {
    await showStep('stop', async (progress) => {
      const ended = await endProcesses(progress);
      return ended.length === 0 ? 'nothing was running' : `ended ${ended.join(', ')}`;
    });
  }
} catch (error) {
  showError(error);
  process.exitCode = 1;
}
