import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import { AppError } from '../../../errors/AppError.ts';
import {
  databaseName,
  findInstallation,
  forgetRefusedAt,
  type Installation,
  noteRefusedAt,
  readInstallation,
  renewInstallation,
} from '../../../models/system/InstallationModel.ts';
import {
  claimPrefix,
  type PrefixOwner,
  readOwner,
  showOwnerAlive,
  takePrefix,
} from './prefixOwner.ts';

interface Place {
  redis: RedisConnection;
  prefix: string;
  /** Where Redis is, without a password: what was met there is remembered by it. */
  address: string;
}

/**
 * Binds the database of the open connection and a prefix in Redis to each other: a prefix that nobody
 * owns, new or after a loss of Redis' data, is taken, unless another installation was met there.
 * @returns a function that looks, and tells why the prefix must not be used; null when it is ours.
 */
export function createOwnership(place: Place): () => Promise<AppError | null> {
  const { redis, prefix } = place;
  /** Whose the prefix was when it was ours: then MongoDB need not be asked. */
  let ours: string | null = null;
  return async () => {
    const owner = await readOwner(redis, prefix);
    if (owner === null || owner.installation !== ours) {
      const installation = await readInstallation();
      const refusal = await bind(place, owner, installation);
      if (refusal !== null) return refusal;
      ours = (await readOwner(redis, prefix))?.installation ?? null;
    }
    await showOwnerAlive(redis, prefix);
    return null;
  };
}

async function bind(
  place: Place,
  owner: PrefixOwner | null,
  installation: Installation,
): Promise<AppError | null> {
  const remembered = placeName(place);
  const wasRefused = installation.refusedAt.includes(remembered);
  if (owner === null && !wasRefused) {
    // A copy that takes a place of its own is one no longer.
    const own = installation.isCopy ? await renewInstallation(installation.id) : installation;
    return bind(place, await claimPrefix(place.redis, place.prefix, ownerOf(own)), own);
  }
  if (owner?.installation === installation.id && !installation.isCopy) {
    if (wasRefused) await forgetRefusedAt(remembered);
    return null;
  }
  if (!wasRefused) await noteRefusedAt(remembered);
  return taken(place, owner, installation);
}

/** The id of a database that has been given none yet. */
const NOBODY: Installation = { id: '', isCopy: false, refusedAt: [] };

/**
 * Why this prefix is not this database's; null when it is, or will be when a process starts. Only looks.
 */
export async function ownershipProblem(place: Place): Promise<AppError | null> {
  const owner = await readOwner(place.redis, place.prefix);
  const installation = (await findInstallation()) ?? NOBODY;
  if (owner === null && !installation.refusedAt.includes(placeName(place))) return null;
  if (owner?.installation === installation.id && !installation.isCopy) return null;
  return taken(place, owner, installation);
}

/** Makes the prefix this database's, whoever owned it; a copy is given an id of its own first. */
export async function rebind(place: Place): Promise<void> {
  const found = await readInstallation();
  const own = found.isCopy ? await renewInstallation(found.id) : found;
  await takePrefix(place.redis, place.prefix, ownerOf(own));
  await forgetRefusedAt(placeName(place));
}

function ownerOf({ id }: Installation): PrefixOwner {
  return { installation: id, database: databaseName(), since: new Date().toISOString() };
}

function placeName({ prefix, address }: Place): string {
  return `${prefix} at ${address}`;
}

function taken(place: Place, owner: PrefixOwner | null, { id, isCopy }: Installation): AppError {
  const here = `The prefix ${place.prefix} in Redis at ${place.address}`;
  return new AppError(
    'REDIS_PREFIX_TAKEN',
    `${here} ${whose(owner, id, isCopy)} Nothing is put there or taken from there. If both are to run, set another QUEUE_PREFIX in .env; if ${databaseName()} takes the place of the other: npm run rebind.`,
  );
}

function whose(owner: PrefixOwner | null, id: string, isCopy: boolean): string {
  const here = databaseName();
  if (owner === null) {
    return `belonged to another database than ${here} when it was last seen, and may be its place still.`;
  }
  const named = `belongs to the database ${owner.database}`;
  return isCopy && owner.installation === id
    ? `${named}, of which ${here} is a copy.`
    : `${named}, not to ${here}.`;
}
