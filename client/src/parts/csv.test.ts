import { expect, it } from 'vitest';
import { toCsv } from './csv.ts';

it('has a column for each name in any row', () => {
  expect(toCsv([{ a: 1, b: null }, { c: 'x' }])).toBe('a,b,c\r\n1,,\r\n,,x\r\n');
});

it('quotes what would end a cell, and writes what has parts as JSON', () => {
  expect(toCsv([{ a: 'one, "two"\nthree', b: { c: [1] } }])).toBe(
    'a,b\r\n"one, ""two""\nthree","{""c"":[1]}"\r\n',
  );
});

it.each(['=1+1', '+1', '-1', '@sum', '\tx'])('keeps a spreadsheet from running %j', (text) => {
  expect(toCsv([{ a: text }])).toBe(`a\r\n'${text}\r\n`);
});

it('leaves numbers alone', () => {
  expect(toCsv([{ a: -1 }])).toBe('a\r\n-1\r\n');
});
