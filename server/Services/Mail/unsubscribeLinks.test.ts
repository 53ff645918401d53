import { describe, expect, it } from 'vitest';
import { createUnsubscribeLinks } from './unsubscribeLinks.ts';

const SECRET = 'a-secret-of-the-tests-with-32-bytes-and-more';
const subscription = { userId: '6561f0c2a4d3e5f6a7b8c9d0', list: 'weekly' } as const;
const links = createUnsubscribeLinks(SECRET, 'https://hourwork.test/');
const token = new URL(links.urlFor(subscription)).searchParams.get('token') ?? '';

describe('a link to unsubscribe', () => {
  it('begins with PUBLIC_URL, and is read back', () => {
    expect(links.urlFor(subscription)).toMatch(
      /^https:\/\/hourwork\.test\/mail\/unsubscribe\?token=/,
    );
    expect(links.read(token)).toEqual(subscription);
  });

  it.each([
    ['another user', token.replace('6561', '6562')],
    ['another list', token.replace('weekly', 'trial')],
    ['a cut signature', token.slice(0, -1)],
    ['nothing', ''],
  ])('cannot be made for %s', (_what, forged) => {
    expect(links.read(forged)).toBeNull();
  });

  it('is no link of an installation with another secret', () => {
    expect(createUnsubscribeLinks(`${SECRET}2`, 'https://x').read(token)).toBeNull();
  });
});
