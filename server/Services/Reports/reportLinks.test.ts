import { expect, it } from 'vitest';
import { createReportLinks } from './reportLinks.ts';

const links = createReportLinks('a-secret-of-the-tests-with-32-bytes-and-more');
const now = new Date('2026-11-27T12:00:00Z');
const minutesLater = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

it('a link is good for its own report, until it expires', () => {
  const link = links.linkTo('one', now);
  expect(links.isGood('one', link, minutesLater(14))).toBe(true);
  expect(links.isGood('one', link, minutesLater(15))).toBe(false);
  expect(links.isGood('other', link, now)).toBe(false);
});

it('neither its time nor its signature can be changed', () => {
  const link = links.linkTo('one', now);
  expect(links.isGood('one', { ...link, expires: link.expires + 60 }, now)).toBe(false);
  expect(links.isGood('one', { ...link, signature: 'x' }, now)).toBe(false);
  const others = createReportLinks('another-secret-of-the-tests-with-32-bytes');
  expect(others.isGood('one', link, now)).toBe(false);
});
