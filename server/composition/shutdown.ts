import cluster from 'node:cluster';
import { once, setMaxListeners } from 'node:events';
import type { Logger } from '../config/logger.ts';

interface Step {
  name: string;
  stop: () => Promise<unknown>;
}

/** What a process has started, in order: stopped in reverse, all under one deadline. */
export class ShutdownList {
  readonly #steps: Step[] = [];
  readonly #logger: Logger;
  readonly #begun = new AbortController();
  #stopping: Promise<void> | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
    // Each stream of events listens.
    setMaxListeners(0, this.#begun.signal);
  }

  /** Adds what undoes a step that has just succeeded. */
  add(name: string, stop: () => Promise<unknown>): void {
    this.#steps.unshift({ name, stop });
  }

  /** Adds what is to be stopped after all else, whenever it was started. */
  addLast(name: string, stop: () => Promise<unknown>): void {
    this.#steps.push({ name, stop });
  }

  get stopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** Aborts when the stop begins. */
  get signal(): AbortSignal {
    return this.#begun.signal;
  }

  /** Stops everything, once. A step that fails is logged and does not keep the others. */
  stop(): Promise<void> {
    this.#begun.abort();
    this.#stopping ??= this.#run();
    return this.#stopping;
  }

  async #run(): Promise<void> {
    // What is still being started adds its step while others are stopped: it is not missed.
    for (let step = this.#steps.shift(); step !== undefined; step = this.#steps.shift()) {
      try {
        await step.stop();
      } catch (error) {
        this.#logger.warn('Could not be stopped in order', { step: step.name, error });
      }
    }
  }
}

/**
 * Stops the process in order on SIGINT, SIGTERM and PM2's message, and leaves it with code 0; after
 * `deadlineMs` it leaves all the same, before PM2 would kill it.
 */
export function stopOnSignals(list: ShutdownList, logger: Logger, deadlineMs: number): void {
  const leave = (reason: string) => {
    if (list.stopping) return;
    logger.info('Stopping', { reason });
    const timer = setTimeout(() => {
      logger.warn('Not everything stopped in time', { deadlineMs });
      process.exit(0);
    }, deadlineMs);
    void list.stop().then(async () => {
      await leaveCluster();
      clearTimeout(timer);
      logger.info('Stopped');
      await logger.close();
      process.exit(0);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => leave(signal));
  process.on('message', (message) => {
    if (message === 'shutdown') leave('PM2');
  });
}

/**
 * In cluster mode PM2's daemon hands connections to this process by messages, and one may be under
 * way after the server has closed. Leaving in order refuses it, and another process gets it; exiting
 * at once would leave its client without an answer for ever.
 */
async function leaveCluster(): Promise<void> {
  if (!cluster.worker?.isConnected()) return;
  const left = once(cluster.worker, 'disconnect');
  cluster.worker.disconnect();
  await left;
}

/** Tells PM2 that the process is up; without PM2 it does nothing. */
export function reportReady(): void {
  process.send?.('ready');
}
