import { expect, it } from 'vitest';
import { keptResult } from './keptResult.ts';

it.each([
  'null',
  '5',
  '"$status"',
  '[1,[{"a":null}]]',
  '{"ref":{"$oid":"none"},"date":{"$date":"soon"},"operator":{"$set":{"a":1}}}',
  '{"$ref":"alone","a.b":{"$gt":1},"":2,"toBSON":1}',
])('is kept as it is: %s', (text) => {
  const result: unknown = JSON.parse(text);
  expect(keptResult(result)).toBe(result);
});

it.each([
  '{"_bsontype":"ObjectId","id":"x"}',
  '{"deep":[{"_bsontype":"Double","value":3}]}',
  '{"$ref":"a.b","$id":1}',
  '{"__proto__":{"a":1}}',
  '{"deep":{"constructor":null,"prototype":1}}',
  '{"a\\u0000b":1}',
])('is kept as text: %s', (text) => {
  expect(keptResult(JSON.parse(text))).toEqual({ keptAsText: text });
});
