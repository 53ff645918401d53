import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CDNOW_ESTIMATES, probabilityAlive, type ScoringParams } from './probabilityAlive.ts';

const pattern = fc
  .record({
    frequency: fc.integer({ min: 1, max: 60 }),
    recencyWeeks: fc.double({ min: 0.1, max: 200, noNaN: true }),
    silentWeeks: fc.double({ min: 0, max: 200, noNaN: true }),
  })
  .map(({ silentWeeks, ...rest }) => ({ ...rest, ageWeeks: rest.recencyWeeks + silentWeeks }));

function alive(frequency: number, recencyWeeks: number, ageWeeks: number): number {
  const p = probabilityAlive({ frequency, recencyWeeks, ageWeeks }, CDNOW_ESTIMATES);
  if (p === null) throw new Error('expected a repeat buyer');
  return p;
}

describe('probabilityAlive', () => {
  it('says nothing of a one-time buyer', () => {
    const once = { frequency: 0, recencyWeeks: 0, ageWeeks: 38.86 };
    expect(probabilityAlive(once, CDNOW_ESTIMATES)).toBeNull();
  });

  it.each([
    { frequency: 2, recencyWeeks: 30.43, ageWeeks: 38.86 },
    { frequency: 1, recencyWeeks: 1.71, ageWeeks: 38.86 },
    { frequency: 7, recencyWeeks: 10, ageWeeks: 20 },
  ])('is the share of the likelihood in which the customer still buys: $frequency repeats', (p) => {
    expect(probabilityAlive(p, CDNOW_ESTIMATES)).toBeCloseTo(byIntegration(p, CDNOW_ESTIMATES), 6);
  });

  it('lies above 0 and below 1', () => {
    fc.assert(
      fc.property(pattern, (p) => {
        const value = alive(p.frequency, p.recencyWeeks, p.ageWeeks);
        expect(value).toBeGreaterThan(0);
        expect(value).toBeLessThan(1);
      }),
    );
  });

  it('falls with silence, and never rises', () => {
    fc.assert(
      fc.property(pattern, fc.double({ min: 0.1, max: 50, noNaN: true }), (p, more) => {
        expect(alive(p.frequency, p.recencyWeeks, p.ageWeeks + more)).toBeLessThan(
          alive(p.frequency, p.recencyWeeks, p.ageWeeks),
        );
      }),
    );
  });

  it('rises with a later last purchase', () => {
    fc.assert(
      fc.property(pattern, fc.double({ min: 0.1, max: 50, noNaN: true }), (p, later) => {
        const age = p.ageWeeks + later;
        expect(alive(p.frequency, p.recencyWeeks + later, age)).toBeGreaterThan(
          alive(p.frequency, p.recencyWeeks, age),
        );
      }),
    );
  });

  it('is still a probability after hundreds of purchases and years of silence', () => {
    expect(alive(216, 75, 2000)).toBeGreaterThanOrEqual(0);
    expect(alive(100_000, 1, 2000)).toBe(0);
  });
});

/**
 * The same from the model's assumptions, without its closed form: buying at rate λ ~ Gamma(r, α),
 * leaving after each repeat with p ~ Beta(a, b); both integrated out by Simpson's rule.
 */
function byIntegration(
  { frequency: x, recencyWeeks: tx, ageWeeks: T }: Parameters<typeof probabilityAlive>[0],
  { r, alpha, a, b }: ScoringParams,
): number {
  // λ = w⁴ makes the Gamma density smooth at 0; beyond λ = 20 nothing is left of it.
  const buying = (until: number) =>
    simpson(
      (w) => 4 * w ** (4 * (r + x) - 1) * Math.exp(-(w ** 4) * (alpha + until)),
      0,
      20 ** 0.25,
    );
  // p = u^(1/a) takes away the pole of the Beta density at 0.
  const leaving = (density: (p: number) => number) =>
    simpson((u) => density(u ** (1 / a)) * (1 - u ** (1 / a)) ** (b - 1), 0, 1);
  const stillThere = leaving((p) => (1 - p) ** x) * buying(T);
  const left = leaving((p) => p * (1 - p) ** (x - 1)) * buying(tx);
  return stillThere / (stillThere + left);
}

function simpson(f: (x: number) => number, from: number, to: number, steps = 20_000): number {
  const width = (to - from) / steps;
  let sum = f(from) + f(to);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 0 ? 2 : 4) * f(from + i * width);
  return (sum * width) / 3;
}
