import { expect, it } from 'vitest';
import type { RunDoc } from '../../../models/system/RunModel.ts';
import { noCounts, runView } from './balance.ts';

const RUN: RunDoc = {
  ...{ _id: 'm-1', kind: 'user-data', input: {}, runSeq: 1, schedule: null, slot: null },
  ...{ trigger: 'manual', mode: 'queue', batchSize: 50, status: 'running', lease: null },
  ...{ checkpoint: '7', enumerated: 7, enumerationEnded: true, selection: null, forgotten: [] },
  ...{ sealed: null, reopenings: 0, expired: null, warnings: [], requestId: null },
  ...{ startedAt: new Date(0), finishedAt: null },
};

it.each(Object.keys(noCounts()))('balances with all of its jobs %s, each counted once', (state) => {
  expect(runView(RUN, { ...noCounts(), [state]: 7 }).balanced).toBe(true);
  expect(runView(RUN, { ...noCounts(), [state]: 6 }).balanced).toBe(false);
});
