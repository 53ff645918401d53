import {
  createUserDataGateway,
  type UserDataGateway,
} from '../../../CustomerScoring/userDataGateway.ts';
import { processUserData } from '../../processUserData.ts';
import type { WorkerPlatform } from '../../queues/catalogue.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import type { userDataJob } from './userData.job.ts';
import type { UserDataWork } from './userDataContext.ts';

const work: UserDataWork = processUserData;

/** The processor as a worker process has it: its reads and writes are gathered over all its jobs. */
export function loadUserDataProcessor({ env }: WorkerPlatform): ProcessorOf<typeof userDataJob> {
  return userDataProcessor({
    userData: createUserDataGateway({ scoringParams: env.SCORING_PARAMS }),
  });
}

/** Adapts `processUserData`, the file a team rewrites, to the queue. */
export function userDataProcessor({
  userData,
}: {
  userData: UserDataGateway;
}): ProcessorOf<typeof userDataJob> {
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
