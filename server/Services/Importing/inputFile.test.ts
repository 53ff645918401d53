import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openInput } from './inputFile.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-input-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function openWith(content: string | Buffer) {
  const path = join(folder, 'users.csv');
  await writeFile(path, content);
  return openInput(path);
}

async function textOf(input: Awaited<ReturnType<typeof openInput>>): Promise<string> {
  let text = '';
  for await (const chunk of input.chunks()) text += chunk.text;
  return text;
}

describe('a file to import', () => {
  it('can be read again and again, through a link as well', async () => {
    const text = `${'ä€😀'.repeat(50_000)}\r\n`;
    await writeFile(join(folder, 'real'), `\uFEFF${text}`);
    await symlink(join(folder, 'real'), join(folder, 'link'));
    const input = await openInput(join(folder, 'link'));
    expect(await textOf(input)).toBe(text);
    for await (const _ of input.chunks()) break;
    expect(await textOf(input)).toBe(text);
    await input.close();
  });

  it('tells when it was written to since it was opened', async () => {
    const input = await openWith('a,b\n');
    await expect(input.requireUnchanged()).resolves.toBeUndefined();
    await appendFile(join(folder, 'users.csv'), 'c,d\n');
    await expect(input.requireUnchanged()).rejects.toThrow(
      'users.csv was written to while it was read: import it when it is complete.',
    );
    await input.close();
  });

  it.each([
    ['gzip', gzipSync('externalId,email\n'), 'is compressed with gzip: unpack it first'],
    ['an Excel workbook', Buffer.from('PK\u0003\u0004\u0014\0'), 'is an Excel workbook (.xlsx)'],
    ['an old Excel workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'is an old Excel workbook'],
    ['zstd', Buffer.from('28b52ffd00', 'hex'), 'is compressed with zstd'],
    ['bzip2', Buffer.from('BZh91AY'), 'is compressed with bzip2'],
    ['xz', Buffer.from('fd377a585a0000', 'hex'), 'is compressed with xz'],
    ['7z', Buffer.from('377abcaf271c00', 'hex'), 'is a 7z archive'],
    ['a PDF', Buffer.from('%PDF-1.7'), 'is a PDF'],
    ['Parquet', Buffer.from('PAR1\u0015'), 'is a Parquet file'],
    ['UTF-32', Buffer.from('fffe000061000000', 'hex'), 'holds no text'],
    ['a program', Buffer.from('\u007fELF\u0002\u0001\u0001\0\0'), 'holds no text'],
  ])('is named when it is %s', async (_, content, message) => {
    await expect(openWith(content)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringContaining(`users.csv ${message}`),
    });
  });

  it('may not be a folder, a pipe, a device or a socket, and none of them holds it up', async () => {
    await mkdir(join(folder, 'folder'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const server = createServer().listen(join(folder, 'socket'));
    await new Promise((listening) => server.once('listening', listening));
    try {
      await expect(openInput(join(folder, 'folder'))).rejects.toThrow('is a folder');
      await expect(openInput(join(folder, 'pipe'))).rejects.toThrow(
        'is a pipe, and an import reads its files twice: write it into a file first.',
      );
      await expect(openInput(join(folder, 'socket'))).rejects.toThrow('is no file');
      await expect(openInput('/dev/null')).rejects.toThrow('is a device or a terminal');
      await expect(openInput('/dev/zero')).rejects.toThrow('is a device or a terminal');
    } finally {
      await new Promise((closed) => server.close(closed));
    }
  });

  it('is missed by name', async () => {
    await expect(openInput(join(folder, 'none.csv'))).rejects.toThrow('none.csv is not there.');
    await writeFile(join(folder, 'file'), '');
    await expect(openInput(join(folder, 'file', 'below'))).rejects.toThrow('cannot be opened');
  });
});
