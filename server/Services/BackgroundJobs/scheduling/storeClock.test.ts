import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createStoreClock } from './storeClock.ts';

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const NOON = Date.parse('2026-11-27T12:00:00Z');

describe('the database’s clock', () => {
  /** Time that has really gone by, and by how much the clocks are off it. */
  let elapsed = 0;
  let machineOff = 0;
  let answerTakes = 0;
  const ask = vi.fn(async () => {
    elapsed += answerTakes / 2;
    const answer = new Date(NOON + elapsed);
    elapsed += answerTakes / 2;
    return answer;
  });
  const clock = () =>
    createStoreClock({
      ...{ log, ask, elapsed: () => elapsed },
      machine: () => NOON + elapsed + machineOff,
    });
  const isRight = async (read: { now(): Promise<Date> }, withinMs = 0) => {
    const now = (await read.now()).getTime();
    expect(Math.abs(now - (NOON + elapsed))).toBeLessThanOrEqual(withinMs);
  };

  beforeEach(() => {
    [elapsed, machineOff, answerTakes] = [0, 0, 0];
    vi.clearAllMocks();
  });

  it('is read whatever this machine’s says, and asked for each ten seconds', async () => {
    const read = clock();
    await isRight(read);
    machineOff = 120_000;
    for (let second = 0; second < 25; second += 1) {
      elapsed += 1_000;
      machineOff *= -1;
      await isRight(read);
    }
    expect(ask).toHaveBeenCalledTimes(3);
  });

  it('allows for the time that the answer takes', async () => {
    answerTakes = 400;
    const read = clock();
    await isRight(read);
  });

  it.each([40, 3_000])(
    'does not believe an answer that was %d ms under way, once it has a better one',
    async (tookMs) => {
      const read = clock();
      await isRight(read);
      elapsed += 10_001;
      ask.mockImplementationOnce(async () => {
        const early = new Date(NOON + elapsed);
        elapsed += tookMs;
        return early;
      });
      await isRight(read);
    },
  );

  it('believes a better answer after one that was long under way', async () => {
    ask.mockImplementationOnce(async () => {
      elapsed += 200;
      return new Date(NOON + elapsed);
    });
    const read = clock();
    await isRight(read, 100);
    elapsed += 10_001;
    await isRight(read);
  });

  it('follows the database whose own clock was set, however long its answer took', async () => {
    const read = clock();
    await isRight(read);
    elapsed += 10_001;
    ask.mockImplementationOnce(async () => {
      elapsed += 100;
      const answer = new Date(NOON + 60_000 + elapsed);
      elapsed += 100;
      return answer;
    });
    expect((await read.now()).getTime()).toBe(NOON + 60_000 + elapsed);
  });

  it('goes on while the database is away, and fails if it never answered', async () => {
    const read = clock();
    await isRight(read);
    elapsed += 60_000;
    ask.mockRejectedValue(new Error('away'));
    await isRight(read);
    await expect(clock().now()).rejects.toThrow('away');
    ask.mockReset().mockImplementation(async () => new Date(NOON + elapsed));
  });

  it('says once that this machine is more than a second off, and once that it no longer is', async () => {
    machineOff = 900;
    const read = clock();
    await read.now();
    expect(log.warn).not.toHaveBeenCalled();
    machineOff = -120_000;
    for (let ten = 0; ten < 3; ten += 1) {
      elapsed += 10_001;
      await read.now();
    }
    expect(log.warn).toHaveBeenCalledOnce();
    expect(log.warn.mock.calls[0]?.[0]).toContain('120.0 s behind the database’s');
    machineOff = 0;
    elapsed += 10_001;
    await read.now();
    expect(log.info).toHaveBeenCalledOnce();
  });
});
