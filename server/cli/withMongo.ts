import { type Env, readEnv } from '../config/env.ts';
import { requireNoRestore } from '../Services/Backup/restoreMark.ts';
import { requireOwnShapes } from '../Services/Migrating/ownShapes.ts';
import { inMongo } from './connections.ts';
import { tellErrors } from './tellErrors.ts';

/**
 * Runs one command with the database open, and closes it after; not while the database is being
 * restored, nor when it is of another version. An error is told in one line and ends the process with 1.
 */
export function withMongo(command: (env: Env) => Promise<void>): Promise<void> {
  return tellErrors(async () => {
    const env = readEnv();
    await inMongo(env, async () => {
      await requireNoRestore();
      await requireOwnShapes();
      await command(env);
    });
  });
}
