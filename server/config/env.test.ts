import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EnvironmentError, envSchema, parseSettings, readEnv } from './env.ts';

const projectFile = (name: string) =>
  readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

interface Explained {
  name: string;
  /** What stands behind the equals sign. */
  value: string;
  /** Whether it is only shown, as a default. */
  shown: boolean;
  explanation: string;
}

/** The settings of .env.example, each with the comment above it. */
function explainedSettings(): Explained[] {
  const lines = projectFile('.env.example').split('\n');
  return lines.flatMap((line, position) => {
    const [, mark, name, value] = /^(#?)([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return [];
    const [, explanation = ''] = /^# (?!---)(.+)$/.exec(lines[position - 1] ?? '') ?? [];
    return [{ name, value, shown: mark === '#', explanation }];
  });
}

const problemsOf = (source: Record<string, string>): string => {
  try {
    parseSettings(source);
  } catch (error) {
    expect(error).toBeInstanceOf(EnvironmentError);
    return (error as Error).message;
  }
  throw new Error('These settings were accepted.');
};

describe('.env.example', () => {
  const explained = explainedSettings();

  it('names every setting of the schema, each once, in its order, and no other', () => {
    expect(explained.map(({ name }) => name)).toEqual(Object.keys(envSchema.shape));
  });

  it('explains each in the line above', () => {
    expect(explained.filter(({ explanation }) => explanation === '')).toEqual([]);
  });

  it('shows the defaults as they are', () => {
    const shown = explained.filter((setting) => setting.shown);
    const values = Object.fromEntries(shown.map(({ name, value }) => [name, value]));
    expect(parseSettings(values)).toEqual(parseSettings({}));
    const byDefault = Object.entries(parseSettings({})).filter(([, value]) => value !== undefined);
    expect(shown.map(({ name }) => name)).toEqual(byDefault.map(([name]) => name));
  });

  it('sets nothing when it is copied: what has no default is there and empty', () => {
    expect(explained.filter(({ shown, value }) => !shown && value !== '')).toEqual([]);
    expect(parseSettings(parseEnv(projectFile('.env.example')))).toEqual(parseSettings({}));
  });

  it('is the configuration table of the README', () => {
    const rows = explained.map(({ name, value, explanation }) => {
      const cell = value === '' ? '' : `\`${value.replaceAll('|', '\\|')}\``;
      return `| \`${name}\` | ${cell} | ${explanation} |`.replaceAll('  ', ' ');
    });
    const table = ['| setting | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
    expect(projectFile('README.md')).toContain(table);
  });
});

describe('parseSettings', () => {
  it('takes an empty string as unset', () => {
    expect(parseSettings({ PORT: '', JWT_SECRET: '', REDIS_TLS: '', LOG_FILE: '' })).toEqual(
      parseSettings({}),
    );
  });

  it.each([
    ['JWT_SECRET', 'x'.repeat(32), /JWT_SECRET: is easy to guess.*openssl rand -hex 32/],
    ['ADMIN_PASSWORD', ' '.repeat(12), /ADMIN_PASSWORD: A password has at least 5 different/],
    ['ADMIN_PASSWORD', 'short', /ADMIN_PASSWORD: A password has 12 to 256 characters/],
    ['ADMIN_EMAIL', `${'a'.repeat(250)}@example.com`, /ADMIN_EMAIL: has more than 254/],
  ])('says of a weak %s what is wrong, without the value', (setting, value, problem) => {
    const problems = problemsOf({ [setting]: value });
    expect(problems).toMatch(problem);
    expect(problems).not.toContain(value);
  });

  it('lists all problems at once, each with its setting, and says where to mend them', () => {
    const problems = problemsOf({
      PORT: '99999',
      JWT_SECRET: 'short',
      MONGODB_URI: 'localhost:27017',
      TIMEZONE: 'Mars/Olympus',
      USER_DATA_SCHEDULE: 'every hour',
      WORKER_CONCURRENCY: '0',
      MISSED_SLOT_POLICY: 'all',
      DAILY_UPDATES: 'maybe',
      SCORING_PARAMS: '1,2,3',
    });
    const named = problems
      .split('\n')
      .flatMap((line) => /^ {2}([A-Z_]+): \S/.exec(line)?.[1] ?? []);
    expect(named.toSorted()).toEqual([
      'DAILY_UPDATES',
      'JWT_SECRET',
      'MISSED_SLOT_POLICY',
      'MONGODB_URI',
      'PORT',
      'SCORING_PARAMS',
      'TIMEZONE',
      'USER_DATA_SCHEDULE',
      'WORKER_CONCURRENCY',
    ]);
    expect(problems).toContain('.env.example');
  });

  it.each(Object.keys(envSchema.shape))('does not echo the value of %s', (name) => {
    const value = 'hunter2 is not to be seen';
    const source = { PORT: 'none', [name]: value };
    expect(problemsOf(source)).not.toContain('hunter2');
  });

  it('reads flags, numbers and the four parameters of the model', () => {
    const env = parseSettings({ DAILY_UPDATES: 'yes', PORT: '8080', SCORING_PARAMS: '1,2,3,4' });
    expect(env).toMatchObject({
      DAILY_UPDATES: true,
      PORT: 8080,
      SCORING_PARAMS: { r: 1, alpha: 2, a: 3, b: 4 },
    });
  });

  it.each(['0 * * *', '61 * * * *', 'H * * * *', '0 0 31 2 *'])(
    'refuses %s as a schedule',
    (USER_DATA_SCHEDULE) => {
      expect(problemsOf({ USER_DATA_SCHEDULE })).toContain('USER_DATA_SCHEDULE');
    },
  );

  it.each(['0 * * * *', '*/10 * * * * *', '0 9 * * MON-FRI', '@hourly'])(
    'takes %s as a schedule',
    (USER_DATA_SCHEDULE) => {
      expect(parseSettings({ USER_DATA_SCHEDULE })).toMatchObject({ USER_DATA_SCHEDULE });
    },
  );

  it.each(['https://admin.example.com/', 'admin.example.com', '*', 'ftp://files', 'null'])(
    'refuses %s as an origin',
    (CORS_ORIGINS) => {
      expect(problemsOf({ CORS_ORIGINS })).toContain('CORS_ORIGINS');
    },
  );

  it('takes origins with commas between', () => {
    const CORS_ORIGINS = 'https://admin.example.com, http://127.0.0.1:5173';
    expect(parseSettings({ CORS_ORIGINS })).toMatchObject({
      CORS_ORIGINS: ['https://admin.example.com', 'http://127.0.0.1:5173'],
    });
  });

  it.each(['0.243,4.414,0.793,0', '0.243,-1,0.793,2.426', 'a,b,c,d', '1,2,3,4,5'])(
    'refuses %s as parameters of the model',
    (SCORING_PARAMS) => {
      expect(problemsOf({ SCORING_PARAMS })).toContain('SCORING_PARAMS');
    },
  );
});

describe('readEnv', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hourwork-env-'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  it('lets the environment win over the file, and the file fill what the environment leaves empty', () => {
    const file = join(folder, 'settings');
    writeFileSync(file, 'PORT=4001\nWORKER_CONCURRENCY=7\nLOG_LEVEL=debug\n');
    vi.stubEnv('ENV_FILE', file);
    vi.stubEnv('PORT', '4002');
    vi.stubEnv('WORKER_CONCURRENCY', '');
    vi.stubEnv('LOG_LEVEL', undefined);
    expect(readEnv()).toMatchObject({ PORT: 4002, WORKER_CONCURRENCY: 7, LOG_LEVEL: 'debug' });
  });

  it('does without the file', () => {
    vi.stubEnv('ENV_FILE', join(folder, 'absent'));
    vi.stubEnv('PORT', '4003');
    expect(readEnv().PORT).toBe(4003);
  });
});
