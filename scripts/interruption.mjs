import { signalRunning } from './command.mjs';

const controller = new AbortController();

/** Aborted by Ctrl-C or SIGTERM: nothing more is begun, what was begun is taken back. */
export const interruption = controller.signal;

/**
 * From now on the first Ctrl-C or SIGTERM ends the command that runs and aborts `interruption`
 * instead of ending this process, so that it can clean up; further ones change nothing.
 */
export function catchInterruption() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.on(signal, () => {
      if (interruption.aborted) return;
      controller.abort(new Error('Interrupted.'));
      signalRunning(signal);
    });
  }
}
