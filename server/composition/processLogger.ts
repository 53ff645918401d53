import type { Env } from '../config/env.ts';
import { createLogger, type Logger } from '../config/logger.ts';
import { createTextRedactor, type TextRedactor } from '../config/redaction.ts';
import { secretsIn } from '../config/secretSettings.ts';

/** The logger of a whole process. No line holds a setting that is a secret. */
export function processLogger(env: Env, service: 'api' | 'worker' | 'scheduler'): Logger {
  return createLogger({
    level: env.LOG_LEVEL,
    file: env.LOG_FILE,
    secrets: secretsIn(env),
    service,
  });
}

/** Takes the settings that are secret, and what looks like a secret, out of a text. */
export function processRedactor(env: Env): TextRedactor {
  return createTextRedactor(secretsIn(env));
}
