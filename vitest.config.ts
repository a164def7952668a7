import { defineConfig } from 'vitest/config'

/** Tests that start real hosts or the built command line; everything else is a unit test and needs neither. */
const hosts = ['test/integration/**/*.test.ts', 'test/**/*.hosts.test.ts']

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: hosts,
          pool: 'threads',
          testTimeout: 15_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'hosts',
          include: hosts,
          pool: 'forks',
          globalSetup: ['test/support/build-once.ts'],
          // Each file has a sandbox of its own; two at a time keep two cores busy while one of them waits.
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
