import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allowanceOf } from '../../../server/config/egressAllowance.ts';
import { ServiceLogModel } from '../../../server/models/ServiceLogModel.ts';
import { ServiceModel } from '../../../server/models/ServiceModel.ts';
import { createSecretBox, keyIdsOf } from '../../../server/Services/Secrets/secretBox.ts';
import { keyIdsInUse, resealAll } from '../../../server/Services/Secrets/storedSecrets.ts';
import { importServices } from '../../../server/Services/ServiceSync/importServices.ts';
import { createServices } from '../../../server/Services/ServiceSync/services.ts';
import { command } from '../command.ts';
import { add, ask, base, env, sync } from './servicesInstallation.ts';
import { callsOf } from './serviceTargets.ts';

const API_KEY = 'the-key-of-a-service';

describe('a service', () => {
  it('is added, changed and removed; its key is sealed, sent and never shown', async () => {
    const id = await add({
      url: `${base}/echo`,
      settings: { fields: [{ pointer: '/key' }] },
      ...{ apiKey: API_KEY, apiKeyHeader: 'X-Api-Key' },
    });
    const log = await sync(id);
    expect(callsOf('/echo')[0]?.headers).toMatchObject({ 'x-api-key': API_KEY });
    expect(log).toMatchObject({ status: 'ok', facts: [{ name: '/key', value: '***' }] });
    const { body } = await ask('GET', `/api/v1/services/${id}`, undefined, 'viewer');
    expect(body).toMatchObject({ hasApiKey: true, last: { status: 'ok' } });
    expect(JSON.stringify([body, await ServiceModel.find().lean()])).not.toContain(API_KEY);
    const moved = await ask('PATCH', `/api/v1/services/${id}`, { url: 'https://example.com/' });
    expect(moved).toMatchObject({ status: 400, body: { error: { code: 'VALIDATION_FAILED' } } });
    const kept = await ask('PATCH', `/api/v1/services/${id}`, { url: `${base}/echo/2` });
    expect(kept).toMatchObject({ status: 200, body: { hasApiKey: true } });
    expect((await ask('DELETE', `/api/v1/services/${id}`)).status).toBe(200);
    expect((await ask('GET', `/api/v1/services/${id}`)).status).toBe(404);
    expect(await ServiceLogModel.countDocuments({ serviceId: id })).toBe(0);
  });

  it.each([
    ['a private address', { url: 'http://10.0.0.1/' }],
    ['one in another spelling', { url: 'http://0x7f.1/' }],
    ['one in IPv6', { url: 'http://[::ffff:127.0.0.1]/' }],
    ['credentials in the address', { url: 'https://ann:secret@example.com/' }],
    ['settings of another adapter', { adapter: 'json', settings: {} }],
    ['a pointer that is none', { settings: { fields: [{ pointer: 'ok' }] } }],
  ])('cannot have %s', async (_what, wrong) => {
    const { status, body } = await ask('POST', '/api/v1/services', {
      ...{ name: 'wrong', adapter: 'uptime', url: 'https://example.com/' },
      ...('settings' in wrong && { adapter: 'json' }),
      ...wrong,
    });
    expect(status).toBe(400);
    expect(body.error.code).toBe('VALIDATION_FAILED');
  });

  it('has a name that no other has', async () => {
    await add({ name: 'Northwind', url: `${base}/json` });
    const again = await ask('POST', '/api/v1/services', {
      ...{ name: 'Northwind', adapter: 'uptime', url: `${base}/json` },
    });
    expect(again.body.error.message).toContain('there is a service "Northwind" already');
  });

  it('has its key under another DATA_KEY after a rotation', async () => {
    const id = await add({ url: `${base}/json`, apiKey: API_KEY });
    const old = createSecretBox(env);
    const DATA_KEY = randomBytes(32).toString('hex');
    await resealAll(createSecretBox({ DATA_KEY, DATA_KEY_PREVIOUS: env.DATA_KEY }));
    expect(await keyIdsInUse()).toEqual(keyIdsOf({ DATA_KEY }));
    expect(await sync(id)).toMatchObject({
      ...{ status: 'failed', error: { code: 'SERVICE_ERROR', reason: 'DATA_KEY_MISSING' } },
    });
    await resealAll(createSecretBox({ DATA_KEY: env.DATA_KEY, DATA_KEY_PREVIOUS: DATA_KEY }));
    const sealed = (await ServiceModel.findById(id).lean())?.apiKey ?? '';
    expect(old.open(sealed, 'service-api-key')).toBe(API_KEY);
    await ask('DELETE', `/api/v1/services/${id}`);
  });
});

it('services come in from a CSV file, and npm run service lists them', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'hourwork-services-')), 'services.csv');
  await writeFile(
    file,
    [
      'name,adapter,url,category,settings,apiKey,active',
      `Alpha,uptime,${base}/json,import,,,true`,
      `Beta,json,${base}/json,import,"{""fields"":[{""pointer"":""/ok""}]}",${API_KEY},no`,
      `Gamma,gopher,${base}/json,import,,,`,
      'Delta,uptime,http://10.0.0.1/,import,,,',
      'Epsilon,json,https://example.com/,import,{,,',
    ].join('\n'),
  );
  const services = createServices({
    secrets: createSecretBox(env),
    allowance: allowanceOf(env),
  });
  const refused: number[] = [];
  const refuse = ({ line }: { line: number }) => refused.push(line);
  expect(await importServices(file, { services, refuse })).toEqual({ added: 2, changed: 0 });
  expect(refused).toEqual([4, 5, 6]);
  expect(await importServices(file, { services, refuse })).toEqual({ added: 0, changed: 2 });
  const settings = { MONGODB_URI: env.MONGODB_URI ?? '' };
  const listed = await command('service', ['list', '--category', 'import'], { settings });
  expect(listed.out, listed.err).toMatch(/Alpha .*not read yet\n.*Beta .*inactive/);
}, 60_000);

it('a backup names the key of its secrets, and a restore under another refuses', async () => {
  const id = await add({ url: `${base}/json`, apiKey: API_KEY });
  const parent = await mkdtemp(join(tmpdir(), 'hourwork-sealed-'));
  onTestFinished(() => rm(parent, { recursive: true }));
  const folder = join(parent, 'backup');
  const { MONGODB_URI = '', DATA_KEY = '' } = env;
  const [keyId = ''] = keyIdsOf({ DATA_KEY });
  const made = await command('backup', [folder], { settings: { MONGODB_URI, DATA_KEY } });
  expect(made.code, made.text).toBe(0);
  expect(made.out).toContain(`sealed under the data key ${keyId}: keep DATA_KEY of .env`);
  // Another database, as this one is in use: nothing comes into it.
  const elsewhere = new URL(MONGODB_URI);
  elsewhere.pathname += '-restored';
  const refused = await command('restore', [folder, '--only', 'mongodb'], {
    settings: { MONGODB_URI: elsewhere.href, DATA_KEY: randomBytes(32).toString('hex') },
  });
  expect(refused).toMatchObject({
    ...{ code: 1, err: expect.stringContaining(`Put that key into .env, as DATA_KEY`) },
  });
  expect(refused.text).not.toContain(DATA_KEY);
  await ask('DELETE', `/api/v1/services/${id}`);
}, 60_000);
