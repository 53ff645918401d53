import { describe, expect, it } from 'vitest';
import { command } from '../command.ts';

const slots = (...args: string[]) => command('slots', args);

describe('npm run slots', () => {
  it('prints the next slots, one instant in UTC a line, and asks for no setting', async () => {
    const from = ['--from', '2026-11-01T04:30:00Z', '--count', '3'];
    expect(await slots('0 * * * *', 'America/New_York', ...from)).toEqual({
      code: 0,
      out: '2026-11-01T05:00:00Z\n2026-11-01T06:00:00Z\n2026-11-01T07:00:00Z\n',
      err: '',
      text: expect.any(String),
    });
  });

  it('begins with now, and prints ten', async () => {
    const { out } = await slots('* * * * *', 'UTC');
    const [first = '', ...others] = out.trimEnd().split('\n');
    expect(others).toHaveLength(9);
    expect(Date.parse(first) - Date.now()).toBeLessThanOrEqual(60_000);
  });

  it.each([
    { wrong: ['0 0 1--100000000 * *', 'UTC'], says: 'is not a cron expression' },
    { wrong: ['0 0 30 2 *', 'UTC'], says: 'is not due within eight years' },
    { wrong: ['0 0 * * *', 'Mars/Olympus'], says: 'is not a time zone' },
    { wrong: ['0 0 * * *', 'UTC', '--from', '2026-03-08T05:45:00'], says: 'offset from UTC' },
    { wrong: ['0 0 * * *', 'UTC', '--count', '0'], says: 'from 1 to 10000' },
    { wrong: ['0 0 * * *'], says: "missing required argument 'zone'" },
  ])('says in a sentence what is wrong, and ends with 2: $says', async ({ wrong, says }) => {
    const { code, out, err } = await slots(...wrong);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(says);
    expect(err.trimEnd()).not.toContain('\n');
  });
});
