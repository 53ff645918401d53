import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectDir } from '../../scripts/project.mjs';
import { connectMongo, disconnectMongo } from '../../server/config/mongoConn.ts';
import type {
  UserDataContext,
  UserDataWork,
} from '../../server/Services/BackgroundJobs/jobs/userData/userDataContext.ts';
import { type LocalServer, startLocalServer } from '../integration/localServer.ts';
import { COMPILING_MS, codeOfGuide, complaints, copyOfServer } from './guideTree.ts';

const MONGODB_URI = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';
it('no test calls the file that a team rewrites', async () => {
  for (const folder of ['server', 'tests']) {
    const files = await readdir(join(projectDir, folder), { recursive: true });
    for (const file of files.filter((name) => name.endsWith('.test.ts'))) {
      const text = await readFile(join(projectDir, folder, file), 'utf8');
      expect(text, file).not.toMatch(/^(import .*|\}) from '[^']*\/processUserData\.ts'/m);
    }
  }
});

describe('the example of docs/your-own-work.md', () => {
  let folder: string;
  let service: LocalServer;
  let code: Map<string, string>;
  let work: UserDataWork;
  /** What the compiler says of the example, once it has been put in its place. */
  let verdict: string;
  let status = 200;
  const asked: { url: string | undefined; key: string | string[] | undefined }[] = [];

  beforeAll(async () => {
    folder = await copyOfServer();
    service = await startLocalServer(({ url, headers }, response) => {
      asked.push({ url, key: headers['idempotency-key'] });
      response.writeHead(status).end(JSON.stringify({ rating: 7 }));
    });
    code = await codeOfGuide('your-own-work.md');
    for (const [file, text] of code) {
      const local = text.replace('https://ratings.example.com', service.url);
      await writeFile(join(folder, file), local);
    }
    verdict = await complaints(folder);
    await connectMongo({ uri: `${MONGODB_URI}/own_work_${randomUUID().slice(0, 8)}` });
  }, COMPILING_MS);

  afterAll(async () => {
    await mongoose.connection.dropDatabase();
    await disconnectMongo();
    await service.stop();
    await rm(folder, { recursive: true });
  });

  const context = (more: { asOf: string; signal?: AbortSignal }) =>
    ({
      backfill: false,
      signal: new AbortController().signal,
      attempt: 1,
      idempotencyKey: 'user-data-m-1-user',
      log: { debug() {}, info() {}, warn() {}, error() {} },
      data: {},
      ...more,
    }) as unknown as UserDataContext;
  const ratings = () => mongoose.connection.collection('ratings').find().toArray();

  it('is of the files that it names, the work in at most 25 lines', () => {
    expect([...code.keys()]).toEqual([
      'server/Services/BackgroundJobs/processUserData.ts',
      'server/models/RatingModel.ts',
    ]);
    expect(
      code.get('server/Services/BackgroundJobs/processUserData.ts')?.split('\n').length,
    ).toBeLessThan(26);
  });

  it(
    'compiles in the place of the sample’s work, and would not with another signature',
    async () => {
      expect(verdict).toBe('');
      const file = join(folder, 'server/Services/BackgroundJobs/processUserData.ts');
      const good = await readFile(file, 'utf8');
      await writeFile(file, good.replace('userId: string,', 'userId: number,'));
      expect(await complaints(folder)).toContain('userData.processor.ts');
      await writeFile(file, good);
    },
    COMPILING_MS,
  );

  describe('when it runs', () => {
    const userId = new mongoose.Types.ObjectId().toHexString();
    beforeAll(async () => {
      const compiled = join(folder, 'dist/server/Services/BackgroundJobs/processUserData.js');
      ({ processUserData: work } = await import(/* @vite-ignore */ pathToFileURL(compiled).href));
    });

    it('asks the service with the key of the job and writes one document, however often', async () => {
      asked.length = 0;
      await work(userId, context({ asOf: '2026-11-22' }));
      expect(await work(userId, context({ asOf: '2026-11-22' }))).toEqual({ rating: 7 });
      const url = `/users/${userId}/ratings?asOf=2026-11-22`;
      const key = 'user-data-m-1-user';
      expect(asked).toEqual([
        { url, key },
        { url, key },
      ]);
      expect(await ratings()).toMatchObject([{ asOf: '2026-11-22', rating: 7 }]);
    });

    it('fails for good when the service does not know the user, else to be tried again', async () => {
      status = 404;
      await expect(work(userId, context({ asOf: '2026-11-21' }))).rejects.toMatchObject({
        code: 'USER_NOT_FOUND',
      });
      status = 500;
      await expect(work(userId, context({ asOf: '2026-11-21' }))).rejects.toThrow('answered 500');
      status = 200;
      expect(await ratings()).toHaveLength(1);
    });

    it('stops at its deadline and writes nothing', async () => {
      const signal = AbortSignal.abort(new Error('The deadline has passed.'));
      const late = work(userId, context({ asOf: '2026-11-20', signal }));
      await expect(late).rejects.toThrow('The deadline has passed.');
      expect(await ratings()).toHaveLength(1);
    });
  });
});
