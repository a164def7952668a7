import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.js'

/** Tests that start real hosts or the built command line; everything else is a unit test and needs neither. */
const hosts = ['test/integration/**/*.test.ts', 'test/**/*.hosts.test.ts']

/** The long ones, which `npm run test:full` runs: every pair of ends, every filesystem, whole volumes, a hundred thousand files, faults, lives. */
const full = [
  'test/sandbox/actions/load-balancing/load-balancing.hosts.test.ts',
  'test/action/comments.test.ts',
  'test/action/issues.test.ts',
  'test/browser/report-page.test.ts',
  'test/simulation/chaos-lives.test.ts',
  'test/simulation/server-options.test.ts',
  'test/sandbox/actions/network/own-interfaces.hosts.test.ts',
  'test/simulation/server-addresses.test.ts',
  'test/simulation/alternatives.test.ts',
  'test/simulation/placement-groups.test.ts',
  'test/sandbox/full-image.hosts.test.ts',
  'test/sandbox/hosts/crash.hosts.test.ts',
  'test/sandbox/hosts/own-root.hosts.test.ts',
  'test/sandbox/hosts/network/disturbed.hosts.test.ts',
  'test/integration/archives.test.ts',
  'test/integration/unmounted.test.ts',
  'test/sandbox/hosts/network/network.hosts.test.ts',
  'test/planner/plan-effects.hosts.test.ts',
  'test/sandbox/hosts/disks/volumes.hosts.test.ts',
  'test/simulation/egress.test.ts',
  'test/simulation/images.test.ts',
  'test/simulation/scaling-groups.test.ts',
  'test/simulation/image-failures.test.ts',
  'test/simulation/foreign-in-networks.test.ts',
  'test/simulation/region-copies-killed.test.ts',
  'test/integration/images.test.ts',
  'test/integration/server-options.test.ts',
  'test/integration/regions.test.ts',
  'test/simulation/user-data.test.ts',
  'test/simulation/least-policy.test.ts',
  'test/simulation/killed.test.ts',
  'test/simulation/replacement.test.ts',
  'test/simulation/crash-points.test.ts',
  'test/simulation/elastic-ips.test.ts',
  'test/integration/output.test.ts',
  'test/sandbox/daemon.hosts.test.ts',
  'test/sandbox/hosts/systemd.hosts.test.ts',
  'test/sandbox/hosts/boot.hosts.test.ts',
  'test/simulation/networks.test.ts',
  'test/simulation/lost-answers.test.ts',
  'test/integration/drift.test.ts',
  'test/integration/servers-by-hand.test.ts',
  'test/integration/waiting.test.ts',
  'test/integration/reports.test.ts',
  'test/integration/database-replica.test.ts',
  'test/integration/diff.test.ts',
  'test/integration/authoring/accept.test.ts',
  'test/integration/authoring/adopt.test.ts',
  'test/integration/awaited-connection.test.ts',
  'test/integration/completion.test.ts',
  'test/integration/bastion.test.ts',
  'test/integration/elastic-ips.test.ts',
  'test/integration/existing.test.ts',
  'test/integration/environments.test.ts',
  'test/integration/erlang-cluster.test.ts',
  'test/integration/exec.test.ts',
  'test/integration/git-life.test.ts',
  'test/integration/members.test.ts',
  'test/integration/only.test.ts',
  'test/integration/secrets.test.ts',
  'test/integration/two-machines.test.ts',
  'test/hosts/filesystems/filesystems.hosts.test.ts',
  'test/integration/faults.test.ts',
  'test/integration/first-stack.test.ts',
  'test/integration/interrupted-waits.test.ts',
  'test/integration/kill-9.test.ts',
  'test/integration/filesystems.test.ts',
  'test/integration/snapshots.test.ts',
  'test/integration/sync-ends.test.ts',
  'test/integration/blocks.test.ts',
  'test/integration/own-networks.test.ts',
  'test/integration/package.test.ts',
  'test/integration/library-package.test.ts',
  'test/docs/library-reference.test.ts',
  'test/integration/readme-stack.test.ts',
  'test/integration/rolling.test.ts',
  'test/hosts/blocks/block-copy.hosts.test.ts',
  'test/hosts/hostile-values.test.ts',
  'test/sync/hostile-values.test.ts',
  'test/sync/paths.hosts.test.ts',
  'test/integration/lock.test.ts',
  'test/integration/networks.test.ts',
  'test/simulation/follow-ups.hosts.test.ts',
  'test/simulation/archives.hosts.test.ts',
  'test/simulation/calls.hosts.test.ts',
  'test/simulation/host-crash-points.hosts.test.ts',
  'test/simulation/least-policy.hosts.test.ts',
  'test/simulation/proofs.test.ts',
  'test/simulation/replacement.hosts.test.ts',
  'test/simulation/restores.hosts.test.ts',
  'test/simulation/rolling.test.ts',
  'test/simulation/load-balancers.test.ts',
  'test/simulation/load-balancers-by-hand.test.ts',
  'test/integration/web-pool.test.ts',
  'test/integration/web-tier.test.ts',
]

/** The SDK's notice about Node 20 would stand in every report; and hosts boot systemd where it is the point alone. */
const env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', EVENKEEL_SANDBOX_INIT: 'minimal' }

/** What a test file has left to be ended and removed is, when it is over. */
const setupFiles = ['test/support/each-file.ts']

/** CI must not fail for what a neighbour did to a machine's pace: there a test has a second try, and `npm test` names it at its end. */
const retry = process.env['CI'] === 'true' ? 1 : 0

/** Each file has a sandbox of its own, and mostly waits: three at a time keep two cores busy. */
const onHosts = {
  pool: 'forks' as const,
  setupFiles,
  globalSetup: ['test/support/build-once.ts'],
  maxWorkers: 3,
  retry,
  testTimeout: 600_000,
  hookTimeout: 600_000,
  env,
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...hosts, ...full],
          pool: 'threads',
          setupFiles,
          // Loading the SDK anew for each file took longer than all tests; none of them leaves anything behind in its thread.
          isolate: false,
          maxWorkers: '100%',
          retry,
          testTimeout: 60_000,
          env,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { name: 'hosts', include: hosts, exclude: full, sequence: { groupOrder: 1 }, ...onHosts } },
      { test: { name: 'full', include: full, sequence: { groupOrder: 2 }, ...onHosts } },
    ],
  },
})
