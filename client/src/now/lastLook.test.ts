import { expect, it } from 'vitest';
import { lookedNow, parseLook, sinceOf } from './lastLook.ts';

const MINUTE = 60_000;
const first = '2026-11-28T03:00:00.000Z';
const second = '2026-11-28T09:00:00.000Z';

it('begins without an end of a visit before, and stays so as long as somebody is there', () => {
  const look = lookedNow(null, first, 0);
  expect(look).toEqual({ since: null, seen: first, at: 0 });
  expect(sinceOf(look, 29 * MINUTE)).toBeNull();
});

it('counts from what the visit before showed last, after half an hour without anybody', () => {
  const before = lookedNow(null, first, 0);
  expect(sinceOf(before, 31 * MINUTE)).toBe(first);
  const look = lookedNow(before, second, 31 * MINUTE);
  expect(look).toEqual({ since: first, seen: second, at: 31 * MINUTE });
});

it('goes on with a visit after a reload, in another tab, and with a clock that was set back', () => {
  const look = { since: first, seen: second, at: 100 * MINUTE };
  expect(sinceOf(look, 110 * MINUTE)).toBe(first);
  expect(sinceOf(look, 10 * MINUTE)).toBe(first);
});

it('keeps its shape, and takes nothing else for it', () => {
  const look = { since: first, seen: second, at: 5 };
  expect(parseLook(JSON.stringify(look))).toEqual(look);
  expect(parseLook(JSON.stringify({ ...look, since: null }))).toEqual({ ...look, since: null });
  for (const text of [null, '', '{', 'null', '7', '{}', '{"seen":"x","at":1}']) {
    expect(parseLook(text), String(text)).toBeNull();
  }
});
