import { type Env, secretsIn } from '../config/env.ts';
import { createLogger, type Logger } from '../config/logger.ts';

/** The logger of a whole process. No line holds a setting that is a secret. */
export function processLogger(env: Env, service: 'api' | 'worker' | 'scheduler'): Logger {
  return createLogger({
    level: env.LOG_LEVEL,
    file: env.LOG_FILE,
    secrets: secretsIn(env),
    service,
  });
}
