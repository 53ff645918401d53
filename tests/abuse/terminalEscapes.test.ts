import mongoose from 'mongoose';
import { beforeAll, expect, it } from 'vitest';
import { command } from '../integration/command.ts';
import { makeJob, makeRun } from '../integration/http/records.ts';
import { makeUser } from '../integration/scoring/ownDatabase.ts';
import { PASSWORD, useAttackedApi } from './attackedApi.ts';

const api = await useAttackedApi();

/** Clears the screen, names the window, colours by one byte, turns the direction of writing. */
const ESCAPES = '\u001b[2J\u001b]0;owned\u0007\r\b\u007f\u009b31m\u202e\u2066\u2028';
/** By which it is found again, and known to have been shown at all. */
const MARK = 'marked';
const EVIL = `${MARK}${ESCAPES}`;
/** What a terminal obeys; lines and tabs are what lines are made of. */
const OBEYED = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
/** Each sequence that a terminal obeys begins with one of these; JSON writes them out. */
const RAW = ['\u001b', '\u0007', '\b', '\r'];

let jobId: string;

beforeAll(async () => {
  const user = await makeUser(EVIL);
  await mongoose.connection
    .collection('users')
    .updateOne({ externalId: EVIL }, { $set: { email: EVIL } });
  await makeRun({ _id: 'm-evil', status: 'completed', finishedAt: new Date() });
  const error = { code: 'JOB_FAILED', message: EVIL };
  jobId = await makeJob('m-evil', user, { error, history: [EVIL], worker: EVIL, key: EVIL });
  await mongoose.connection.collection('accounts').insertOne({
    ...{ email: EVIL, passwordHash: 'x', role: 'viewer', userId: null, tokenVersion: 1 },
    ...{ disabledAt: null, createdAt: new Date() },
  });
  await mongoose.connection.collection<{ _id: string }>('schedules').insertOne({
    ...{ _id: EVIL, expression: '0 0 1 1 *', timezone: 'UTC', currentSlot: null },
    ...{ installedAt: new Date(), accountedUntil: new Date() },
    ...{ heldUntil: new Date(Date.now() + 3_600_000), hold: { by: EVIL, why: EVIL } },
  });
});

const settings = () => ({
  ...{ MONGODB_URI: api.mongoUri, REDIS_URL: api.redisUrl, PORT: String(api.port) },
  ...{ ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: PASSWORD },
});

it.each<[which: string, args: () => string[]]>([
  ['why', () => [jobId]],
  ['why', () => [EVIL]],
  ['user', () => ['show', EVIL]],
  ['account', () => ['list']],
  ['schedules', () => ['list']],
  ['run', () => ['--last']],
])(
  'what is stored is shown by npm run %s so that a terminal obeys none of it (%#)',
  async (which, args) => {
    const { text } = await command(which, args(), { settings: settings() });
    expect(text).toContain(MARK);
    expect(text).not.toMatch(OBEYED);
  },
);

it.each<[which: string, args: string[]]>([
  ['why', [`no-${EVIL}`]],
  ['user', ['show', `no-${EVIL}`]],
  ['account', ['disable', `no-${EVIL}`]],
  ['schedules', ['release', '--schedule', EVIL]],
  ['retry', [`no-${EVIL}`]],
  ['run', [`--${EVIL}`]],
])('neither is what is asked for, where npm run %s refuses it (%#)', async (which, args) => {
  const { text } = await command(which, args, { settings: settings() });
  expect(text).not.toBe('');
  expect(text).not.toMatch(OBEYED);
});

it('answers of the API hold none raw', async () => {
  const targets = [
    `/app/job-status/status/job/${jobId}`,
    `/app/job-status/status/job/${jobId}/history`,
    `/app/job-status/why/${jobId}`,
    '/app/job-status/failed',
    '/app/queues',
  ];
  const note = JSON.stringify({ note: EVIL });
  const pause = { method: 'POST', target: '/app/queues/user-data/pause', body: note };
  expect((await api.attack(pause, 'admin')).status).toBe(200);
  for (const target of targets) {
    const { status, body, headers } = await api.attack({ target }, 'admin');
    expect(status, target).toBe(200);
    expect(body, target).toContain(MARK);
    expect(
      RAW.filter((each) => body.includes(each)),
      target,
    ).toEqual([]);
    // No browser takes it for a page.
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});

it('nor does the log, whatever is asked for', async () => {
  const percent = encodeURIComponent(EVIL);
  for (const target of [`/${percent}`, `/${EVIL.replaceAll(/[\r ]/g, '')}`, `/x?${percent}`]) {
    await api.attack({ target, headers: { 'User-Agent': EVIL.replaceAll('\r', '') } }, 'admin');
  }
  await api.attack({
    method: 'POST',
    target: '/app/auth/login',
    body: JSON.stringify({ email: `${EVIL}@example.com`, password: EVIL }),
  });
  expect(api.written.filter((line) => OBEYED.test(line))).toEqual([]);
});
