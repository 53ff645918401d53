import { setTimeout as wait } from 'node:timers/promises';
import { waitUntil } from '../../scripts/waiting.mjs';
import { type Answer, type ApiClient, type Unanswered, wasClosedIdle } from '../e2e/apiClient.ts';

/** Clients that ask one after another, and once more where an idle connection was closed on them. */
export interface SteadyClients {
  readonly answers: readonly Answer[];
  /** The codes of those requests that were sent once more. */
  readonly retried: readonly string[];
  /** Waits for so many more answers. */
  whenAnswered(more: number): Promise<void>;
  /** Rejects if a request failed in any other way, or when it was sent once more. */
  stop(): Promise<void>;
}

const CLIENTS = 5;
/** These ask on a connection of its own each time, on which nothing excuses a missing answer. */
const ON_NEW_CONNECTIONS = 2;
const PAUSE_MS = 20;

export function steadyClients(api: ApiClient, path: string): SteadyClients {
  const answers: Answer[] = [];
  const retried: string[] = [];
  let stopped = false;

  async function ask(newConnection: boolean): Promise<void> {
    const answer = await api.get(path, { newConnection }).catch((error: Unanswered) => {
      if (!wasClosedIdle(error)) throw error;
      retried.push(error.code);
      return api.get(path);
    });
    answers.push(answer);
  }
  async function client(newConnections: boolean): Promise<void> {
    while (!stopped) {
      await ask(newConnections);
      await wait(PAUSE_MS);
    }
  }
  const clients = Promise.all(
    Array.from({ length: CLIENTS }, (_, number) => client(number < ON_NEW_CONNECTIONS)),
  );
  // Heard in stop(); until then a rejection must not end the test.
  clients.catch(() => undefined);

  return {
    answers,
    retried,
    async whenAnswered(more) {
      const wanted = answers.length + more;
      await waitUntil(async () => answers.length >= wanted, {
        timeoutMs: 30_000,
        what: `${more} answers`,
      });
    },
    async stop() {
      stopped = true;
      await clients;
    },
  };
}
