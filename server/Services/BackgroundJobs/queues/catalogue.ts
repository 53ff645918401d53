import type { UserDataGateway } from '../../CustomerScoring/userDataGateway.ts';
import { userDataJob } from '../jobs/userData/userData.job.ts';
import type { JobDefinition, Processor } from './jobDefinition.ts';

/** What processors may be given; made once per worker process by the composition root. */
export interface ProcessorServices {
  userData: UserDataGateway;
}

/** A kind of job with its processor, whatever its payload. */
export interface CatalogueEntry {
  readonly definition: JobDefinition<unknown, unknown>;
  /** Loaded by workers only: a producer knows the definition, never the work. */
  readonly load: (services: ProcessorServices) => Promise<Processor<unknown, unknown>>;
}

/** All kinds of jobs that a worker runs. */
export type Catalogue = readonly CatalogueEntry[];

/**
 * Binds a processor to its definition. A processor that does not take the definition's payload
 * and answer its result does not compile.
 */
export function entry<Payload, Result>(
  definition: JobDefinition<Payload, Result>,
  load: (services: ProcessorServices) => Promise<Processor<Payload, Result>>,
): CatalogueEntry {
  return {
    definition: definition as JobDefinition<unknown, unknown>,
    // The payload is parsed by the definition's own schema before the processor sees it.
    load: load as unknown as CatalogueEntry['load'],
  };
}

/** The jobs of this product: a new kind is one folder beside `userData` and one line here. */
export const catalogue: Catalogue = [
  entry(userDataJob, async (services) =>
    (await import('../jobs/userData/userData.processor.ts')).userDataProcessor(services),
  ),
];
