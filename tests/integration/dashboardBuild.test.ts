import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { projectDir } from '../../scripts/project.mjs';

const MOST_BYTES = 200_000;
const CLIENT = join(projectDir, 'dist', 'client');

interface Chunk {
  file: string;
  isEntry?: boolean;
  imports?: string[];
  css?: string[];
}

const manifest: Readonly<Record<string, Chunk>> = JSON.parse(
  readFileSync(join(CLIENT, '.vite', 'manifest.json'), 'utf8'),
);

/** A chunk and all that it imports before it runs. */
function withImports(name: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  if (chunk === undefined || seen.has(name)) return seen;
  seen.add(name);
  for (const each of chunk.imports ?? []) withImports(each, seen);
  return seen;
}

function scriptBytes(names: Iterable<string>): number {
  return [...names].reduce((sum, name) => {
    const file = join(CLIENT, manifest[name]?.file ?? '');
    return sum + gzipSync(readFileSync(file)).length;
  }, 0);
}

describe('the built dashboard', () => {
  const [entry = ''] = Object.keys(manifest).filter((name) => manifest[name]?.isEntry);

  it('has a first view of at most 200 kB of script, compressed', () => {
    const bytes = scriptBytes(withImports(entry));
    console.log(`the first view: ${(bytes / 1_000).toFixed(1)} kB of script`);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  });

  it('loads every other page when it is opened', () => {
    const first = withImports(entry);
    const pages = Object.keys(manifest).filter((name) => /Page\.tsx$/.test(name));
    expect(pages.length).toBeGreaterThan(6);
    expect(pages.filter((page) => first.has(page))).toEqual([]);
  });

  it('asks nothing of another site, and leaves the place of the nonce to the API', () => {
    const page = readFileSync(join(CLIENT, 'index.html'), 'utf8');
    expect(page).not.toMatch(/(?:src|href)="https?:/);
    const tags = [...page.matchAll(/<(?:script|style)\b[^>]*>/g)].map(([tag]) => tag);
    expect(tags.length).toBeGreaterThan(1);
    for (const tag of tags) expect(tag).toContain('nonce="__HOURWORK_NONCE__"');
  });
});
