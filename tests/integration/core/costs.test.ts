import mongoose from 'mongoose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { StrictRedis } from '../../../server/config/strictRedis.ts';
import { USER_DATA } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import {
  userDataInputOf,
  userDataSource,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.source.ts';
import { enumerateRun } from '../../../server/Services/BackgroundJobs/runs/enumerate.ts';
import { openRequestedRun } from '../../../server/Services/BackgroundJobs/runs/ledger.ts';
import { SILENT, useInstallation } from './installation.ts';

/** What was sent to the two databases. */
interface Costs {
  redis: Record<string, number>;
  /** Commands, and of writes the documents that they name: by command and collection. */
  mongo: Record<string, { commands: number; documents: number }>;
}

/** Counts what this process sends from now on. */
function countCosts(): { costs: Costs; stop: () => void } {
  const costs: Costs = { redis: {}, mongo: {} };
  const sending = vi.spyOn(StrictRedis.prototype, 'sendCommand');
  const client = mongoose.connection.getClient();
  const onCommand = ({ commandName, command }: mongoose.mongo.CommandStartedEvent) => {
    const name = `${commandName} ${command[commandName]}`;
    const { commands = 0, documents = 0 } = costs.mongo[name] ?? {};
    costs.mongo[name] = { commands: commands + 1, documents: documents + documentsOf(command) };
  };
  client.on('commandStarted', onCommand);
  return {
    costs,
    stop() {
      client.off('commandStarted', onCommand);
      for (const [command] of sending.mock.calls) {
        costs.redis[command.name] = (costs.redis[command.name] ?? 0) + 1;
      }
      sending.mockRestore();
    },
  };
}

/** How many documents a write names: those that it inserts, or the ids that it changes. */
function documentsOf({ documents = [], updates = [] }: mongoose.mongo.Document): number {
  return updates.reduce(
    (sum: number, { q }: mongoose.mongo.Document) => sum + (q._id?.$in ?? [q]).length,
    documents.length,
  );
}

const AT_ONCE = 50;

describe('a run', () => {
  const installation = useInstallation(
    // What a slow moment refused would be handed over once more, and counted.
    { WORKER_CONCURRENCY: String(AT_ONCE), REDIS_COMMAND_TIMEOUT_MS: '10000' },
    (uri) => Promise.resolve(`${uri}?monitorCommands=true`),
  );
  afterEach(() => vi.restoreAllMocks());

  async function costsOf(users: number): Promise<{ enqueuing: Costs; working: Costs }> {
    await installation.makeUsers(
      users - (await mongoose.connection.collection('users').countDocuments()),
    );
    const enqueuing = countCosts();
    const run = await openRequestedRun({
      ...{ kind: USER_DATA, input: userDataInputOf({}), trigger: 'manual', mode: 'queue' },
      ...{ batchSize: 50, selection: null, requestId: null },
    });
    const enumeration = await enumerateRun(run?._id ?? '', {
      ...{ source: userDataSource, outbox: installation.outbox, leaseMs: 60_000, log: SILENT },
      signal: new AbortController().signal,
    });
    expect(enumeration).toMatchObject({ ended: 'finished', enqueued: users });
    enqueuing.stop();

    const working = countCosts();
    const worker = await installation.startWorker(async () => null);
    await expect
      .poll(() => worker.activity().completed, { timeout: 30_000, interval: 20 })
      .toBe(users);
    await worker.stop();
    working.stop();
    return { enqueuing: enqueuing.costs, working: working.costs };
  }

  /** What each of the users costs by which the larger run exceeds the smaller. */
  const perUser = (small: number, large: number) => (large - small) / 3_000;
  /** Commands by which the larger run exceeds the smaller; the numbers of a minute are written by the clock. */
  const grownBy = (small: Costs, large: Costs) =>
    Object.fromEntries(
      Object.entries(large.mongo)
        .map(
          ([name, { commands }]) => [name, commands - (small.mongo[name]?.commands ?? 0)] as const,
        )
        .filter(([name, more]) => more !== 0 && name !== 'update numbers'),
    );
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

  it('costs each user the same, with 1,000 of them and with 4,000', async () => {
    const small = await costsOf(1_000);
    const large = await costsOf(4_000);
    const redis = (costs: Costs) => sum(Object.values(costs.redis));
    const commands = (costs: Costs) => sum(Object.values(costs.mongo).map((each) => each.commands));
    const documents = (costs: Costs, name: string) => costs.mongo[name]?.documents ?? 0;

    // One script puts the job in, and one ends it and takes the next.
    expect(perUser(redis(small.enqueuing), redis(large.enqueuing))).toBeCloseTo(1, 1);
    expect(perUser(redis(small.working), redis(large.working))).toBeCloseTo(1, 1);

    // Its record is inserted once and changed once, each time among many.
    for (const { enqueuing, working } of [small, large]) {
      const users = enqueuing === small.enqueuing ? 1_000 : 4_000;
      expect(documents(enqueuing, 'insert jobstatuses')).toBe(users);
      expect(documents(enqueuing, 'update jobstatuses')).toBe(0);
      // The start of a job that is at work just when the gathered are written is written too.
      const { commands: writes = 0, documents: written = 0 } =
        working.mongo['update jobstatuses'] ?? {};
      expect(written).toBeGreaterThanOrEqual(users);
      expect(written).toBeLessThanOrEqual(users + AT_ONCE * writes);
    }
    // Each page of 1,000 is read, recorded in slices of 250, and moves the checkpoint, which asks the
    // database for its time; no more.
    expect(grownBy(small.enqueuing, large.enqueuing)).toEqual({
      'find users': 3,
      'insert jobstatuses': 12,
      'findAndModify runs': 3,
      'hello 1': 3,
    });
    // Gathered writes each tenth of a second, so a slow machine makes more of them; never one for each user.
    expect(perUser(commands(small.working), commands(large.working))).toBeLessThan(0.2);
  }, 60_000);
});
