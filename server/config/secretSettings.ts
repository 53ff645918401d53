import type { Env } from './env.ts';

const SECRETS = [
  ...['JWT_SECRET', 'CRON_MANAGER_API_KEY', 'ADMIN_PASSWORD', 'POST_WEBHOOK_SECRET'],
  ...['REDIS_PASSWORD', 'REDIS_SENTINEL_PASSWORD', 'DATA_KEY', 'DATA_KEY_PREVIOUS'],
  ...['WHATSAPP_TOKEN', 'WHATSAPP_APP_SECRET', 'WHATSAPP_VERIFY_TOKEN'],
  // Slack’s webhook address is a secret too: it alone allows posting to the channel.
  ...['NOTIFY_SLACK_WEBHOOK_URL', 'NOTIFY_WEBHOOK_SECRET'],
] as const satisfies readonly (keyof Env)[];

/** Addresses that may hold a password. */
const ADDRESSES = [
  'REDIS_URL',
  'MONGODB_URI',
  'SMTP_URL',
] as const satisfies readonly (keyof Env)[];

/** The values that must not be shown: secret settings, and the passwords within addresses. */
export function secretsIn(env: Env): string[] {
  const within = ADDRESSES.flatMap((name) => passwordsIn(env[name] ?? ''));
  return [...SECRETS.map((name) => env[name]), ...within].filter((each) => each !== undefined);
}

/** The password in `scheme://user:password@…` as it stands and percent-decoded; not by the class
 * URL, which refuses the several hosts that MongoDB's may name. */
function passwordsIn(url: string): string[] {
  const [, password] = /^[a-z+]+:\/\/[^:@/?#]*:([^/?#]+)@/i.exec(url) ?? [];
  if (password === undefined) return [];
  try {
    return [...new Set([password, decodeURIComponent(password)])];
  } catch {
    return [password];
  }
}
