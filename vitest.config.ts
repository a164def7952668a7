import { defineConfig } from 'vitest/config'

/** Tests that start real hosts or the built command line; everything else is a unit test and needs neither. */
const hosts = ['test/integration/**/*.test.ts', 'test/**/*.hosts.test.ts']

/** The SDK's notice about Node 20 would stand in every report. */
const env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }

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
          env,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'hosts',
          include: hosts,
          pool: 'forks',
          globalSetup: ['test/support/build-once.ts'],
          // Each file has a sandbox of its own, and mostly waits: three at a time keep two cores busy.
          maxWorkers: 3,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          env,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
