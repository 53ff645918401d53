import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSample, SAMPLE_LAST_DAY } from './sampleFile.ts';

describe('the CDNOW file', () => {
  it('holds what its description says, each customer once', async () => {
    const customers = new Set<string>();
    let [purchases, items, cents, heaviest, lastDay] = [0, 0, 0, 0, ''];
    let lastLine = 1;
    let eachOnceInOrder = true;
    for await (const { customer, purchases: own } of readSample('data/cdnow/CDNOW_master.txt')) {
      eachOnceInOrder &&= !customers.has(customer);
      customers.add(customer);
      purchases += own.length;
      heaviest = Math.max(heaviest, own.length);
      for (const purchase of own) {
        eachOnceInOrder &&= purchase.line === lastLine + 1;
        lastLine = purchase.line;
        items += purchase.items;
        cents += purchase.amountCents;
        const day = purchase.purchasedAt.toISOString().slice(0, 10);
        if (day > lastDay) lastDay = day;
      }
    }
    expect(eachOnceInOrder).toBe(true);
    expect({ customers: customers.size, purchases, items, cents, heaviest }).toEqual({
      customers: 23_570,
      purchases: 69_659,
      items: 167_881,
      cents: 250_031_563,
      heaviest: 217,
    });
    expect(lastDay).toBe(SAMPLE_LAST_DAY);
  });

  it('is refused when a line of it is damaged, with the number of that line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hourwork-sample-'));
    const path = join(folder, 'sample.txt');
    await writeFile(path, ' names\r\n 00001 19970101  1   11.77\r\n 00002 1997 1 1\r\n');
    const read = async () => {
      for await (const _ of readSample(path));
    };
    await expect(read()).rejects.toThrow(`Line 3 of ${path} is no purchase of the sample`);
    await rm(folder, { recursive: true });
  });
});
