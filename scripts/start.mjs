#!/usr/bin/env node
// npm start: from a fresh clone to a running installation; again, to what is missing of one.
import { seconds, showError } from './console.mjs';
import { catchInterruption, interruption } from './interruption.mjs';
import { projectDir } from './project.mjs';
import { withLock } from './services/lock.mjs';
import { bringUp } from './start/bringUp.mjs';
import { firstRun } from './start/firstRun.mjs';
import { readOptions } from './start/options.mjs';
import { showWhereItRuns } from './start/whereItRuns.mjs';

/** What a shell reports of a command that Ctrl-C ended. */
const INTERRUPTED = 130;

const began = performance.now();
const options = readOptions();
catchInterruption();
try {
  process.exitCode = await withLock(
    `${projectDir} start`,
    async () => {
      const users = await bringUp(options);
      const code = await firstRun(options, users);
      await showWhereItRuns();
      console.log(`\nnpm start took ${seconds(performance.now() - began)}.`);
      return code;
    },
    () => console.log('Another npm start is at work in this folder; waiting for it.'),
  );
} catch (error) {
  if (interruption.aborted) console.error('Interrupted.');
  else showError(error);
  process.exitCode = interruption.aborted ? INTERRUPTED : 1;
}
