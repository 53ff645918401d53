import { describe, expect, it } from 'vitest';
import {
  isSigningSecret,
  newSigningSecret,
  signatureHeaders,
  signingKeyOf,
} from './standardWebhooks.ts';

// The example of the Standard Webhooks specification's reference libraries.
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const KEY = signingKeyOf(SECRET);
const call = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  at: 1_614_265_330_000,
  body: '{"test": 2432232314}',
};

describe('signatureHeaders', () => {
  it('signs as the reference libraries do', () => {
    expect(signatureHeaders([KEY], call)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('signs with two secrets at once, and with none not at all', () => {
    const both = signatureHeaders([signingKeyOf(newSigningSecret()), KEY], call)[
      'webhook-signature'
    ];
    expect(both).toMatch(/^v1,\S{44} v1,g0hM9SsE/);
    expect(signatureHeaders([], call)).toEqual({});
  });
});

describe('isSigningSecret', () => {
  it('takes what newSigningSecret makes, and nothing short or long', () => {
    expect(isSigningSecret(newSigningSecret())).toBe(true);
    expect(isSigningSecret(SECRET)).toBe(true);
    expect(isSigningSecret('whsec_c2hvcnQ=')).toBe(false);
    expect(isSigningSecret(`whsec_${'A'.repeat(200)}`)).toBe(false);
    expect(isSigningSecret('secret')).toBe(false);
  });
});
