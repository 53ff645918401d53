import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiTokenModel } from '../../models/ApiTokenModel.ts';
import { DURABLE } from '../../models/durable.ts';
import { OUTBOX_FOLDER } from '../Mail/transport.ts';

const DAY_MS = 86_400_000;
/** How long an API token that is good for nothing any more is still listed. */
const TOKENS_KEPT_MS = 90 * DAY_MS;
/** How long mail that no server was there for lies in the outbox' folder. */
const FILES_KEPT_MS = 14 * DAY_MS;
const FILES_AT_A_TIME = 5_000;

/** Removes API tokens that ended, or were revoked, long ago. @returns how many. */
export async function removeOldTokens(now: Date): Promise<number> {
  const long = { $lt: new Date(now.getTime() - TOKENS_KEPT_MS) };
  const { deletedCount } = await ApiTokenModel.deleteMany(
    { $or: [{ expiresAt: long }, { revokedAt: long }] },
    { writeConcern: DURABLE },
  );
  return deletedCount;
}

/** Removes old files of the outbox' folder, if there is one. @returns how many. */
export async function removeOldMailFiles(now: Date): Promise<number> {
  const names = await readdir(OUTBOX_FOLDER).catch(() => []);
  let removed = 0;
  for (const name of names.filter((each) => each.endsWith('.eml')).slice(0, FILES_AT_A_TIME)) {
    const file = join(OUTBOX_FOLDER, name);
    // Another worker may be quicker.
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Infinity }));
    if (now.getTime() - mtimeMs < FILES_KEPT_MS || mtimeMs === Infinity) continue;
    removed += await unlink(file).then(
      () => 1,
      () => 0,
    );
  }
  return removed;
}
