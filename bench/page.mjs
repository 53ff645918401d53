import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../scripts/project.mjs';
import { cases } from './cases.mjs';
import { hoursTable } from './hours.mjs';

const PAGE = join(projectDir, 'docs', 'benchmarks.md');

/** Writes docs/benchmarks.md from results: a table and a chart for each case. @param {string} results */
export function writePage(results) {
  const { machine, versions, cases: figures, ratios } = JSON.parse(readFileSync(results, 'utf8'));
  const parts = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const lines = [
    '# Benchmarks',
    '',
    'Written by `npm run bench -- --page` from the figures of `npm run bench`. Variants take turns, each round',
    'has a database and a queue of its own, and a round counts only if every job was delivered exactly once. Ratios are',
    'taken round by round; medians stand with the range of all rounds.',
    '',
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, ${machine.system}; ${parts.join(', ')}.`,
    'Redis, MongoDB and all processes share these cores, and the databases do not wait for the disk.',
  ];
  for (const { name, what, unit } of cases) {
    const of = figures.filter((/** @type {{case: string}} */ figure) => figure.case === name);
    if (of.length === 0) continue;
    lines.push(
      '',
      `## ${name}`,
      '',
      `${what}.`,
      '',
      `| variant | median${unit && ` (${unit})`} | range | rounds |`,
    );
    lines.push('| --- | ---: | ---: | ---: |');
    for (const { variant, median, min, max, rounds, foreign } of of) {
      const counted = foreign === 0 ? rounds : `${rounds}, in ${foreign} others used the machine`;
      lines.push(`| ${variant} | ${shown(median)} | ${shown(min)}–${shown(max)} | ${counted} |`);
    }
    lines.push(
      '',
      // A chart of measures in several units would compare what cannot be compared.
      ...(unit === '' ? [] : [...chart(of, unit), '']),
      ...(name === 'costs' ? hoursTable(figures) : []),
    );
    const ofCase = ratios.filter((/** @type {{name: string}} */ ratio) =>
      ratio.name.startsWith(`${name}, `),
    );
    if (ofCase.length === 0) continue;
    lines.push('| ratio | median | range | to reach |', '| --- | ---: | ---: | ---: |');
    for (const ratio of ofCase) {
      const { value, min, max, target } = ratio;
      const range = `${min.toFixed(2)}–${max.toFixed(2)}`;
      lines.push(
        `| ${ratio.name.slice(name.length + 2)} | ${value.toFixed(2)} | ${range} | ${target?.toFixed(2) ?? ''} |`,
      );
    }
  }
  writeFileSync(PAGE, `${lines.join('\n').trimEnd()}\n`);
}

/**
 * @param {{variant: string, median: number}[]} figures
 * @param {string} unit
 */
function chart(figures, unit) {
  const names = figures.map(({ variant }) => `"${variant}"`).join(', ');
  const values = figures.map(({ median }) => shown(median).replaceAll(',', '')).join(', ');
  return [
    '```mermaid',
    'xychart-beta horizontal',
    `  x-axis [${names}]`,
    `  y-axis "${unit}"`,
    `  bar [${values}]`,
    '```',
  ];
}

/** @param {number} value */
function shown(value) {
  if (value < 10) return value.toFixed(2);
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}
