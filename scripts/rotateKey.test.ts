import { readFileSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { overSettings } from './overSettings.ts';

const SCRIPT = 'rotateKey.mjs';
const OLD = 'an-old-scheduler-key';

it('npm run key:rotate gives the file another key each time, and leaves the rest', () => {
  const { run, read, file } = overSettings(
    SCRIPT,
    `PORT=3000\nCRON_MANAGER_API_KEY=${OLD}\n# the end\n`,
  );
  const keys = [OLD];
  for (const _time of [1, 2]) {
    const { status, stdout } = run();
    expect(status).toBe(0);
    expect(stdout).toContain('npx pm2 reload ecosystem.config.js');
    const { PORT, CRON_MANAGER_API_KEY: key = '' } = read();
    expect(PORT).toBe('3000');
    expect(key).toMatch(/^[\w-]{32}$/);
    expect(stdout).not.toContain(key);
    keys.push(key);
  }
  expect(new Set(keys).size).toBe(3);
  expect(readFileSync(file, 'utf8')).toMatch(/^PORT=3000\nCRON_MANAGER_API_KEY=\S+\n# the end\n$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('changes nothing while the environment sets the key, which wins', () => {
  const { run, read } = overSettings(SCRIPT, `CRON_MANAGER_API_KEY=${OLD}\n`, {
    CRON_MANAGER_API_KEY: OLD,
  });
  const { status, stderr } = run();
  expect(status).toBe(1);
  expect(stderr).toContain('rotate it there');
  expect(read()).toEqual({ CRON_MANAGER_API_KEY: OLD });
});
