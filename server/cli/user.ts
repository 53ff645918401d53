import type { Env } from '../config/env.ts';
import { isRedisConfigured } from '../config/queueRedisConn.ts';
import { UserSummaryModel } from '../models/UserSummaryModel.ts';
import { forgetUser, takeOutJobsOf } from '../Services/BackgroundJobs/runs/forgetUser.ts';
import { deleteUser } from '../Services/Users/deleteUser.ts';
import { describeUser } from '../Services/Users/describeUser.ts';
import { namedUser } from '../Services/Users/namedUser.ts';
import { inRedis } from './connections.ts';
import { commandNamed, say } from './output.ts';
import { openOwnQueues } from './ownQueues.ts';
import { withMongo } from './withMongo.ts';

const program = commandNamed('user').description('What concerns one user.');

program
  .command('show')
  .description('shows a user with the latest summary, amounts rounded')
  .argument('<user>', 'id or externalId')
  .action((name: string) =>
    withMongo(async () => {
      const user = await namedUser(name);
      const summary = await UserSummaryModel.findOne({ userId: user._id }).lean();
      say(...describeUser(user, summary));
    }),
  );

program
  .command('delete')
  .description('deletes a user with logins, purchases, summary and job records')
  .argument('<user>', 'id or externalId')
  .action((name: string) =>
    withMongo(async (env) => {
      const { userId, externalId, accounts, purchases, summaries, jobs } = await deleteUser(name, {
        async forgetJobs(id) {
          await takeOut(id, env);
          return forgetUser(id);
        },
      });
      say(
        `User ${externalId} (${userId}) is deleted, with ${accounts} logins, ` +
          `${purchases} purchases, ${summaries} summary and ${jobs} job records.`,
      );
    }),
  );

await program.parseAsync();

/** Without Redis a user is deleted all the same: the reconciler takes out what has no record. */
async function takeOut(userId: string, env: Env): Promise<void> {
  if (!isRedisConfigured(env)) return;
  try {
    await inRedis(env, (redis) => takeOutJobsOf(userId, openOwnQueues(env, redis).lanes));
  } catch (error) {
    say(`! ${(error as Error).message} The user’s jobs stay there until the reconciler looks.`);
  }
}
