import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { projectDir } from './project.mjs';

const OLD = 'a'.repeat(64);

/** `npm run rotate-keys` over a file with these settings. */
function keysIn(text: string, environment: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hourwork-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'settings.env');
  writeFileSync(file, text);
  const { PATH } = process.env;
  return {
    rotate: () =>
      spawnSync(process.execPath, [join(projectDir, 'scripts', 'rotateKeys.mjs')], {
        env: { PATH, ENV_FILE: file, ...environment },
        encoding: 'utf8',
      }),
    read: () => parseEnv(readFileSync(file, 'utf8')),
  };
}

it('npm run rotate-keys puts a new key beside the old one, and keeps both until all is sealed', () => {
  const { rotate, read } = keysIn(`PORT=3000\nDATA_KEY=${OLD}\n`);
  const first = rotate();
  expect(first.status).toBe(0);
  expect(first.stdout).toContain('npm run rotate-keys once more');
  const both = read();
  expect(both).toMatchObject({ PORT: '3000', DATA_KEY_PREVIOUS: OLD });
  expect(both.DATA_KEY).toMatch(/^[0-9a-f]{64}$/);
  expect(both.DATA_KEY).not.toBe(OLD);
  // No database is named in which anything could be sealed.
  expect(rotate().status).toBe(1);
  expect(read()).toEqual(both);
});

it.each([
  ['there is no key yet', 'PORT=3000\n', {}, 'npm start makes one'],
  ['the environment sets it', `DATA_KEY=${OLD}\n`, { DATA_KEY: OLD }, 'Rotate it there'],
])('changes nothing while %s', (_why, text, environment, said) => {
  const { rotate, read } = keysIn(text, environment);
  const { status, stderr } = rotate();
  expect(status).toBe(1);
  expect(stderr).toContain(said);
  expect(read()).toEqual(parseEnv(text));
});
