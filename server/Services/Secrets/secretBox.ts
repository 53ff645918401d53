import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { AppError } from '../../errors/AppError.ts';

/** Keeps secrets unreadable at rest. */
export interface SecretBox {
  /**
   * @param purpose what the secret is for: a sealed text opens for the same purpose alone, so that nobody
   * who may write to the database can have one secret used as another.
   */
  seal(secret: string, purpose: string): string;
  /** @throws AppError `DATA_KEY_MISSING` for another key's; Error when it was changed since. */
  open(sealed: string, purpose: string): string;
  /** The same secret under the key that seals now; what is so already stays as it is. */
  reseal(sealed: string, purpose: string): string;
  /** Whether it is sealed under the key that seals now. */
  isCurrent(sealed: string): boolean;
}

interface DataKeys {
  DATA_KEY?: string | undefined;
  DATA_KEY_PREVIOUS?: string | undefined;
}

const ALGORITHM = 'aes-256-gcm';
const VERSION = 'v1';
/** As NIST SP 800-38D recommends for GCM. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ID_CHARACTERS = 8;

/** Names a key without telling it. */
function keyIdOf(key: string): string {
  return createHash('sha256')
    .update(`hourwork data key ${key.toLowerCase()}`)
    .digest('hex')
    .slice(0, ID_CHARACTERS);
}

/** The ids of the keys that can be opened with, the one that seals first. */
export function keyIdsOf({ DATA_KEY, DATA_KEY_PREVIOUS }: DataKeys): string[] {
  return [DATA_KEY, DATA_KEY_PREVIOUS].flatMap((key) => (key === undefined ? [] : keyIdOf(key)));
}

/** The id of the key that a text was sealed with; null for what is not sealed. */
export function keyIdIn(sealed: string): string | null {
  const [version, keyId, ...rest] = sealed.split('.');
  return version === VERSION && keyId !== undefined && rest.length === 1 ? keyId : null;
}

/**
 * Seals with DATA_KEY (AES-256-GCM, a new nonce for each secret) and opens with it or the key before it.
 * A sealed text reads `v1.<key id>.<nonce, ciphertext and tag in base64url>`. Without a key nothing can
 * be sealed or opened, and whoever tries is told.
 */
export function createSecretBox(keys: DataKeys): SecretBox {
  const byId = new Map(
    [keys.DATA_KEY, keys.DATA_KEY_PREVIOUS]
      .filter((key) => key !== undefined)
      .map((key) => [keyIdOf(key), Buffer.from(key, 'hex')]),
  );
  const [current] = byId.keys();

  function keyNamed(keyId: string | undefined): Buffer {
    const key = keyId === undefined ? undefined : byId.get(keyId);
    if (key !== undefined) return key;
    throw new AppError(
      'DATA_KEY_MISSING',
      keyId === undefined
        ? 'Secrets can be kept only under a key: set DATA_KEY in .env, as from: openssl rand -hex 32'
        : `The secret is sealed under the key ${keyId}, which neither DATA_KEY nor DATA_KEY_PREVIOUS is. Put that key back into .env.`,
    );
  }

  function seal(secret: string, purpose: string): string {
    const key = keyNamed(current);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(purpose));
    const text = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final()]);
    const whole = Buffer.concat([text, cipher.getAuthTag()]);
    return [VERSION, current, whole.toString('base64url')].join('.');
  }

  function open(sealed: string, purpose: string): string {
    const keyId = keyIdIn(sealed);
    if (keyId === null) throw new Error('This is no sealed secret.');
    const whole = Buffer.from(sealed.slice(sealed.lastIndexOf('.') + 1), 'base64url');
    const decipher = createDecipheriv(ALGORITHM, keyNamed(keyId), whole.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(purpose))
      .setAuthTag(whole.subarray(-TAG_BYTES));
    const text = decipher.update(whole.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  }

  const isCurrent = (sealed: string) => keyIdIn(sealed) === current;

  return {
    seal,
    open,
    isCurrent,
    reseal: (sealed, purpose) =>
      isCurrent(sealed) ? sealed : seal(open(sealed, purpose), purpose),
  };
}
