import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSecretBox, keyIdIn, keyIdsOf } from './secretBox.ts';

const [DATA_KEY, other] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
const box = createSecretBox({ DATA_KEY });

describe('the secret box', () => {
  it('opens what it sealed, and seals no two alike', () => {
    const sealed = box.seal('top größe', 'header');
    expect(sealed).not.toContain('top');
    expect(box.seal('top größe', 'header')).not.toBe(sealed);
    expect(box.open(sealed, 'header')).toBe('top größe');
    expect(keyIdIn(sealed)).toBe(keyIdsOf({ DATA_KEY })[0]);
  });

  it('opens for the same purpose alone, and nothing that was changed', () => {
    const sealed = box.seal('secret', 'header');
    expect(() => box.open(sealed, 'signing')).toThrow();
    const [start, last] = [sealed.slice(0, -1), sealed.slice(-1)];
    expect(() => box.open(`${start}${last === 'A' ? 'Q' : 'A'}`, 'header')).toThrow();
    expect(() => box.open(sealed.slice(0, -8), 'header')).toThrow();
    expect(() => box.open('secret', 'header')).toThrow('no sealed secret');
  });

  it('names the key that is missing', () => {
    const sealed = box.seal('secret', 'header');
    const [keyId] = keyIdsOf({ DATA_KEY });
    expect(() => createSecretBox({ DATA_KEY: other }).open(sealed, 'header')).toThrow(
      expect.objectContaining({
        code: 'DATA_KEY_MISSING',
        message: expect.stringContaining(String(keyId)),
      }),
    );
    expect(() => createSecretBox({}).seal('secret', 'header')).toThrow('set DATA_KEY');
  });

  it('opens with the key before, and seals again with the new one', () => {
    const both = createSecretBox({ DATA_KEY: other, DATA_KEY_PREVIOUS: DATA_KEY });
    const sealed = box.seal('secret', 'header');
    expect(both.open(sealed, 'header')).toBe('secret');
    const resealed = both.reseal(sealed, 'header');
    expect(createSecretBox({ DATA_KEY: other }).open(resealed, 'header')).toBe('secret');
    expect(both.reseal(resealed, 'header')).toBe(resealed);
  });
});
