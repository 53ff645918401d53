import { expect, it } from 'vitest';
import { command } from '../command.ts';
import { useOwnDatabase } from '../scoring/ownDatabase.ts';

const settings = { MONGODB_URI: useOwnDatabase() };

it.each([
  ['service', 'There is no service yet', 'npm run service -- add'],
  ['token', 'There is no API token yet', 'npm run token -- create'],
  ['account', 'There is no account yet', 'npm run account -- create'],
  ['schedules', 'No schedule has run yet', 'npm start'],
])('npm run %s -- list says that there is none, and what to do', async (which, none, remedy) => {
  const { code, out, err } = await command(which, ['list'], { settings });
  expect(code, err).toBe(0);
  expect(out).toContain(none);
  expect(out).toContain(remedy);
});
