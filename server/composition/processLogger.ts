import type { Env } from '../config/env.ts';
import { createLogger, type Logger } from '../config/logger.ts';

/** The logger of a whole process. Which settings are secrets that no line may hold stands here. */
export function processLogger(env: Env, service: 'api' | 'worker'): Logger {
  return createLogger({
    level: env.LOG_LEVEL,
    file: env.LOG_FILE,
    secrets: [env.JWT_SECRET, env.ADMIN_PASSWORD, env.REDIS_PASSWORD],
    service,
  });
}
