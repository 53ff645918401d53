import { describe, expect, it } from 'vitest';
import { parseAllowance } from './egressAllowance.ts';

const none = parseAllowance('');

describe('without exceptions', () => {
  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    '2001:db8::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '100::1',
    'no address',
    '2130706433',
  ])('%s is refused', (address) => {
    expect(none.permits('host', address, 443)).toBe(false);
  });

  it.each(['1.1.1.1', '93.184.215.14', '172.32.0.1', '::ffff:1.1.1.1', '2606:4700:4700::1111'])(
    '%s is public',
    (address) => {
      expect(none.permits('host', address, 443)).toBe(true);
    },
  );
});

describe('an exception', () => {
  const allowance = parseAllowance(
    ' 10.0.0.0/8, 127.0.0.1:4010 ,[::1]:4010,fd00::/8, Inside.Example ,box:81',
  );

  it.each([
    ['any', '10.200.0.1', 1, true],
    ['any', '::ffff:10.200.0.1', 1, true],
    ['any', '11.0.0.1', 1, true],
    ['any', '127.0.0.1', 4010, true],
    ['any', '::ffff:127.0.0.1', 4010, true],
    ['any', '127.0.0.1', 4011, false],
    ['any', '127.0.0.2', 4010, false],
    ['any', '::1', 4010, true],
    ['any', '::1', 80, false],
    ['any', 'fd00::5', 80, true],
    ['inside.example', '192.168.0.1', 80, true],
    ['not.inside.example', '192.168.0.1', 80, false],
    ['box', '192.168.0.1', 81, true],
    ['box', '192.168.0.1', 80, false],
  ])('%s at %s, port %s: %s', (host, address, port, permitted) => {
    expect(allowance.permits(host, address, port)).toBe(permitted);
  });

  it.each(['10.0.0.0/33', 'http://host', 'host:99999', '[host]', 'a b', '*'])(
    'that cannot be read is named: %s',
    (entry) => {
      expect(() => parseAllowance(`10.0.0.0/8,${entry}`)).toThrow(`"${entry}"`);
    },
  );
});
