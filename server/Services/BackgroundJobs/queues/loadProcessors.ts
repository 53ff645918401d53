import { EnvironmentError } from '../../../config/env.ts';
import type { Catalogue, CatalogueEntry, ProcessorServices } from './catalogue.ts';
import type { Processor } from './jobDefinition.ts';
import { type FailedQueue, failureOf } from './registration.ts';

/** A job and its work, ready to be taken from its queue. */
export interface LoadedJob {
  definition: CatalogueEntry['definition'];
  processor: Processor<unknown, unknown>;
}

/** A line of the catalogue that loads no function. */
class MissingProcessor extends Error {
  override readonly name = 'MissingProcessor';
}

/**
 * Loads the processor of each job, independently of the others; only those of the queues named,
 * if any are. What could not be loaded is answered with its reason, be it all of them.
 * @throws EnvironmentError when a named queue is not in the catalogue; Error when a job stands there
 * twice, or nothing could be loaded and a line of the catalogue has no processor.
 */
export async function loadProcessors(
  catalogue: Catalogue,
  services: ProcessorServices,
  only?: readonly string[],
): Promise<{ loaded: LoadedJob[]; failed: FailedQueue[] }> {
  const loaded: LoadedJob[] = [];
  const failed: FailedQueue[] = [];
  let missing: MissingProcessor | undefined;
  for (const entry of chosen(catalogue, only)) {
    try {
      loaded.push({ definition: entry.definition, processor: await processorOf(entry, services) });
    } catch (error) {
      failed.push(failureOf(entry.definition.name, error));
      if (error instanceof MissingProcessor) missing ??= error;
    }
  }
  // Whoever wrote that line is to see it at once, not a worker that idles.
  if (loaded.length === 0 && missing !== undefined) throw missing;
  return { loaded, failed };
}

function chosen(catalogue: Catalogue, only: readonly string[] | undefined): Catalogue {
  const names = catalogue.map(({ definition }) => definition.name);
  const twice = names.find((name, position) => names.indexOf(name) !== position);
  if (twice !== undefined) {
    throw new Error(`The job "${twice}" is in the catalogue twice: remove or rename one.`);
  }
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new EnvironmentError(
      `WORKER_QUEUES names "${unknown}", and there is no such queue: ${names.join(', ')}.`,
    );
  }
  return catalogue.filter(({ definition }) => only?.includes(definition.name) ?? true);
}

async function processorOf(
  { definition, load }: CatalogueEntry,
  services: ProcessorServices,
): Promise<Processor<unknown, unknown>> {
  const processor: unknown = await load(services);
  if (typeof processor === 'function') return processor as Processor<unknown, unknown>;
  throw new MissingProcessor(
    `The job "${definition.name}" has no processor: its line in the catalogue must load a function.`,
  );
}
