import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { reasonOf } from './redisLog.ts';

it.each<[string, Error, string]>([
  ['its message', new Error('Connection timed out'), 'Connection timed out'],
  ['its code, where it has no message', Object.assign(new Error(''), { code: 'EPIPE' }), 'EPIPE'],
  ['its name, where it has nothing else', new RangeError(''), 'RangeError'],
  [
    'a Cluster’s own and its last node’s',
    Object.assign(new Error('No node.'), { lastNodeError: new Error('READONLY') }),
    'No node. READONLY',
  ],
])('the reason of an error is %s', (_, error, reason) => {
  expect(reasonOf(error)).toBe(reason);
});

it('a host of several addresses fails for the reason of each', async () => {
  const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
  const socket = connect({
    host: 'several.example',
    port: 1,
    autoSelectFamily: true,
    lookup: (_host, _options, found) => found(null, addresses),
  });
  const [error] = (await once(socket, 'error').catch((thrown) => [thrown])) as [Error];
  expect(error.message).toBe('');
  expect(reasonOf(error)).toBe(
    'connect ECONNREFUSED 127.0.0.1:1, connect ECONNREFUSED 127.0.0.2:1',
  );
});
