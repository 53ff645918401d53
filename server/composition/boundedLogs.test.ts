import {
  createWriteStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boundFile } from './boundedLogs.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hourwork-pm2-logs-'));
  file = join(folder, 'worker-out.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a log of PM2', () => {
  it('that has grown too large begins anew under its writer, and what it held is kept once', async () => {
    const writer = createWriteStream(file, { flags: 'a' });
    const write = (line: string) => new Promise((written) => writer.write(line, written));
    await write('an older line\n');
    await boundFile(file, 5);
    await write('a newer line\n');
    expect(readFileSync(file, 'utf8')).toBe('a newer line\n');
    expect(readFileSync(`${file}.1`, 'utf8')).toBe('an older line\n');
    await boundFile(file, 5);
    expect(readFileSync(`${file}.1`, 'utf8')).toBe('a newer line\n');
    await new Promise<void>((closed) => writer.end(closed));
  });

  it('that is small, or not there, is left alone', async () => {
    writeFileSync(file, 'a line\n');
    await boundFile(file, 7);
    await boundFile(join(folder, 'absent'), 7);
    expect(readFileSync(file, 'utf8')).toBe('a line\n');
    expect(existsSync(`${file}.1`)).toBe(false);
  });
});
