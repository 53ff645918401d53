import { describe, expect, it } from 'vitest';
import { isEmailAddress } from './emailAddress.ts';

describe('an e-mail address', () => {
  it.each([
    'a@example.com',
    "o'hara+list@mail.example.co.uk",
    'first.last@sub-domain.example',
    'jörg@bücher.example',
    'ea3@bücher.example',
    '用户@例子.测试',
    'अजय@डाटा.भारत',
    'a@xn--bcher-kva.example',
    `${'a'.repeat(64)}@example.com`,
  ])('may be %j', (text) => {
    expect(isEmailAddress(text)).toBe(true);
  });

  it.each([
    '',
    '@',
    'a',
    'a@',
    '@example.com',
    'a@b',
    'a b@example.com',
    'a@exa mple.com',
    'a..b@example.com',
    '.a@example.com',
    'a@example..com',
    'a@-example.com',
    'a@example.com:25',
    'a@ex%61mple.com',
    'a@127.0.0.1',
    'a@0x7f.1',
    'a@b@example.com',
    'a\u001b[2J@example.com',
    'a\u202e@example.com',
    `${'a'.repeat(65)}@example.com`,
    `${'ö'.repeat(33)}@example.com`,
    `a@${'b'.repeat(64)}.example`,
  ])('may not be %j', (text) => {
    expect(isEmailAddress(text)).toBe(false);
  });

  it('has at most 254 bytes, of which a letter may take several', () => {
    const domain = `${'b'.repeat(61)}.${'c'.repeat(61)}.${'d'.repeat(59)}.example`;
    const ascii = `${'a'.repeat(254 - 1 - domain.length)}@${domain}`;
    expect(ascii).toHaveLength(254);
    expect(isEmailAddress(ascii)).toBe(true);
    expect(isEmailAddress(`a${ascii}`)).toBe(false);
    expect(isEmailAddress(ascii.replace('a', 'ä'))).toBe(false);
    expect(isEmailAddress(`${'a.'.repeat(2_500_000)}@example.com`)).toBe(false);
  });
});
