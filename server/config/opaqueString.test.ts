import { expect, it } from 'vitest';
import { opaqueString } from './opaqueString.ts';

// The examples of RFC 8265, table 4.
it.each([
  ['correct horse battery staple', 'correct horse battery staple'],
  ['Correct Horse Battery Staple', 'Correct Horse Battery Staple'],
  ['\u03c0\u00df\u00e5', '\u03c0\u00df\u00e5'],
  ['Jack of \u2666s', 'Jack of \u2666s'],
  ['foo\u1680bar', 'foo bar'],
])('takes %j', (given, enforced) => {
  expect(opaqueString(given)).toBe(enforced);
});

it.each(['', 'my cat is a \u0009by', 'a\u202eb', 'a\u00adb', '\ud800', '\ue000', 'a\u2028b'])(
  'refuses %j',
  (given) => {
    expect(opaqueString(given)).toBeNull();
  },
);

it('makes one of all spellings of a letter', () => {
  for (const text of ['Z\u00fcrich', '\ud55c\uad6d\uc5b4', '\u1e9b\u0323']) {
    expect(opaqueString(text.normalize('NFD'))).toBe(text.normalize('NFC'));
  }
});

it('tells letters apart that only look alike', () => {
  expect(opaqueString('\ufb01')).not.toBe(opaqueString('fi'));
  expect(opaqueString('\uff21')).not.toBe(opaqueString('A'));
});

it('takes emoji that are joined of several', () => {
  const family = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}';
  expect(opaqueString(family)).toBe(family);
});
