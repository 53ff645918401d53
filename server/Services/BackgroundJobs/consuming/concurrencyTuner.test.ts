import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type ConcurrencyTuner, createConcurrencyTuner, FIRST_LIMIT } from './concurrencyTuner.ts';

const LOOK_MS = 200;

interface Work {
  /** Jobs a second at so many at once. */
  rate: (atOnce: number) => number;
  isLoopBlocked?: boolean;
  isSaturated?: boolean;
}

/** Lets a tuner look at this work for so many seconds. @returns the limits that it had, look by look. */
function watch(tuner: ConcurrencyTuner, work: Work, seconds: number): number[] {
  const limits: number[] = [];
  let due = 0;
  for (let at = 0; at < seconds * 1000; at += LOOK_MS) {
    due += (work.rate(tuner.limit) * LOOK_MS) / 1000;
    const completed = Math.floor(due);
    due -= completed;
    tuner.look({
      ...{ elapsedMs: LOOK_MS, completed, isSaturated: work.isSaturated ?? true },
      isLoopBlocked: work.isLoopBlocked ?? false,
    });
    limits.push(tuner.limit);
  }
  return limits;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

it('climbs as far as there may be jobs at once while each does as much as the others', () => {
  const waitsOnly: Work = { rate: (atOnce) => 20 * atOnce };
  const limits = watch(createConcurrencyTuner(), waitsOnly, 30);
  expect(limits.at(-1)).toBe(128);
});

it('stays where more at once complete no more', () => {
  const enoughAtTwenty: Work = { rate: (atOnce) => 40 * Math.min(20, atOnce) };
  const tuner = createConcurrencyTuner();
  watch(tuner, enoughAtTwenty, 10);
  const limits = watch(tuner, enoughAtTwenty, 300);
  expect(mean(limits)).toBeGreaterThan(18);
  expect(mean(limits)).toBeLessThan(44);
});

it('leaves work that computes at two at once, which it cannot speed up', () => {
  const computes: Work = { rate: () => 25 };
  const tuner = createConcurrencyTuner();
  watch(tuner, computes, 60);
  expect(mean(watch(tuner, computes, 300))).toBeLessThan(3);
});

it('goes down at once where jobs keep the event loop busy for long', () => {
  const blocks: Work = { rate: () => 5, isLoopBlocked: true };
  expect(watch(createConcurrencyTuner(), blocks, 2).at(-1)).toBe(2);
});

it('asks a service less that answers the slower the more it is asked', () => {
  const collapses: Work = { rate: (atOnce) => (atOnce <= 16 ? 10 * atOnce : 2_560 / atOnce) };
  const tuner = createConcurrencyTuner();
  watch(tuner, collapses, 10);
  const limits = watch(tuner, collapses, 300);
  expect(mean(limits)).toBeGreaterThan(12);
  expect(mean(limits)).toBeLessThan(20);
});

it('follows a service that has become slower, and one that has recovered', () => {
  const tuner = createConcurrencyTuner();
  const quick: Work = { rate: (atOnce) => 10 * Math.min(64, atOnce) };
  const slow: Work = { rate: (atOnce) => 10 * Math.min(8, atOnce) };
  watch(tuner, quick, 30);
  expect(tuner.limit).toBe(64);
  const slowed = watch(tuner, slow, 900);
  expect(mean(slowed.slice(-1000))).toBeLessThan(16);
  const recovered = watch(tuner, quick, 300);
  expect(mean(recovered.slice(-500))).toBeGreaterThan(48);
});

it('changes nothing while there is not enough to do', () => {
  const limits = watch(createConcurrencyTuner(), { rate: () => 50, isSaturated: false }, 20);
  expect(new Set(limits).size).toBe(1);
});

it('measures long jobs for as long as it takes to see some of them end', () => {
  const tuner = createConcurrencyTuner();
  const tenSeconds: Work = { rate: (atOnce) => atOnce / 10 };
  expect(new Set(watch(tuner, tenSeconds, 15)).size).toBe(1);
  watch(tuner, tenSeconds, 600);
  expect(tuner.limit).toBeGreaterThan(FIRST_LIMIT);
});

describe('on a machine where rates waver by a quarter for a second or two', () => {
  const SEEDS = Array.from({ length: 20 }, (_, seed) => seed + 1);

  it.each([
    ['gathers what jobs write', (atOnce: number) => (1_000 * atOnce) / (atOnce + 10), 0.9],
    ['gains by no more than sixteen', (atOnce: number) => 40 * Math.min(16, atOnce), 0.92],
    [
      'suffers from more than sixteen',
      (atOnce: number) => 40 * Math.min(atOnce, 256 / atOnce),
      0.85,
    ],
  ])('work that %s is done nearly as quickly as at its best', (_, rate, share) => {
    const best = Math.max(...[2, 4, 8, 16, 32, 64, 128].map(rate));
    const means = SEEDS.map((seed) => {
      const noise = noiseOf(seed);
      const tuner = createConcurrencyTuner();
      const limits = watch(tuner, { rate: (atOnce) => rate(atOnce) * noise() }, 60);
      return mean(limits.map(rate)) / best;
    });
    expect(mean(means)).toBeGreaterThan(share);
  });
});

const LOOKS_ALIKE = 7;

/** Factors from 0.75 to 1.25, each for some looks, that a seed gives again. */
function noiseOf(seed: number): () => number {
  let looks = 0;
  return () => {
    const hash = createHash('sha256').update(`${seed} ${Math.floor(looks / LOOKS_ALIKE)}`);
    looks += 1;
    return 0.75 + hash.digest().readUInt32BE() / 2 ** 33;
  };
}
