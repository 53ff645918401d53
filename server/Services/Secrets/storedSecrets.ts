import { type HttpJobDoc, HttpJobModel } from '../../models/HttpJobModel.ts';
import { type ServiceDoc, ServiceModel } from '../../models/ServiceModel.ts';
import { HEADER_SECRET, SIGNING_SECRET } from '../HttpTasks/outgoingCall.ts';
import { API_KEY_SECRET } from '../ServiceSync/readService.ts';
import { keyIdIn, type SecretBox } from './secretBox.ts';

/** One document that holds secrets. */
interface Holder {
  sealed: readonly string[];
  /** Seals them again, unless the document was changed meanwhile. @returns how many documents that were. */
  reseal(box: SecretBox): Promise<number>;
}

/** All documents that hold a secret. What holds secrets elsewhere one day is to be read here too. */
async function* holders(): AsyncGenerator<Holder> {
  yield* httpJobs();
  yield* services();
}

type HttpJob = Pick<HttpJobDoc, '_id' | 'headers' | 'signingSecrets' | 'updatedAt'>;

async function* httpJobs(): AsyncGenerator<Holder> {
  const found = HttpJobModel.find(
    { $or: [{ 'headers.secret': true }, { 'signingSecrets.0': { $exists: true } }] },
    { headers: 1, signingSecrets: 1, updatedAt: 1 },
  )
    .lean<HttpJob[]>()
    .cursor();
  for await (const each of found) {
    const { _id, updatedAt, headers, signingSecrets } = each as HttpJob;
    const secret = headers.filter((header) => header.secret).map(({ value }) => value);
    yield {
      sealed: [...secret, ...signingSecrets],
      async reseal(box) {
        const resealed = {
          headers: headers.map((header) =>
            header.secret ? { ...header, value: box.reseal(header.value, HEADER_SECRET) } : header,
          ),
          signingSecrets: signingSecrets.map((sealed) => box.reseal(sealed, SIGNING_SECRET)),
        };
        const written = await HttpJobModel.updateOne({ _id, updatedAt }, { $set: resealed });
        return written.matchedCount;
      },
    };
  }
}

type KeyedService = Pick<ServiceDoc, '_id' | 'updatedAt'> & { apiKey: string };

async function* services(): AsyncGenerator<Holder> {
  const found = ServiceModel.find({ apiKey: { $type: 'string' } }, { apiKey: 1, updatedAt: 1 })
    .lean<KeyedService[]>()
    .cursor();
  for await (const each of found) {
    const { _id, updatedAt, apiKey } = each as KeyedService;
    yield {
      sealed: [apiKey],
      async reseal(box) {
        const resealed = { apiKey: box.reseal(apiKey, API_KEY_SECRET) };
        const written = await ServiceModel.updateOne({ _id, updatedAt }, { $set: resealed });
        return written.matchedCount;
      },
    };
  }
}

/** The ids of the keys that the database's secrets are sealed under. */
export async function keyIdsInUse(): Promise<string[]> {
  const ids = new Set<string>();
  for await (const { sealed } of holders()) {
    for (const secret of sealed) ids.add(keyIdIn(secret) ?? 'unreadable');
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
  for await (const holder of holders()) {
    if (holder.sealed.some((sealed) => !box.isCurrent(sealed))) {
      resealed += await holder.reseal(box);
    }
  }
  return resealed;
}
