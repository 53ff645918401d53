import { describe, expect, it } from 'vitest';
import { isJsonPointer, valueAt } from './jsonPointer.ts';

/** The document and the pointers of RFC 6901, section 5. */
const document = {
  foo: ['bar', 'baz'],
  ...{ '': 0, 'a/b': 1, 'c%d': 2, 'e^f': 3, 'g|h': 4, 'i\\j': 5, 'k"l': 6, ' ': 7, 'm~n': 8 },
};

describe('a JSON pointer', () => {
  it.each([
    ['', document],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
  ])('%j leads where the RFC says', (pointer, value) => {
    expect(isJsonPointer(pointer)).toBe(true);
    expect(valueAt(document, pointer)).toEqual(value);
  });

  it.each([
    '/foo/2',
    '/foo/-',
    '/foo/00',
    '/foo/length',
    '/none/deeper',
    '/toString',
    '/__proto__',
  ])('%s leads nowhere', (pointer) => expect(valueAt(document, pointer)).toBeUndefined());

  it.each(['foo', '/a~', '/a~2'])('%s is none', (text) => expect(isJsonPointer(text)).toBe(false));
});
