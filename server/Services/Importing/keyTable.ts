import { hash } from 'node:crypto';

const FIRST_CAPACITY = 1_024;
const FULL = 0.6;

/**
 * Where each key of a file stands first, in some 20 to 40 bytes a key however long the keys are.
 * Keys are told apart by 64 bits of their hash: among ten million the chance that any two are taken
 * for one is 3 in a million.
 */
export class KeyTable {
  #hashes = new BigUint64Array(FIRST_CAPACITY);
  /** 0 where there is no key. */
  #lines = new Uint32Array(FIRST_CAPACITY);
  #size = 0;

  /** Keeps the line of a key that is new. @returns the line where the key stands first. */
  add(key: string, line: number): number {
    if (this.#size > FULL * this.#lines.length) this.#grow();
    const hashed = hashOf(key);
    const slot = this.#slotOf(hashed);
    const known = this.#lines[slot] ?? 0;
    if (known !== 0) return known;
    this.#put(slot, hashed, line);
    return line;
  }

  has(key: string): boolean {
    return this.#lines[this.#slotOf(hashOf(key))] !== 0;
  }

  #put(slot: number, hashed: bigint, line: number): void {
    this.#hashes[slot] = hashed;
    this.#lines[slot] = line;
    this.#size += 1;
  }

  /** The slot of the key, or the free one where it belongs: linear probing. */
  #slotOf(hashed: bigint): number {
    const capacity = this.#lines.length;
    let slot = Number(hashed % BigInt(capacity));
    while (this.#lines[slot] !== 0 && this.#hashes[slot] !== hashed) slot = (slot + 1) % capacity;
    return slot;
  }

  #grow(): void {
    const [hashes, lines] = [this.#hashes, this.#lines];
    this.#hashes = new BigUint64Array(2 * lines.length);
    this.#lines = new Uint32Array(2 * lines.length);
    this.#size = 0;
    for (const [slot, line] of lines.entries()) {
      const hashed = hashes[slot] ?? 0n;
      if (line !== 0) this.#put(this.#slotOf(hashed), hashed, line);
    }
  }
}

function hashOf(key: string): bigint {
  return hash('sha1', key, 'buffer').readBigUInt64LE(0);
}
