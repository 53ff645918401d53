import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { accountEmail } from './accountEmail.ts';
import { mongoAddressProblem, redisAddressProblem } from './addresses.ts';
import { dataKeyProblem } from './dataKey.ts';
import { allowanceProblem } from './egressAllowance.ts';
import { readEnvFile } from './envText.mjs';
import { type Misspelt, misspelt } from './misspelt.ts';
import { passwordProblem } from './passwordRules.ts';
import { endpoints, shapeProblems } from './redisShape.ts';
import {
  checked,
  cronExpression,
  duration,
  flag,
  names,
  origins,
  positiveInt,
  scoringParams,
  seconds,
  timezone,
  webAddress,
} from './settingTypes.ts';
import { signingSecretProblem } from './signingSecret.ts';

/** Meta's own Cloud API: what is sent there reaches people. */
export const WHATSAPP_API = 'https://graph.facebook.com/v23.0';

const settings = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),

  // HTTP
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  CORS_ORIGINS: origins.optional(),
  JWT_SECRET: checked((secret) => {
    const problem = signingSecretProblem(secret);
    return problem && `${problem}; make one with: openssl rand -hex 32`;
  }).optional(),
  JWT_TTL_MINUTES: positiveInt.max(24 * 60).default(60),
  LOGIN_ATTEMPTS_PER_MINUTE: positiveInt.default(10),
  MAX_EVENT_STREAMS: positiveInt.default(200),
  CRON_MANAGER_API_KEY: z
    .string()
    .min(16, 'has at least 16 characters; make one with: npm run key:rotate')
    .optional(),
  ADMIN_EMAIL: accountEmail.optional(),
  ADMIN_PASSWORD: checked(passwordProblem).optional(),

  // Mail
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/./, 'is an address such as smtps://user:password@mail.example.com:465')
    .optional(),
  MAIL_FROM: z
    .string()
    .regex(/^[^\r\n]*@[^\s@>]+>?$/, 'is an address such as Hourwork <hourwork@example.com>')
    .default('Hourwork <hourwork@localhost>'),
  PUBLIC_URL: webAddress.optional(),

  // Webhooks
  HEARTBEAT_URL: webAddress.optional(),
  POST_WEBHOOK_URL: webAddress.optional(),
  POST_WEBHOOK_SECRET: z
    .string()
    .min(24, 'has at least 24 characters, as from: openssl rand -base64 32')
    .optional(),

  // Notices
  NOTIFY_SLACK_WEBHOOK_URL: webAddress.optional(),
  NOTIFY_WEBHOOK_URL: webAddress.optional(),
  NOTIFY_WEBHOOK_SECRET: z
    .string()
    .min(24, 'has at least 24 characters, as from: openssl rand -base64 32')
    .optional(),

  // MongoDB and Redis
  MONGODB_URI: checked(mongoAddressProblem).optional(),
  REDIS_URL: checked(redisAddressProblem).optional(),
  REDIS_HOST: z.string().optional(),
  REDIS_PORT: z.coerce.number().int().min(1).max(65_535).default(6379),
  REDIS_USERNAME: z.string().optional(),
  REDIS_PASSWORD: z.string().optional(),
  REDIS_DB: z.coerce.number().int().min(0).default(0),
  REDIS_TLS: flag.default(false),
  REDIS_SENTINELS: endpoints(26_379).optional(),
  REDIS_SENTINEL_NAME: z.string().optional(),
  REDIS_SENTINEL_PASSWORD: z.string().optional(),
  REDIS_CLUSTER_NODES: endpoints(6_379).optional(),
  REDIS_COMMAND_TIMEOUT_MS: duration.default(600),
  ALLOW_UNFIT_REDIS: flag.default(false),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[\w{}-]+$/, 'letters, digits, - _ { } only')
    .default('{hourwork}'),

  // What runs
  BACKGROUND_JOBS_ENABLED: flag.default(true),
  SCHEDULES_ENABLED: flag.default(true),
  ENABLE_BACKGROUND_JOBS: flag.default(true),
  PROCESS_USER_DATA: flag.default(true),
  PUBLISH_DUE_POSTS: flag.default(true),
  CHECK_EXPIRED_TOKENS: flag.default(true),
  WEEKLY_EMAIL: flag.default(true),
  TRIAL_REMINDER: flag.default(true),
  CACHE_CLEANUP: flag.default(true),
  HEALTH_CHECK: flag.default(true),
  SERVICE_SYNC: flag.default(true),
  DAILY_UPDATES: flag.default(false),
  USER_DATA_SCHEDULE: cronExpression.default('0 * * * *'),
  TIMEZONE: timezone.default('UTC'),
  MISSED_SLOT_POLICY: z.enum(['skip', 'latest']).default('latest'),

  // Producer
  USER_BATCH_SIZE: positiveInt.max(1000).default(50),
  PRODUCER_LEASE_MS: duration.default(30_000),

  // Workers
  WORKER_CONCURRENCY: z
    .union([z.literal('auto'), positiveInt.max(1000)], 'must be auto, or a number from 1 to 1000')
    .default(3),
  /** PM2 sets it: the number of this instance of the worker. */
  NODE_APP_INSTANCE: z.string().optional(),
  WORKER_INSTANCES: positiveInt.max(256).default(2),
  WORKER_QUEUES: names.optional(),
  WORKER_HEALTH_PORT: z.coerce.number().int().min(1).max(65_000).optional(),
  WORKER_STUCK_MS: duration.default(60_000),
  WORKER_LOCK_MS: duration.default(10_000),
  WORKER_STALLED_CHECK_MS: duration.default(5_000),
  WORKER_MAX_CRASHES: positiveInt.default(5),
  WORKER_HEARTBEAT_MS: duration
    .max(6_000, 'must be at most 6000: after 20 s without one a worker counts as silent')
    .default(5_000),
  JOB_RETRY_DELAY_MS: duration.default(2_000),
  USER_JOB_DEADLINE_MS: duration.default(60_000),
  SHUTDOWN_GRACE_MS: duration.default(8_000),

  // Health
  CANARY_INTERVAL_MS: duration.default(30_000),

  // Calls to the world
  EGRESS_ALLOW: checked(allowanceProblem).optional(),
  DATA_KEY: checked(dataKeyProblem).optional(),
  DATA_KEY_PREVIOUS: checked(dataKeyProblem).optional(),

  // HTTP tasks
  WORKER_HTTP_TIMEOUT: seconds(15 * 60).prefault('90s'),
  WORKER_MAX_CONCURRENT_JOBS: positiveInt.max(1000).default(50),
  WORKER_RETRY_COUNT: z.coerce.number().int().min(0).max(50).default(3),
  WORKER_POOL_SIZE: positiveInt.max(256).default(1),
  HTTP_DESTINATION_CONCURRENCY: positiveInt.max(1000).default(20),
  HTTP_DESTINATION_RATE: positiveInt.max(10_000).default(50),
  HTTP_EXECUTION_RETENTION_DAYS: positiveInt.default(30),
  HTTP_TASKS_MODE: z.enum(['queue', 'in-memory', 'off']).default('queue'),
  HTTP_TASKS_QUEUE_PERCENT: z.coerce.number().int().min(0).max(100).default(100),

  // The service sync
  SERVICE_SYNC_SCHEDULE: cronExpression.default('30 6 * * *'),
  SERVICE_SYNC_SPREAD_MS: z.coerce.number().int().min(0).max(3_600_000).default(30_000),
  SERVICE_SYNC_HOST_SPACING_MS: z.coerce.number().int().min(0).max(60_000).default(1_000),
  SERVICE_NOTICES_EVERY_MS: duration.min(1_000).max(3_600_000).default(120_000),

  // Records
  RECONCILE_INTERVAL_MS: duration.default(60_000),
  RECONCILE_GRACE_MS: duration.default(30_000),
  REDIS_KEEP_FINISHED_MS: duration.default(3_600_000),
  JOB_STATUS_RETENTION_DAYS: positiveInt
    .min(2, 'must be at least 2: the numbers of a day are counted from its records')
    .default(7),
  DUPLICATE_RETENTION_DAYS: positiveInt.default(1),

  // The sample's domain
  SCORING_PARAMS: scoringParams.prefault('0.243,4.414,0.793,2.426'),

  // The wholesale business
  COMMERCE_SCHEDULES: flag.default(false),
  WHATSAPP_BASE_URL: webAddress.default(WHATSAPP_API),
  WHATSAPP_PHONE_NUMBER_ID: z.string().optional(),
  WHATSAPP_TOKEN: z.string().optional(),
  WHATSAPP_APP_SECRET: z.string().optional(),
  WHATSAPP_VERIFY_TOKEN: z.string().optional(),

  // Logs
  LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
  LOG_FILE: z.string().optional(),
});

/**
 * Every setting of Hourwork, in one place. `.env.example` is held to this schema by a test.
 * Units stand in the names; a setting without a default is either required or truly optional.
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
