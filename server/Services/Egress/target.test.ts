import { describe, expect, it } from 'vitest';
import { parseAllowance } from '../../config/egressAllowance.ts';
import { readTarget } from './target.ts';

const none = parseAllowance('');

describe('readTarget', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.1/',
    'http://017700000001/',
    'http://0177.0.0.1/',
    'http://127.0.0.1./',
    'http://①②⑦.⓪.⓪.①/',
    'http://%31%32%37.0.0.1/',
    'http://0/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[0:0:0:0:0:ffff:127.0.0.1]/',
    'http://[64:ff9b::127.0.0.1]/',
    'http://[fe80::1]/',
    'http://[fe80::1%25eth0]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://10.0.0.1:6379/',
    'https://user@example.com/',
    'https://user:secret@example.com/',
    'https://example.com@127.0.0.1/',
    'https://:secret@example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'gopher://example.com/',
    'javascript:alert(1)',
    'http://',
    'example.com/path',
    '',
  ])('refuses %s', (address) => {
    expect(() => readTarget(address, none)).toThrow(
      expect.objectContaining({ code: 'ADDRESS_REFUSED' }),
    );
  });

  it('tells nothing of credentials', () => {
    expect(() => readTarget('https://user:hunter22@example.com/', none)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter22') }),
    );
  });

  it('says how a private address is allowed, and then takes it', () => {
    expect(() => readTarget('http://10.0.0.1/', none)).toThrow('EGRESS_ALLOW');
    expect(readTarget('http://10.0.0.1/', parseAllowance('10.0.0.1')).host).toBe('10.0.0.1');
  });

  it('leaves names to their resolution, and drops the fragment', () => {
    expect(readTarget('https://localhost/a?b=c#d', none).href).toBe('https://localhost/a?b=c');
  });
});
