import { expect, it } from 'vitest';
import { prettyLine } from './prettyLine.ts';

const begun = { time: '2026-11-22T11:00:00.123Z', level: 'info', service: 'api', pid: 1 };

it('shows time of day, level, message and fields in one line', () => {
  const line = prettyLine({
    ...begun,
    message: 'Run enumerated',
    runId: 'm-1',
    users: 3,
    none: undefined,
  });
  expect(line).toBe('\u001b[32m11:00:00.123 INFO \u001b[0m Run enumerated  runId=m-1  users=3');
});

it('shows the stack of an error below', () => {
  const error = {
    message: 'no answer',
    code: 'E_AWAY',
    stack: 'Error: no answer\n    at x.ts:1:1',
  };
  const lines = prettyLine({ ...begun, level: 'error', message: 'Failed', error }).split('\n');
  expect(lines).toEqual([
    expect.stringMatching(/Failed {2}error=\{"message":"no answer","code":"E_AWAY"\}$/),
    'Error: no answer',
    '    at x.ts:1:1',
  ]);
});

it('lets nothing through that a terminal would obey', () => {
  const line = prettyLine({ ...begun, message: 'a\u001b[2Jb\rc', path: '\u0007' });
  expect(line.slice(line.indexOf('a'))).toBe('a\\u001b[2Jb\\u000dc  path=\\u0007');
});
