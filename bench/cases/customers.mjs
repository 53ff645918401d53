import { randomUUID } from 'node:crypto';
import { runCommand } from '../../scripts/command.mjs';

/** In the sample that the product brings. */
export const CUSTOMERS = 23_570;

/**
 * Builds the indexes and imports the sample, once for each variant: an hourly run finds the summaries of the hour
 * before.
 * @returns {(round: import('../round.mjs').Round, cwd: string) => Promise<{name: string, uri: string}>}
 */
export function customersOnce() {
  let name = '';
  return async (round, cwd) => {
    const isFirst = name === '';
    if (isFirst) name = `hourly-${randomUUID().slice(0, 8)}`;
    const uri = `${round.mongoUri.replace(/\/[^/]*$/, '')}/${name}`;
    if (isFirst) {
      const env = {
        ...{ PATH: process.env.PATH, HOME: process.env.HOME, ENV_FILE: '/dev/null' },
        ...{ MONGODB_URI: uri, REDIS_URL: round.redisUrl, QUEUE_PREFIX: `{${name}}` },
      };
      for (const [command, ...args] of [['indexes'], ['import', 'sample']]) {
        await runCommand(process.execPath, [`dist/server/cli/${command}.js`, ...args], {
          ...{ cwd, env },
        });
      }
    }
    return { name, uri };
  };
}
