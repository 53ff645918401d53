import type { UserDataGateway } from '../../../CustomerScoring/userDataGateway.ts';
import { processUserData } from '../../processUserData.ts';
import type { Processor } from '../../queues/jobDefinition.ts';
import type { UserDataPayload } from './userData.job.ts';
import type { UserDataWork } from './userDataContext.ts';

interface ProcessorServices {
  userData: UserDataGateway;
}

const work: UserDataWork = processUserData;

/** Adapts `processUserData`, the file a team rewrites, to the queue. */
export function userDataProcessor({
  userData,
}: ProcessorServices): Processor<UserDataPayload, unknown> {
  return ({ userId, asOf, backfill }, context) =>
    work(userId, {
      asOf,
      backfill,
      signal: context.signal,
      attempt: context.attempt,
      idempotencyKey: context.idempotencyKey,
      log: context.log,
      data: userData.forJob({
        runSeq: context.runSeq,
        backfill,
        asOf,
        signal: context.signal,
      }),
    });
}
