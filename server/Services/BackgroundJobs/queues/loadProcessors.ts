import { EnvironmentError } from '../../../config/env.ts';
import {
  type Catalogue,
  type CatalogueEntry,
  MissingProcessor,
  type Work,
  type WorkerPlatform,
} from './catalogue.ts';
import type { QueueDefinition } from './jobDefinition.ts';
import { type FailedQueue, failureOf } from './registration.ts';

/** A kind of job and its work. */
export interface LoadedJob {
  definition: CatalogueEntry['definition'];
  work: Work;
}

/** A queue with all kinds of jobs that may stand in it, ready to be taken. */
export interface LoadedQueue {
  queue: QueueDefinition;
  jobs: readonly LoadedJob[];
}

/**
 * Loads the processors of each queue, independently of the others. A queue of which a processor could not be
 * loaded is answered with the reason.
 * @param only the queues to load, by name: `!name` leaves one out, and where no other name is given, all
 * other queues are loaded. Absent for all.
 * @throws EnvironmentError when a named queue is not in the catalogue; Error when a kind stands there
 * twice, or nothing could be loaded and a line of the catalogue has no processor.
 */
export async function loadProcessors(
  catalogue: Catalogue,
  platform: WorkerPlatform,
  only?: readonly string[],
): Promise<{ loaded: LoadedQueue[]; failed: FailedQueue[] }> {
  const loaded: LoadedQueue[] = [];
  const failed: FailedQueue[] = [];
  let missing: MissingProcessor | undefined;
  for (const [queue, entries] of chosen(catalogue, only)) {
    try {
      const jobs = await Promise.all(
        entries.map(async ({ definition, load }) => ({ definition, work: await load(platform) })),
      );
      loaded.push({ queue, jobs });
    } catch (error) {
      failed.push(failureOf(queue.name, error));
      if (error instanceof MissingProcessor) missing ??= error;
    }
  }
  // The author of that line is to see it at once, not a worker that idles.
  if (loaded.length === 0 && missing !== undefined) throw missing;
  return { loaded, failed };
}

/** The queues of a catalogue with the kinds in each, in the catalogue's order. */
export function queuesOf<Entry extends Pick<CatalogueEntry, 'definition'>>(
  catalogue: readonly Entry[],
): Map<QueueDefinition, Entry[]> {
  const byName = new Map<string, { queue: QueueDefinition; entries: Entry[] }>();
  for (const entry of catalogue) {
    const { queue } = entry.definition;
    const known = byName.get(queue.name);
    if (known === undefined) byName.set(queue.name, { queue, entries: [entry] });
    else if (known.queue === queue) known.entries.push(entry);
    else throw new Error(`The queue "${queue.name}" is defined twice: kinds share one definition.`);
  }
  return new Map([...byName.values()].map(({ queue, entries }) => [queue, entries]));
}

function chosen(
  catalogue: Catalogue,
  only: readonly string[] | undefined,
): Map<QueueDefinition, CatalogueEntry[]> {
  const kinds = catalogue.map(({ definition }) => definition.kind);
  const twice = kinds.find((kind, position) => kinds.indexOf(kind) !== position);
  if (twice !== undefined) {
    throw new Error(`The job "${twice}" is in the catalogue twice: remove or rename one.`);
  }
  const queues = queuesOf(catalogue);
  const names = [...queues.keys()].map(({ name }) => name);
  const wanted = only?.filter((name) => !name.startsWith('!'));
  const unwanted = only?.filter((name) => name.startsWith('!')).map((name) => name.slice(1));
  const unknown = wanted?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new EnvironmentError(
      `WORKER_QUEUES names "${unknown}", and there is no such queue: ${names.join(', ')}.`,
    );
  }
  const takesAll = wanted === undefined || wanted.length === 0;
  return new Map(
    [...queues].filter(
      ([{ name }]) => (takesAll || wanted.includes(name)) && !unwanted?.includes(name),
    ),
  );
}
