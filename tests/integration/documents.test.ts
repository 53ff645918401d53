import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { JOB_STATUSES } from '../../server/models/system/JobStatusModel.ts';
import { mayBecome } from '../../server/Services/BackgroundJobs/recording/states.ts';

const projectDir = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(join(projectDir, file), 'utf8');
const DOCUMENTS = [
  ...readdirSync(projectDir),
  ...readdirSync(join(projectDir, 'docs'), { recursive: true }).map((path) => `docs/${path}`),
].filter((path) => path.endsWith('.md'));

describe('the picture of a job’s states in ARCHITECTURE.md', () => {
  it('draws every transition that the table allows, and no other', () => {
    const [, diagram = ''] =
      /```mermaid\nstateDiagram-v2\n([\s\S]*?)```/.exec(read('ARCHITECTURE.md')) ?? [];
    const drawn = [...diagram.matchAll(/^ *(\w+) --> (\w+)$/gm)].map(([, from, to]) => [from, to]);
    const allowed = JOB_STATUSES.flatMap((from) =>
      JOB_STATUSES.filter((to) => mayBecome(from, to)).map((to) => [from, to]),
    );
    expect(drawn.toSorted()).toEqual(allowed.toSorted());
  });
});

describe('compose.yaml', () => {
  it('gives a container as long to stop as PM2 gives a process', async () => {
    const { apps } = await import('../../ecosystem.config.js');
    const compose = read('compose.yaml');
    const [, common] = /^ {2}stop_grace_period: (\d+)s$/m.exec(compose) ?? [];
    for (const { name, kill_timeout } of apps) {
      const service = new RegExp(
        `^ {2}${name}:\\n(?: {4}.*\\n)*? {4}stop_grace_period: (\\d+)s$`,
        'm',
      );
      const [, own = common] = service.exec(compose) ?? [];
      expect(kill_timeout, name).toBe(Number(own) * 1_000);
    }
  });
});

describe('the images', () => {
  const files = ['Dockerfile', 'compose.yaml', 'compose.dev.yaml'];
  const images = files.flatMap((file) =>
    [...read(file).matchAll(/^(?:FROM| *image:) (?!hourwork$)(\S+)/gm)].map(
      ([, image = '']) => image,
    ),
  );

  it('are named by exact versions', () => {
    expect(images.length).toBeGreaterThan(5);
    expect(images.filter((image) => !/^\w+:\d+\.\d+\.\d+(?:-[\w-]+)?$/.test(image))).toEqual([]);
  });

  it('have the Node that npm run test:node24 tests with', () => {
    const [, version] = /^const VERSION = '(.*)';$/m.exec(read('scripts/testOnNode24.mjs')) ?? [];
    const nodes = images.filter((image) => image.startsWith('node:'));
    expect(nodes.map((image) => image.replace(/^node:|-.*$/g, ''))).toEqual([version, version]);
  });
});

describe.each(DOCUMENTS)('%s', (file) => {
  const text = read(file);

  it('links to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
    const absent = links.filter((link) => !existsSync(join(projectDir, dirname(file), link)));
    expect(absent).toEqual([]);
  });

  it('names files of the project that are there', () => {
    const named = [...text.matchAll(/`((?:server|scripts|tests|docs|data)\/[\w./-]+)`/g)];
    const absent = named
      .map(([, path = '']) => path)
      .filter((path) => !path.includes('RatingModel') && !existsSync(join(projectDir, path)));
    expect(absent).toEqual([]);
  });

  it('names npm scripts that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm run (?:--\w+ )*([\w:-]+)/g)].map(
      ([, script = '']) => script,
    );
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});
