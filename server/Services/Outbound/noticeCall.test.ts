import { expect, it } from 'vitest';
import { signedCall, slackCall } from './noticeCall.ts';

const notice = { key: 'k', title: 'A <b> & c fails', lines: ['one', 'two > 1'] };

it('Slack is told in its own form, and takes nothing of it for markup', () => {
  const { headers, body } = slackCall(notice);
  expect(headers).toEqual({ 'content-type': 'application/json' });
  expect(JSON.parse(body)).toEqual({ text: '*A &lt;b&gt; &amp; c fails*\none\ntwo &gt; 1' });
});

it('others are told with a signature, by an id that is the same for every try', () => {
  const secret = 'a-secret-of-24-characters';
  const [first, second] = [signedCall(notice, secret, 1_000), signedCall(notice, secret, 9_000)];
  expect(first.headers).toMatchObject({
    ...{ 'webhook-id': 'notice-k', 'webhook-timestamp': '1', 'idempotency-key': 'notice-k' },
    'webhook-signature': expect.stringMatching(/^v1,/),
  });
  expect(second.headers['webhook-id']).toBe('notice-k');
  expect(JSON.parse(first.body)).toEqual({
    type: 'notice',
    timestamp: '1970-01-01T00:00:01.000Z',
    data: {
      ...{ title: notice.title, lines: notice.lines },
      text: 'A <b> & c fails\none\ntwo > 1',
    },
  });
});
