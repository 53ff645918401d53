import { type HttpJobDoc, HttpJobModel } from '../../models/HttpJobModel.ts';
import { HEADER_SECRET, SIGNING_SECRET } from '../HttpTasks/outgoingCall.ts';
import { keyIdIn, type SecretBox } from './secretBox.ts';

type Holder = Pick<HttpJobDoc, '_id' | 'headers' | 'signingSecrets' | 'updatedAt'>;

/** All documents that hold a secret. What holds secrets elsewhere one day is to be read here too. */
function holders() {
  return HttpJobModel.find(
    { $or: [{ 'headers.secret': true }, { 'signingSecrets.0': { $exists: true } }] },
    { headers: 1, signingSecrets: 1, updatedAt: 1 },
  )
    .lean<Holder[]>()
    .cursor();
}

function sealedIn({ headers, signingSecrets }: Holder): string[] {
  return [...headers.filter(({ secret }) => secret).map(({ value }) => value), ...signingSecrets];
}

/** The ids of the keys that the database's secrets are sealed under. */
export async function keyIdsInUse(): Promise<string[]> {
  const ids = new Set<string>();
  for await (const holder of holders()) {
    for (const sealed of sealedIn(holder as Holder)) ids.add(keyIdIn(sealed) ?? 'unreadable');
  }
  return [...ids].sort();
}

/**
 * Seals every secret again that is not under the present key. One that somebody changes meanwhile is left
 * to the next call.
 * @returns how many documents were sealed anew.
 * @throws AppError `DATA_KEY_MISSING` for a secret whose key is not there.
 */
export async function resealAll(box: SecretBox): Promise<number> {
  let resealed = 0;
  for await (const found of holders()) {
    const holder = found as Holder;
    const headers = holder.headers.map((header) =>
      header.secret ? { ...header, value: box.reseal(header.value, HEADER_SECRET) } : header,
    );
    const signingSecrets = holder.signingSecrets.map((sealed) =>
      box.reseal(sealed, SIGNING_SECRET),
    );
    const before = sealedIn(holder);
    const after = sealedIn({ ...holder, headers, signingSecrets });
    if (after.every((sealed, position) => sealed === before[position])) continue;
    const { matchedCount } = await HttpJobModel.updateOne(
      { _id: holder._id, updatedAt: holder.updatedAt },
      { $set: { headers, signingSecrets } },
    );
    resealed += matchedCount;
  }
  return resealed;
}
