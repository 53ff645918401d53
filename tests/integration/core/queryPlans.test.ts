import mongoose from 'mongoose';
import { expect, it } from 'vitest';
import {
  userDataInputOf,
  userDataSource,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.source.ts';
import { cancelRequested } from '../../../server/Services/BackgroundJobs/reconciling/cancelRequested.ts';
import { useInstallation } from './installation.ts';

const installation = useInstallation({}, (uri) => Promise.resolve(`${uri}?monitorCommands=true`));

/** How the server plans the first query of a collection that `asking` sends. */
async function planOf(collection: string, asking: () => Promise<unknown>): Promise<string> {
  const client = mongoose.connection.getClient();
  const queries: mongoose.mongo.Document[] = [];
  const onCommand = ({ command }: mongoose.mongo.CommandStartedEvent) => {
    if (command.find === collection) queries.push(command);
  };
  client.on('commandStarted', onCommand);
  await asking();
  client.off('commandStarted', onCommand);
  const [{ lsid: _, $db, ...query } = {}] = queries;
  const { queryPlanner } = await client.db($db).command({ explain: query });
  // What MongoDB decided for, without what it rejected; FerretDB tells no other.
  return JSON.stringify(queryPlanner.winningPlan ?? queryPlanner);
}

it('a page of users is read in the order of an index: those left are not sorted for it', async () => {
  const users = (await installation.makeUsers(3_000)).sort();
  const { next } = userDataSource.open({ selection: null, input: userDataInputOf({}) });
  for (const after of [null, users[1_000] ?? null]) {
    const plan = await planOf('users', () => next(after, 100));
    expect(plan).toContain('_id_');
    expect(plan).not.toMatch(/"(Node Type|stage)":"sort"/i);
  }
});

it('the look for jobs to cancel, each second, meets none of those that nobody cancels', async () => {
  await installation.producer.enqueueUsers(await installation.makeUsers(2_000));
  const plan = await planOf('jobstatuses', () => cancelRequested(installation.lanes));
  expect(plan).toContain('status_1_cancelRequestedAt_1');
  // In FerretDB's words; MongoDB's plan reads one index.
  expect(plan).not.toContain('"Index Name":"_id_"');
});
