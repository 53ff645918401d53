import { mkdtempSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import type { Profiler } from 'node:inspector';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mergeProcessCovs } from '@bcoe/v8-coverage';
import convert from 'ast-v8-to-istanbul';
import { parseAstAsync } from 'vitest/node';
import { projectDir } from '../../scripts/project.mjs';

/** Set while coverage is measured: the folder where processes leave theirs. */
const FOLDER_SETTING = 'TEST_PROCESS_COVERAGE';
const COMPILED = pathToFileURL(join(projectDir, 'dist/server/')).href;

type FileCoverage = Awaited<ReturnType<typeof convert>>;

export interface ProcessCoverage {
  /** What the processes that ended by themselves have covered, by source file. */
  collect(): Promise<FileCoverage[]>;
}

/**
 * What a process is to be started with so that its coverage counts; nothing when it is not measured.
 * Node writes it as the process exits, not when it is killed:
 * https://nodejs.org/docs/latest-v20.x/api/cli.html#node_v8_coveragedir
 */
export function coverageSettings(): Record<string, string> {
  const folder = process.env[FOLDER_SETTING];
  return folder === undefined ? {} : { NODE_V8_COVERAGE: folder };
}

/** Begins to measure processes: those that tests start from now on. */
export function processCoverage(): ProcessCoverage {
  const folder = mkdtempSync(join(tmpdir(), 'hourwork-coverage-'));
  process.env[FOLDER_SETTING] = folder;
  return {
    async collect() {
      const files: Profiler.ScriptCoverage[][] = [];
      for (const name of await readdir(folder)) {
        const { result } = JSON.parse(await readFile(join(folder, name), 'utf8'));
        files.push(result.filter(({ url }: Profiler.ScriptCoverage) => url.startsWith(COMPILED)));
      }
      await rm(folder, { recursive: true });
      const { result } = mergeProcessCovs(files.map((each) => ({ result: each })));
      return Promise.all(result.map(ofSource));
    },
  };
}

/** A compiled file's coverage as that of the TypeScript it was made from. */
async function ofSource(coverage: Profiler.ScriptCoverage): Promise<FileCoverage> {
  const code = await readFile(new URL(coverage.url), 'utf8');
  const sourceMap = JSON.parse(await readFile(new URL(`${coverage.url}.map`), 'utf8'));
  sourceMap.sources = sourceMap.sources.map((path: string) => new URL(path, coverage.url).href);
  return convert({ code, sourceMap, ast: parseAstAsync(code), coverage, wrapperLength: 0 });
}
