import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { type LocalServer, startLocalServer } from '../localServer.ts';
import { type Harness, startHarness } from './harness.ts';

/** One server-sent event; `event` and `id` are empty where the stream names none. */
export interface ServerSentEvent {
  event: string;
  id: string;
  data: Record<string, unknown>;
}

interface Following {
  token?: string;
  lastEventId?: string;
  method?: string;
}

/** An API that listens, and a way to its streams of events. */
export function useStreams(settings: Readonly<Record<string, string>> = {}) {
  let api: Harness;
  let server: LocalServer;
  beforeAll(async () => {
    api = await startHarness(settings);
    server = await startLocalServer(api.app);
  });
  afterAll(async () => {
    await server.stop();
    await api.stop();
  });

  /** Begins to follow; the events come one by one, as they arrive. */
  async function follow(path: string, { token, lastEventId, method = 'GET' }: Following = {}) {
    const leaving = new AbortController();
    onTestFinished(() => leaving.abort());
    const answer = await fetch(server.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token ?? api.tokens.viewer}`,
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      },
      signal: leaving.signal,
    });
    return { answer, events: eventsOf(answer), leave: () => leaving.abort() };
  }

  return { api: () => api, follow };
}

async function* eventsOf(answer: Response): AsyncGenerator<ServerSentEvent, void> {
  let text = '';
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const field = (name: string) =>
        new RegExp(`^${name}: (.*)$`, 'm').exec(text.slice(0, end))?.[1];
      const [event = '', id = '', data] = ['event', 'id', 'data'].map(field);
      text = text.slice(end + 2);
      if (data !== undefined) yield { event, id, data: JSON.parse(data) };
    }
  }
}
