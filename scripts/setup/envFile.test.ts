import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hourwork-env-'));
  file = join(folder, '.env');
  vi.stubEnv('ENV_FILE', file);
  vi.resetModules();
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const text = () => readFileSync(file, 'utf8');
const mode = () => statSync(file).mode & 0o777;

describe('adding to .env', () => {
  it('makes a file that its owner alone can read', async () => {
    const { addToEnvFile } = await import('./envFile.mjs');
    expect(addToEnvFile({ PORT: '3000' })).toEqual(['PORT']);
    expect(text()).toBe('PORT=3000\n');
    expect(mode()).toBe(0o600);
  });

  it('lets nobody else read a file that was there and empty', async () => {
    writeFileSync(file, '');
    chmodSync(file, 0o644);
    const { addToEnvFile } = await import('./envFile.mjs');
    addToEnvFile({ JWT_SECRET: 'generated' });
    expect(text()).toBe('JWT_SECRET=generated\n');
    expect(mode()).toBe(0o600);
  });

  it('keeps every line there is, comments too, and adds only what is missing', async () => {
    const before = '# mine\nPORT=4000\nJWT_SECRET=kept';
    writeFileSync(file, before, { mode: 0o644 });
    const { addToEnvFile } = await import('./envFile.mjs');
    expect(addToEnvFile({ PORT: '3000', JWT_SECRET: 'new', REDIS_URL: 'redis://r' })).toEqual([
      'REDIS_URL',
    ]);
    expect(text()).toBe(`${before}\nREDIS_URL=redis://r\n`);
    expect(mode()).toBe(0o600);
  });

  it('makes UTF-8 of a file in UTF-16, and keeps its lines', async () => {
    writeFileSync(file, '\ufeff# größer\r\nPORT=4000', 'utf16le');
    const { addToEnvFile } = await import('./envFile.mjs');
    expect(addToEnvFile({ PORT: '3000', JWT_SECRET: 'generated' })).toEqual(['JWT_SECRET']);
    expect(text()).toBe('# größer\r\nPORT=4000\nJWT_SECRET=generated\n');
  });

  it('replaces a value, and keeps every other line', async () => {
    writeFileSync(file, '# REDIS_URL=old\nREDIS_URL=redis://old#a\nMY_REDIS_URL=b\n', {
      mode: 0o644,
    });
    const { replaceInEnvFile } = await import('./envFile.mjs');
    replaceInEnvFile('REDIS_URL', 'redis://:$&new@host');
    expect(text()).toBe('# REDIS_URL=old\nREDIS_URL=redis://:$&new@host\nMY_REDIS_URL=b\n');
    expect(mode()).toBe(0o600);
  });

  it('sets a value in the line that there is, also one that stood empty', async () => {
    writeFileSync(file, 'DATA_KEY_PREVIOUS=\nPORT=4000\n');
    const { setInEnvFile } = await import('./envFile.mjs');
    setInEnvFile('DATA_KEY_PREVIOUS', 'old');
    setInEnvFile('DATA_KEY', 'new');
    expect(text()).toBe('DATA_KEY_PREVIOUS=old\nPORT=4000\nDATA_KEY=new\n');
    setInEnvFile('DATA_KEY_PREVIOUS', '');
    setInEnvFile('DATA_KEY_PREVIOUS', 'new');
    expect(text()).toBe('DATA_KEY_PREVIOUS=new\nPORT=4000\nDATA_KEY=new\n');
  });

  it('leaves a file alone that names everything', async () => {
    writeFileSync(file, 'PORT=4000\n', { mode: 0o640 });
    const { addToEnvFile } = await import('./envFile.mjs');
    expect(addToEnvFile({ PORT: '3000' })).toEqual([]);
    expect(text()).toBe('PORT=4000\n');
    expect(mode()).toBe(0o640);
  });

  it('gives a value to a name that stands there empty', async () => {
    writeFileSync(file, 'JWT_SECRET=\n');
    const { addToEnvFile } = await import('./envFile.mjs');
    addToEnvFile({ JWT_SECRET: 'generated' });
    expect(parseEnv(text()).JWT_SECRET).toBe('generated');
  });

  it.each([
    'plain',
    'with space',
    'with#hash',
    "it's",
    'say "x"',
    'a\\b',
    'both \' and "',
    'mongodb://u:p%40@h/d?a=b&c=d',
  ])('writes %s so that it is read back', async (value) => {
    const { addToEnvFile } = await import('./envFile.mjs');
    addToEnvFile({ VALUE: value });
    expect(parseEnv(text()).VALUE).toBe(value);
  });
});

describe('the settings', () => {
  it('are those of the environment over those of the file; empty is unset', async () => {
    writeFileSync(file, 'HOURWORK_A=file\nHOURWORK_B=file\nHOURWORK_C=\n');
    vi.stubEnv('HOURWORK_A', 'environment');
    vi.stubEnv('HOURWORK_B', '');
    const { readSettings } = await import('./envFile.mjs');
    const { HOURWORK_A, HOURWORK_B, HOURWORK_C } = readSettings();
    expect({ HOURWORK_A, HOURWORK_B, HOURWORK_C }).toEqual({
      HOURWORK_A: 'environment',
      HOURWORK_B: 'file',
      HOURWORK_C: undefined,
    });
  });
});
