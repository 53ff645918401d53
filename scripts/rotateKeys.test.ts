import { parseEnv } from 'node:util';
import { expect, it } from 'vitest';
import { overSettings } from './overSettings.ts';

const SCRIPT = 'rotateKeys.mjs';
const OLD = 'a'.repeat(64);

it('npm run rotate-keys puts a new key beside the old one, and keeps both until all is sealed', () => {
  const { run, read } = overSettings(SCRIPT, `PORT=3000\nDATA_KEY=${OLD}\n`);
  const first = run();
  expect(first.status).toBe(0);
  expect(first.stdout).toContain('npm run rotate-keys once more');
  const both = read();
  expect(both).toMatchObject({ PORT: '3000', DATA_KEY_PREVIOUS: OLD });
  expect(both.DATA_KEY).toMatch(/^[0-9a-f]{64}$/);
  expect(both.DATA_KEY).not.toBe(OLD);
  // No database is named in which anything could be sealed.
  expect(run().status).toBe(1);
  expect(read()).toEqual(both);
});

it.each([
  ['there is no key yet', 'PORT=3000\n', {}, 'npm start makes one'],
  ['the environment sets it', `DATA_KEY=${OLD}\n`, { DATA_KEY: OLD }, 'Rotate it there'],
])('changes nothing while %s', (_why, text, environment, said) => {
  const { run, read } = overSettings(SCRIPT, text, environment);
  const { status, stderr } = run();
  expect(status).toBe(1);
  expect(stderr).toContain(said);
  expect(read()).toEqual(parseEnv(text));
});
