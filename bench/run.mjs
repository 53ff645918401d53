#!/usr/bin/env node
// npm run bench: measures side by side what the product does and what would be done without it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { runProgram } from '../scripts/console.mjs';
import { catchInterruption, interruption } from '../scripts/interruption.mjs';
import { projectDir } from '../scripts/project.mjs';
import { startTestServices } from '../scripts/services/testServices.mjs';
import { build } from '../scripts/setup/build.mjs';
import { cases } from './cases.mjs';
import { FOREIGN_SHARE, watchForeignLoad } from './load.mjs';
import { writePage } from './page.mjs';
import { Round } from './round.mjs';
import { summarise } from './statistics.mjs';
import { versions } from './versions.mjs';

const RESULTS = join(projectDir, 'bench', 'results', 'latest.json');
/** A round in which others used the machine is repeated, this often at most for each that counts. */
const TRIES = 2;
/** What --quick measures swings more: below this share of a target it is no swing. */
const QUICK_SLACK = 0.5;

const USAGE = `npm run bench                      all cases
npm run bench -- hourly            one case: ${cases.map(({ name }) => name).join(', ')}
npm run bench -- --quick           fewer jobs and rounds, about five minutes; fails when a ratio is far from its target
npm run bench -- --rounds 7        so many rounds of each variant
npm run bench -- --page            writes docs/benchmarks.md from the last results`;

/** @typedef {import('./cases.mjs').Case} Case */
/** @typedef {{case: string, variant: string, unit: string, median: number, min: number, max: number, rounds: number, foreign: number}} Figure */
/** @typedef {{name: string, value: number, min: number, max: number, target: number | null, reached: number | null, met: boolean | null}} Ratio */

/**
 * Measures all variants of a case in turn, A B C A B C, so that what the machine does else meets all alike.
 * @param {Case} wanted
 * @param {{servers: import('./round.mjs').Servers, quick: boolean, rounds: number}} options
 * @returns {Promise<{figures: Figure[], ratios: Ratio[]}>}
 */
async function measure(wanted, options) {
  const { name, what, unit, size, warmUp, variants, ratios, limits = [] } = wanted;
  const { servers, quick } = options;
  const rounds = Math.min(options.rounds, wanted.rounds ?? options.rounds);
  console.log(`\n${name}: ${what}`);
  /** @type {Map<string, {rounds: Record<string, number>[], foreign: number}>} */
  const seen = new Map(
    Object.keys(variants).map((variant) => [variant, { rounds: [], foreign: 0 }]),
  );
  for (let number = warmUp && !quick ? 0 : 1; number <= rounds; number += 1) {
    for (const [variant, run] of Object.entries(variants)) {
      const done = await once(run);
      const figures = Object.entries(done.measures).map(
        ([measured, value]) => `${measured} ${value.toFixed(value < 100 ? 1 : 0)} ${unit}`,
      );
      const others = done.isForeign ? ', others used the machine' : '';
      console.log(
        `  ${number === 0 ? 'warm-up' : `round ${number}`} ${variant}: ${figures.join(', ')}${others}`,
      );
      if (number === 0) continue;
      const of = seen.get(variant);
      of?.rounds.push(done.measures);
      if (of !== undefined && done.isForeign) of.foreign += 1;
    }
  }
  const measured = [...seen].flatMap(([variant, { rounds: each, foreign }]) =>
    Object.keys(each[0] ?? {}).map((measure) => ({
      ...{ case: name, variant: nameOf(variant, measure, each), unit },
      ...summarise(each.map((values) => values[measure] ?? Number.NaN)),
      ...{ rounds: each.length, foreign },
    })),
  );
  return {
    figures: measured,
    ratios: [
      ...ratios.map(({ of, over, measure, target }) => {
        const above = seen.get(of)?.rounds ?? [];
        const below = seen.get(over)?.rounds ?? [];
        // Round by round: what drifts with the machine drifts in both.
        const pairs = above.map(
          (values, at) => (values[measure] ?? 0) / (below[at]?.[measure] ?? 0),
        );
        const { median: value, min, max } = summarise(pairs);
        const reached = target === undefined ? null : value / target;
        return {
          name: `${name}, ${measure}: ${of} / ${over}`,
          ...{ value, min, max, target: target ?? null, reached },
          met: reached === null ? null : reached >= 1,
        };
      }),
      ...limits.map(({ of, above, measure, atMost: target }) => {
        const other = above === undefined ? [] : (seen.get(above)?.rounds ?? []);
        const values = (seen.get(of)?.rounds ?? []).map(
          (each, at) => (each[measure] ?? Number.NaN) - (other[at]?.[measure] ?? 0),
        );
        const { median: value, min, max } = summarise(values);
        const more = above === undefined ? '' : ` above ${above}`;
        return {
          name: `${name}, ${measure}: ${of}${more}, at most`,
          ...{ value, min, max, target, reached: target / value, met: value <= target },
        };
      }),
    ],
  };

  /** @param {import('./cases.mjs').Variant} run */
  async function once(run) {
    for (let tries = 1; ; tries += 1) {
      interruption.throwIfAborted();
      const round = new Round(servers);
      const foreignLoad = await watchForeignLoad();
      try {
        const measures = await run(round, (quick ? size.quick : null) ?? size.full);
        const isForeign = wanted.isAboutTime !== false && (await foreignLoad()) > FOREIGN_SHARE;
        if (!isForeign || quick || tries === TRIES) return { measures, isForeign };
      } finally {
        await round.end();
      }
    }
  }
}

