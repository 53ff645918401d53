import type { MigrationStep } from './migrate.ts';

/**
 * How a database of each version becomes one of the next. Version 1 is the first release's, so nothing leads to
 * it. A step is added, and SHAPES_VERSION raised, when a program of before could not read what this one writes.
 */
export const STEPS: readonly MigrationStep[] = [];
