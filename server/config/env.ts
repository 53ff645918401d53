import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { readEnvFile } from './envText.mjs';
import { type Misspelt, misspelt } from './misspelt.ts';
import { shapeProblems } from './redisShape.ts';
import { callSettings } from './settings/calls.ts';
import { domainSettings } from './settings/domain.ts';
import { httpSettings } from './settings/http.ts';
import { logSettings } from './settings/logs.ts';
import { messageSettings } from './settings/messages.ts';
import { recordSettings } from './settings/records.ts';
import { scheduleSettings } from './settings/schedules.ts';
import { storeSettings } from './settings/stores.ts';
import { workerSettings } from './settings/workers.ts';

const settings = z.object({
  ...httpSettings,
  ...messageSettings,
  ...storeSettings,
  ...scheduleSettings,
  ...workerSettings,
  ...callSettings,
  ...recordSettings,
  ...domainSettings,
  ...logSettings,
});

/**
 * Every setting of Hourwork, as one schema: its parts are in `settings/`, and `.env.example` is held
 * to it by a test. Units stand in the names; a setting without a default is either required or
 * truly optional.
 */
export const envSchema = settings.superRefine((env, context) => {
  if (env.NOTIFY_WEBHOOK_URL !== undefined && env.NOTIFY_WEBHOOK_SECRET === undefined) {
    const message = 'is needed with NOTIFY_WEBHOOK_URL: make one with: openssl rand -base64 32';
    context.addIssue({ code: 'custom', path: ['NOTIFY_WEBHOOK_SECRET'], message });
  }
  for (const { setting, problem } of shapeProblems(env)) {
    context.addIssue({ code: 'custom', path: [setting], message: problem });
  }
});

export type Env = z.infer<typeof envSchema>;

/** All that is wrong with the settings, in one message that says what to do. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/**
 * That settings are missing which somebody needs: which, where they were looked for, and which name
 * was probably meant to be one of them.
 */
export function missingSettings(who: string, names: readonly string[]): EnvironmentError {
  const hints = misspeltSettings().filter(({ meant }) => names.includes(meant));
  return new EnvironmentError(
    [
      `${who} needs ${names.join(' and ')}, and neither the environment nor ${describeFile()} has ` +
        `${names.length === 1 ? 'it' : 'them'}.`,
      ...hints.map(misspeltLine),
    ].join('\n'),
  );
}

/** A name that is no setting, as a sentence. */
export function misspeltLine({ name, meant }: Misspelt): string {
  return `${name} is no setting. Did you mean ${meant}?`;
}

/** The names in settings file and environment that were probably meant to be a setting. */
export function misspeltSettings(): Misspelt[] {
  const given = [...Object.keys(readEnvFile(envFile())), ...Object.keys(process.env)];
  return misspelt(given, Object.keys(settings.shape));
}

/**
 * Parses settings from plain text values. An empty string counts as unset.
 * @throws EnvironmentError listing every problem at once, never a value (it may be a secret).
 */
export function parseSettings(source: Readonly<Record<string, string | undefined>>): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = envSchema.safeParse(given, { reportInput: false });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `  ${issue.path.join('.')}: ${issue.message}`,
  );
  throw new EnvironmentError(
    `The settings cannot be used:\n${problems.join('\n')}\n` +
      `Mend them in ${describeFile()} or in the environment; .env.example explains each.`,
  );
}

/**
 * Reads settings from the process environment over the file named by ENV_FILE (default `.env`).
 * What the environment names wins; what it leaves empty is taken from the file.
 * @throws EnvironmentError as parseSettings does.
 */
export function readEnv(): Env {
  const named = Object.entries(process.env).filter(([, value]) => value !== '');
  return parseSettings({ ...readEnvFile(envFile()), ...Object.fromEntries(named) });
}

/** Where PM2 writes what this process writes to standard output and error. */
export interface Pm2Logs {
  out: string;
  error: string;
}

/** Null where PM2 did not start this process. */
export function pm2Logs(): Pm2Logs | null {
  const { pm_out_log_path: out, pm_err_log_path: error } = process.env;
  return out && error ? { out, error } : null;
}

/** Relative to the folder that the process was started in. */
function envFile(): string {
  return resolve(process.env.ENV_FILE || '.env');
}

function describeFile(): string {
  const file = envFile();
  return existsSync(file) ? file : `${file} (there is no such file)`;
}
