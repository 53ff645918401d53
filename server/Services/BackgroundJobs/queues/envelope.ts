import { z } from 'zod';

/**
 * What travels through Redis with a job: ids and the payload, never personal data.
 * Everything of it can be made anew from the job's record in MongoDB.
 */
export const envelopeSchema = z.object({
  version: z.number().int().positive(),
  jobId: z.string().min(1),
  runId: z.string().min(1),
  runSeq: z.number().int(),
  userId: z.string().min(1),
  generation: z.number().int().positive(),
  requestId: z.string().nullable().default(null),
  payload: z.record(z.string(), z.unknown()),
});
export type Envelope = z.infer<typeof envelopeSchema>;

const GENERATION_SUFFIX = /-g(\d+)$/;

/** The id under which the queue holds this generation of a job. */
export function queueJobId(jobId: string, generation: number): string {
  return generation === 1 ? jobId : `${jobId}-g${generation}`;
}

/** The job's id, whatever generation the queue's id names. */
export function jobIdOf(queueId: string): string {
  return queueId.replace(GENERATION_SUFFIX, '');
}

/** The generation that the queue's id names. */
export function generationOf(queueId: string): number {
  return Number(GENERATION_SUFFIX.exec(queueId)?.[1] ?? 1);
}
