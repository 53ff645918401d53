import { defineConfig } from 'vitest/config';

/** One process a file: mongoose's default connection is the file's own. */
const forked = { pool: 'forks', isolate: true } as const;

export default defineConfig({
  test: {
    coverage: {
      provider: 'custom',
      customProviderModule: './tests/coverage/provider.ts',
      include: ['server/**/*.ts'],
      // A few lines each that start a process: the end-to-end tests run them as processes.
      exclude: [
        '**/*.test.ts',
        'server/api/server.ts',
        'server/Services/BackgroundJobs/{scheduler,worker}.ts',
      ],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 90 },
    },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{server,client,scripts}/**/*.test.ts'],
          // The longest takes three seconds alone, and more beside other work.
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts', 'tests/types/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          // Projects with other numbers of workers do not run side by side.
          sequence: { groupOrder: 1 },
          ...forked,
        },
      },
      {
        test: {
          name: 'e2e',
          sequence: { groupOrder: 2 },
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          ...forked,
        },
      },
      {
        test: {
          name: 'full',
          sequence: { groupOrder: 3 },
          include: ['tests/full/**/*.test.ts'],
          testTimeout: 1_800_000,
          hookTimeout: 600_000,
          fileParallelism: false,
          ...forked,
        },
      },
      {
        test: {
          name: 'faults',
          sequence: { groupOrder: 4 },
          include: ['tests/faults/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
          ...forked,
        },
      },
      {
        test: {
          name: 'screenshots',
          sequence: { groupOrder: 7 },
          include: ['tests/screenshots/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          ...forked,
        },
      },
      {
        test: {
          name: 'browser',
          sequence: { groupOrder: 6 },
          include: ['tests/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          ...forked,
        },
      },
      {
        test: {
          name: 'abuse',
          sequence: { groupOrder: 5 },
          include: ['tests/abuse/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          ...forked,
        },
      },
    ],
  },
});
