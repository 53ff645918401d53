import { expect, it } from 'vitest';
import { readEnvelope } from './envelope.ts';

const data = { v: 1, version: 1, jobId: 'a-job', runSeq: 7, generation: 1, payload: { one: 1 } };

it('reads a job again as it read it before, and another kind anew', () => {
  const first = readEnvelope('a-kind', data);
  expect(first).toMatchObject({ state: 'read', envelope: { kind: 'a-kind', jobId: 'a-job' } });
  expect(readEnvelope('a-kind', data)).toBe(first);
  expect(readEnvelope('b-kind', data)).toMatchObject({ envelope: { kind: 'b-kind' } });
});

it('finds a job unreadable that was removed from Redis while it was read', () => {
  const { name } = JSON.parse('{}') as { name: string };
  expect(readEnvelope(name, {})).toMatchObject({ state: 'unreadable' });
});
