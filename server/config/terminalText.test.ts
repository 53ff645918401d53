import { describe, expect, it } from 'vitest';
import { terminalText } from './terminalText.ts';

describe('text for a terminal', () => {
  it.each([
    ['an escape sequence', 'a\u001b[2Jb', 'a\\u001b[2Jb'],
    ['the one-byte form of its beginning', 'a\u009b2Jb', 'a\\u009b2Jb'],
    ['a carriage return, a backspace, a bell', 'a\r\b\u0007', 'a\\u000d\\u0008\\u0007'],
    ['a title that ends with BEL', '\u001b]0;x\u0007', '\\u001b]0;x\\u0007'],
    ['overrides of direction', 'a\u202egpj.exe', 'a\\u202egpj.exe'],
    ['isolates and marks', '\u2066\u2069\u200f\u061c', '\\u2066\\u2069\\u200f\\u061c'],
    ['line separators', 'a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
    ['a NUL and a DEL', '\0\u007f', '\\u0000\\u007f'],
  ])('shows %s instead of obeying it', (_, text, shown) => {
    expect(terminalText(text)).toBe(shown);
  });

  it('leaves line feeds, tabs and the letters of every script', () => {
    const text = 'a\n\tJörg, 東京, שלום, ✔ │ 👩‍👩‍👧';
    expect(terminalText(text)).toBe(text);
  });

  it('keeps the meaning of JSON', () => {
    const value = { text: '\u009b2J \u202e \u2028 \u001b' };
    expect(JSON.parse(terminalText(JSON.stringify(value)))).toEqual(value);
  });
});
