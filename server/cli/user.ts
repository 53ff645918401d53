import { Command } from 'commander';
import { forgetUser } from '../Services/BackgroundJobs/runs/forgetUser.ts';
import { deleteUser } from '../Services/Users/deleteUser.ts';
import { withMongo } from './withMongo.ts';

const program = new Command('user').description('What concerns one user.');

program
  .command('delete')
  .description('deletes a user with purchases, summary and job records')
  .argument('<user>', 'externalId or id')
  .action((name: string) =>
    withMongo(async () => {
      const { userId, externalId, purchases, summaries, jobs } = await deleteUser(name, {
        forgetJobs: forgetUser,
      });
      process.stdout.write(
        `User ${externalId} (${userId}) is deleted, with ${purchases} purchases, ` +
          `${summaries} summary and ${jobs} job records.\n`,
      );
    }),
  );

await program.parseAsync();
