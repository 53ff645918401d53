import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { projectDir } from './project.mjs';

const OLD = 'an-old-scheduler-key';

/** Runs `npm run key:rotate` over a file with these settings. */
function rotate(text: string, environment: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hourwork-key-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'settings.env');
  writeFileSync(file, text);
  const { PATH } = process.env;
  const run = () =>
    spawnSync(process.execPath, [join(projectDir, 'scripts', 'rotateKey.mjs')], {
      env: { PATH, ENV_FILE: file, ...environment },
      encoding: 'utf8',
    });
  return { run, read: () => parseEnv(readFileSync(file, 'utf8')), file };
}

it('npm run key:rotate gives the file another key each time, and leaves the rest', () => {
  const { run, read, file } = rotate(`PORT=3000\nCRON_MANAGER_API_KEY=${OLD}\n# the end\n`);
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
  const { run, read } = rotate(`CRON_MANAGER_API_KEY=${OLD}\n`, { CRON_MANAGER_API_KEY: OLD });
  const { status, stderr } = run();
  expect(status).toBe(1);
  expect(stderr).toContain('rotate it there');
  expect(read()).toEqual({ CRON_MANAGER_API_KEY: OLD });
});
