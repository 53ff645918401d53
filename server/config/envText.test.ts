import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEnvFile } from './envText.mjs';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hourwork-env-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const TEXT =
  'PORT=3222\r\n# größer\r\nJWT_SECRET=0123456789abcdef0123456789abcdef\r\nREDIS_HOST=\r\n';
const BOM = '\ufeff';
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

describe('a settings file', () => {
  it.each<[string, Buffer]>([
    ['UTF-8', Buffer.from(TEXT)],
    ['UTF-8 with a byte order mark', Buffer.from(BOM + TEXT)],
    ['UTF-16LE with a byte order mark', Buffer.from(BOM + TEXT, 'utf16le')],
    ['UTF-16BE with a byte order mark', utf16be(BOM + TEXT)],
    ['UTF-16LE', Buffer.from(TEXT, 'utf16le')],
    ['UTF-16BE', utf16be(TEXT)],
  ])('in %s is read whole', (_, bytes) => {
    const file = join(folder, '.env');
    writeFileSync(file, bytes);
    expect(readEnvFile(file)).toEqual({
      PORT: '3222',
      JWT_SECRET: '0123456789abcdef0123456789abcdef',
    });
  });

  it('that is not there, or empty, names nothing', () => {
    expect(readEnvFile(join(folder, 'absent'))).toEqual({});
    const file = join(folder, 'empty');
    writeFileSync(file, '');
    expect(readEnvFile(file)).toEqual({});
  });
});
