import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { mongo } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSettings } from '../../../server/config/env.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { removeKeys } from '../../../server/Services/BackgroundJobs/queues/prefixKeys.ts';
import { command, commandProcess } from '../command.ts';
import { SILENT } from '../core/installation.ts';
import { openRelay } from '../relay.ts';
import { openMongoRelay } from './mongoRelay.ts';

const MONGODB = new URL(process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500');
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';

/** One database and one prefix of Redis, for one restore. */
interface Place {
  db: mongo.Db;
  settings: Record<string, string>;
}

/** All documents and indexes of a database, by collection. */
type Contents = Record<string, { documents: unknown[]; indexes: string[] }>;

const client = new mongo.MongoClient(MONGODB.href);
// As a worker's it waits for an answer however long a loaded machine takes.
const redis = connectRedis(parseSettings({ REDIS_URL }), 'worker', SILENT);
const places: Place[] = [];
let folder: string;
let backup: string;
let restored: Contents;

function newPlace(): Place {
  const name = `killed-${randomUUID().slice(0, 8)}`;
  const MONGODB_URI = `${MONGODB.href.replace(/\/$/, '')}/${name}`;
  const place = {
    db: client.db(name),
    settings: { MONGODB_URI, REDIS_URL, QUEUE_PREFIX: `{${name}}` },
  };
  places.push(place);
  return place;
}

/** Fills a database with what tells it from any other, and Redis with a job of the same name. */
async function fill({ db, settings }: Place, what: string): Promise<void> {
  const mark = { externalId: what, email: `${what}@example.com` };
  await db.collection('users').insertMany([mark, { externalId: 'both' }]);
  await db.collection('users').createIndex({ externalId: 1 }, { unique: true });
  await db.collection('runs').insertOne({ runSeq: 1, sealed: {}, what });
  await db.collection('purchases').insertOne({ source: what, line: 1 });
  await db.collection<{ _id: string }>('sequences').insertOne({ _id: 'runs', value: 7 } as never);
  await db.collection(`only-${what}`).insertOne({ what });
  const key = (name: string) => `${settings.QUEUE_PREFIX}:user-data:${name}`;
  await redis.hset(key(what), { name: what, timestamp: '1' });
  await redis.lpush(key('wait'), what);
}

async function contentsOf({ db }: Place): Promise<Contents> {
  const contents: Contents = {};
  const found = await db.listCollections({}, { nameOnly: true }).toArray();
  for (const name of found.map((each) => each.name).sort()) {
    const documents = await db.collection(name).find().sort({ _id: 1 }).toArray();
    const indexes = (await db.collection(name).indexes()).map((index) => index.name ?? '').sort();
    contents[name] = { documents, indexes };
  }
  return contents;
}

/** The contents, without the collection of the mark, which is empty when no restore is under way. */
async function settledContents(place: Place): Promise<Contents> {
  const { restores, ...contents } = await contentsOf(place);
  expect(restores?.documents ?? []).toEqual([]);
  return contents;
}

const pendingIn = ({ settings }: Place) =>
  redis.lrange(`${settings.QUEUE_PREFIX}:user-data:wait`, 0, -1);

const runIn = (place: Place, which: string, ...args: string[]) =>
  command(which, args, { settings: place.settings });

/** Restores until `stop` says so at a command that is about to reach MongoDB, and kills it there. */
async function killAt(place: Place, stop: (command: string) => boolean): Promise<void> {
  let killed = false;
  const relay = await openMongoRelay(MONGODB, async (sent) => {
    if (!stop(sent)) return true;
    killed = true;
    child.kill('SIGKILL');
    return false;
  });
  const MONGODB_URI = `${relay.uri}/${place.db.databaseName}?directConnection=true`;
  const { child, ended } = commandProcess('restore', [backup, '--replace'], {
    settings: { ...place.settings, MONGODB_URI },
  });
  const { code, text } = await ended;
  await relay.close();
  expect({ killed, code }, text).toEqual({ killed: true, code: null });
}

/** Whether this is the command, for the time given, counted from 1. */
function nth(count: number, pattern: RegExp): (command: string) => boolean {
  let seen = 0;
  return (sent) => pattern.test(sent) && ++seen === count;
}

beforeAll(async () => {
  await client.connect();
  folder = await mkdtemp(join(tmpdir(), 'hourwork-killed-'));
  backup = join(folder, 'backup');
  const source = newPlace();
  await fill(source, 'new');
  const made = await runIn(source, 'backup', backup);
  expect(made, made.text).toMatchObject({ code: 0 });
  const target = newPlace();
  await fill(target, 'old');
  const ended = await runIn(target, 'restore', backup, '--replace');
  expect(ended, ended.text).toMatchObject({ code: 0 });
  restored = await settledContents(target);
  expect(Object.keys(restored)).toEqual(expect.arrayContaining(['only-new', 'users']));
  expect(Object.keys(restored)).not.toContain('only-old');
  expect(await pendingIn(target), 'the reconciler puts them in anew').toEqual([]);
});

afterAll(async () => {
  for (const { db, settings } of places) {
    await db.dropDatabase();
    await removeKeys(redis, settings.QUEUE_PREFIX ?? '');
  }
  redis.disconnect();
  await client.close();
  await rm(folder, { recursive: true });
});

describe.concurrent('a restore that is killed', { timeout: 180_000 }, () => {
  it.each<[string, (command: string) => boolean]>([
    ['begins to load', nth(1, /^create restoring-/)],
    ['loads documents', nth(2, /^insert restoring-/)],
    ['makes indexes', nth(1, /^createIndexes restoring-/)],
    ['is about to replace', nth(2, /^update restores/)],
  ])('before anything is replaced, as it %s, is undone', async (_, stop) => {
    const place = newPlace();
    await fill(place, 'old');
    const before = await contentsOf(place);
    await killAt(place, stop);
    expect(await contentsOf(place)).toMatchObject(before);
    const recovered = await runIn(place, 'restore', '--recover');
    expect(recovered, recovered.text).toMatchObject({ code: 0 });
    expect(recovered.text).toMatch(/^Undone: the database is as it was/);
    expect(await settledContents(place)).toEqual(before);
    expect(await pendingIn(place)).toEqual(['old']);
  });

  it.each<[string, (command: string) => boolean]>([
    ['puts the first collection in its place', nth(1, /^renameCollection/)],
    ['puts the third collection in its place', nth(3, /^renameCollection/)],
    ['removes what the backup does not know', nth(1, /^drop only-old/)],
    ['has all in its place', nth(3, /^update restores/)],
    ['is at its end', nth(1, /^delete restores/)],
  ])('as it %s is brought to its end', async (_, stop) => {
    const place = newPlace();
    await fill(place, 'old');
    await killAt(place, stop);
    const recovered = await runIn(place, 'restore', '--recover');
    expect(recovered, recovered.text).toMatchObject({ code: 0 });
    expect(await settledContents(place)).toEqual(restored);
    expect(await pendingIn(place), 'the reconciler puts them in anew').toEqual([]);
  });

  it('as it removes the pending jobs leaves none of them once it has been recovered', async () => {
    const place = newPlace();
    await fill(place, 'old');
    const target = new URL(REDIS_URL);
    const address = { host: target.hostname, port: Number(target.port) };
    const relay = await openRelay(address, (data) => {
      if (!/unlink/i.test(data.toString('latin1'))) return data;
      child.kill('SIGKILL');
      return data.subarray(0, data.length / 2);
    });
    const { child, ended } = commandProcess('restore', [backup, '--replace'], {
      settings: { ...place.settings, REDIS_URL: `redis://127.0.0.1:${relay.port}` },
    });
    expect((await ended).code).toBeNull();
    await relay.close();
    expect(await pendingIn(place), 'the command never arrived whole').toEqual(['old']);
    const recovered = await runIn(place, 'restore', '--recover');
    expect(recovered, recovered.text).toMatchObject({ code: 0 });
    expect(await redis.keys(`${place.settings.QUEUE_PREFIX}:*`)).toEqual([]);
    expect(await settledContents(place)).toEqual(restored);
  });

  it('keeps every command but its recovery from the database, and can be begun anew after it', async () => {
    const place = newPlace();
    await fill(place, 'old');
    await killAt(place, nth(1, /^createIndexes restoring-/));
    for (const args of [['indexes'], ['backup', join(folder, 'none')], ['restore', backup]]) {
      const [which = '', ...rest] = args;
      expect(await runIn(place, which, ...rest)).toMatchObject({
        code: 1,
        text: expect.stringMatching(/being restored from .* npm run restore -- --recover/),
      });
    }
    expect(await runIn(place, 'restore', '--recover')).toMatchObject({ code: 0 });
    const again = await runIn(place, 'restore', backup, '--replace');
    expect(again, again.text).toMatchObject({ code: 0 });
    expect(await settledContents(place)).toEqual(restored);
    const nothing = await runIn(place, 'restore', '--recover');
    expect(nothing).toMatchObject({ code: 0, text: expect.stringMatching(/nothing to do/) });
  });

  it('before it has begun, has changed nothing', async () => {
    const place = newPlace();
    await fill(place, 'old');
    const before = await contentsOf(place);
    await killAt(place, nth(1, /^update restores/));
    expect(await settledContents(place)).toEqual(before);
  });
});

describe.concurrent('a restore that fails', { timeout: 180_000 }, () => {
  it('because a worker started meanwhile leaves everything as it was', async () => {
    const place = newPlace();
    await fill(place, 'old');
    const lastSeenAt = new Date(Date.now() + 600_000);
    const worker = { _id: 'w', farewellAt: null, lastSeenAt } as never;
    const loading = nth(1, /^insert restoring-/);
    const relay = await openMongoRelay(MONGODB, async (sent) => {
      if (loading(sent)) await place.db.collection('workers').insertOne(worker);
      return true;
    });
    const MONGODB_URI = `${relay.uri}/${place.db.databaseName}?directConnection=true`;
    const settings = { ...place.settings, MONGODB_URI };
    const { code, text } = await command('restore', [backup, '--replace'], { settings });
    await relay.close();
    expect(code).toBe(1);
    expect(text).toContain('1 workers are running here');
    const { workers, ...rest } = await settledContents(place);
    expect(workers?.documents).toEqual([worker]);
    expect(Object.keys(rest)).toContain('only-old');
    expect(Object.keys(rest).filter((name) => name.startsWith('restoring-'))).toEqual([]);
  });

  it('because a file is not as it was written has changed nothing', async () => {
    const place = newPlace();
    await fill(place, 'old');
    const before = await contentsOf(place);
    const altered = join(folder, 'altered');
    await cp(backup, altered, { recursive: true });
    const file = join(altered, 'mongodb/users.bson.gz');
    const text = gunzipSync(await readFile(file))
      .toString('latin1')
      .replace('both', 'none');
    await writeFile(file, gzipSync(Buffer.from(text, 'latin1')));
    const { code, text: said } = await runIn(place, 'restore', altered, '--replace');
    expect(code).toBe(1);
    expect(said).toMatch(/users\.bson\.gz is not as it was written/);
    expect(await contentsOf(place)).toEqual(before);
    expect(await pendingIn(place)).toEqual(['old']);
  });

  it('because the server takes no name with a dot has changed nothing', async () => {
    const place = newPlace();
    await place.db.collection('of.mine').insertOne({ a: 1 });
    const dotted = join(folder, 'dotted');
    expect(await runIn(place, 'backup', dotted)).toMatchObject({ code: 0 });
    const before = await contentsOf(place);
    const { code, text } = await runIn(place, 'restore', dotted, '--replace');
    // MongoDB itself takes it.
    const ferretdb = process.env.TEST_FERRETDB_BIN !== undefined;
    expect(code, text).toBe(ferretdb ? 1 : 0);
    if (ferretdb) expect(text).toMatch(/renames no collection to of\.mine, because of the dot/);
    expect(await settledContents(place)).toMatchObject(before);
  });

  it('because its documents contradict an index that the product needs leaves them', async () => {
    const place = newPlace();
    await place.db
      .collection('users')
      .insertMany([{ externalId: 'twice' }, { externalId: 'twice' }]);
    const contradicting = join(folder, 'contradicting');
    expect(await runIn(place, 'backup', contradicting)).toMatchObject({ code: 0 });
    await place.db.dropDatabase();
    await fill(place, 'old');
    const before = await contentsOf(place);
    const { code, text } = await runIn(place, 'restore', contradicting, '--replace');
    expect(code).toBe(1);
    expect(text).toMatch(/externalId_1/);
    expect(await settledContents(place)).toEqual(before);
  });
});
