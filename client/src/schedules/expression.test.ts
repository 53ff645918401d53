import { expect, it } from 'vitest';
import { en } from '../words/en.ts';
import { expressionInWords } from './expression.ts';

it.each([
  ['* * * * *', 'every minute'],
  ['*/15 * * * *', 'every 15 minutes'],
  ['0 * * * *', 'every hour, on the hour'],
  ['1 * * * *', 'every hour, at 1 minute past'],
  ['5 * * * *', 'every hour, at 5 minutes past'],
  ['30 2 * * *', 'every day at 02:30'],
  ['0 8 * * 1', 'every Monday at 08:00'],
  ['0 8 * * 7', 'every Sunday at 08:00'],
  ['0 6 1 * *', 'every month, on day 1 at 06:00'],
])('says %s as "%s"', (expression, said) => {
  expect(expressionInWords(expression, en.schedules)).toBe(said);
});

it.each(['*/7 * * * *', '0 8 * * 1-5', '0 0 29 2 *', '0 8 1 * 1', '0 0 * * * *', '@daily'])(
  'lets %s speak for itself',
  (expression) => {
    expect(expressionInWords(expression, en.schedules)).toBeNull();
  },
);
