import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../waiting.mjs';

let cacheHome: string;
let cache: string;

beforeEach(() => {
  cacheHome = mkdtempSync(join(tmpdir(), 'hourwork-cache-'));
  cache = join(cacheHome, 'hourwork');
});

afterEach(() => rmSync(cacheHome, { recursive: true }));

/** A process that asks the cache for `thing`; its build runs `body`, with `path` to make it at. */
function ask(body: string) {
  const module = JSON.stringify(new URL('./cache.mjs', import.meta.url).href);
  const script = `
    import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    const { cached } = await import(${module});
    const log = (line) => appendFileSync(${JSON.stringify(join(cacheHome, 'log'))}, line + '\\n');
    console.log(await cached('thing', async (path) => { ${body} }, () => undefined));`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, XDG_CACHE_HOME: cacheHome },
    stdio: 'ignore',
  });
}

const builds = () => readFileSync(join(cacheHome, 'log'), 'utf8').trim().split('\n');
const BUILD = `log('build'); await sleep(300); writeFileSync(path, 'whole');`;

describe('the cache', () => {
  it('builds what is absent once, however many processes ask', async () => {
    const exits = await Promise.all([1, 2, 3].map(async () => (await once(ask(BUILD), 'exit'))[0]));
    expect(exits).toEqual([0, 0, 0]);
    expect(builds()).toEqual(['build']);
    expect(readFileSync(join(cache, 'thing'), 'utf8')).toBe('whole');
  });

  it('does not take an interrupted build for a whole one, and clears it away', async () => {
    const builder = ask(`mkdirSync(path); log('begun'); await sleep(60_000);`);
    await waitUntil(async () => existsSync(join(cacheHome, 'log')), {
      timeoutMs: 10_000,
      what: 'the build to begin',
    });
    builder.kill('SIGKILL');
    await once(builder, 'exit');
    expect(readdirSync(cache)).toEqual([expect.stringMatching(/^\.building-thing-/)]);

    expect((await once(ask(BUILD), 'exit'))[0]).toBe(0);
    expect(readdirSync(cache)).toEqual(['thing']);
  });

  it('leaves nothing of a build that failed, and builds again the next time', async () => {
    const failing = ask(`mkdirSync(path); throw new Error('no disk');`);
    expect((await once(failing, 'exit'))[0]).not.toBe(0);
    expect(readdirSync(cache)).toEqual([]);
    expect((await once(ask(BUILD), 'exit'))[0]).toBe(0);
  });

  it('builds nothing that is there', async () => {
    mkdirSync(cache);
    writeFileSync(join(cache, 'thing'), 'there');
    expect((await once(ask(`throw new Error('built');`), 'exit'))[0]).toBe(0);
  });
});
