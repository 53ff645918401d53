import { expect, it } from 'vitest';
import { SHAPES_VERSION } from '../../models/shapes.ts';
import { STEPS } from './steps.ts';

it('lead from the first version to this program’s, one after another', () => {
  const versions = Array.from({ length: SHAPES_VERSION - 1 }, (_, position) => position + 2);
  expect(STEPS.map(({ to }) => to)).toEqual(versions);
});