/**
 * Writes a case's figures in the place of its earlier ones. Those of other cases stay if they were measured on
 * the same machine with the same versions.
 * @param {{quick: boolean}} result
 * @param {string} name
 * @param {{figures: Figure[], ratios: Ratio[]}} measured
 */
function keep(result, name, { figures, ratios }) {
  const { cases: figuresBefore, ratios: ratiosBefore, ...before } = readResults();
  const others = isDeepStrictEqual(before, JSON.parse(JSON.stringify(result)))
    ? { cases: figuresBefore, ratios: ratiosBefore }
    : { cases: [], ratios: [] };
  const kept = {
    ...result,
    cases: [...others.cases.filter((each) => each.case !== name), ...figures],
    ratios: [...others.ratios.filter((each) => !each.name.startsWith(`${name}, `)), ...ratios],
  };
  mkdirSync(dirname(RESULTS), { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify(kept, null, 2)}\n`);
}

/** @returns {{cases: Figure[], ratios: Ratio[]}} */
function readResults() {
  return existsSync(RESULTS)
    ? JSON.parse(readFileSync(RESULTS, 'utf8'))
    : { cases: [], ratios: [] };
}

/**
 * @param {string} variant
 * @param {string} measure
 * @param {readonly Record<string, number>[]} rounds
 */
function nameOf(variant, measure, rounds) {
  return Object.keys(rounds[0] ?? {}).length === 1 ? variant : `${variant}, ${measure}`;
}

async function main() {
  const { values, positionals } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      page: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !cases.some((each) => each.name === name));
  if (values.help || unknown !== undefined) {
    console.log(unknown === undefined ? USAGE : `There is no case '${unknown}'.\n\n${USAGE}`);
    process.exitCode = unknown === undefined ? 0 : 2;
    return;
  }
  if (values.page) return writePage(RESULTS);
  await build(console.log);
  const services = await startTestServices(console.log);
  try {
    const {
      TEST_REDIS_URL: redisUrl = '',
      TEST_MONGODB_URI: mongoUri = '',
      TEST_POSTGRES_URL: postgresUrl = '',
    } = services.env;
    const servers = { redisUrl, mongoUri, postgresUrl };
    const machine = {
      cpu: cpus()[0]?.model ?? 'unknown',
      ...{ cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30), system: type() },
    };
    const result = { machine, versions: await versions(servers), quick: values.quick };
    console.log(JSON.stringify(result, null, 2));
    const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
    /** @type {Ratio[]} */
    const ratios = [];
    const wanted = cases.filter(({ name, size }) =>
      positionals.length === 0 ? !values.quick || size.quick !== null : positionals.includes(name),
    );
    for (const each of wanted) {
      const measured = await measure(each, { servers, quick: values.quick, rounds });
      ratios.push(...measured.ratios);
      keep(result, each.name, measured);
    }
    for (const { name, value, min, max, target, met, reached } of ratios) {
      const range = `${value.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
      const wantedOf = target === null ? '' : `, to reach ${target.toFixed(2)}`;
      console.log(`${met === false ? '✘' : '✔'} ${name}: ${range}${wantedOf}`);
      if (values.quick && reached !== null && reached < QUICK_SLACK) {
        console.log(`  far from its target, also for a quick look: run it alone, without --quick`);
        process.exitCode = 1;
      }
    }
  } finally {
    await services.stop();
  }
}

catchInterruption();
await runProgram(main);
// What a case that failed left open would try forever to reach services that have ended.
process.exit();
