import { fileURLToPath } from 'node:url'
import { median, runExpecting } from './support/measure.mjs'

const sizes = [100, 1_000, 10_000]
const rounds = 5
const child = fileURLToPath(new URL('plan-in-memory-once.mjs', import.meta.url))

/** From a stack file's text and an empty world to a plan that makes everything: no EC2, no files. */
export async function benchPlanInMemory() {
  const rows = []
  for (const servers of sizes) {
    const runs = []
    // A process each, so that peak memory is this size's own and nothing is warm.
    for (let round = 0; round < rounds; round += 1) {
      const { stdout } = await runExpecting([0], process.execPath, [child], {
        env: { ...process.env, BENCH_STACK: String(servers) },
      })
      runs.push(JSON.parse(stdout))
    }
    const [{ changes, steps }] = runs
    const middle = (key) => median(runs.map((run) => run[key]))
    rows.push([
      servers.toLocaleString('en'),
      changes.toLocaleString('en'),
      steps.toLocaleString('en'),
      middle('parseMs').toFixed(0),
      middle('planMs').toFixed(0),
      ((middle('planMs') * 1000) / steps).toFixed(1),
      middle('peakRssMiB').toFixed(0),
    ])
  }
  return {
    title: 'Plan in memory',
    text:
      'Servers with two volumes each, both with a filesystem, a mount and an fstab line; nothing of it exists. ' +
      `Medians of ${rounds} processes. Linear means that the time for a step stays the same. ` +
      'Goal: 10,000 servers within 5 s and 512 MiB.',
    head: ['servers', 'changes', 'steps', 'read the file, ms', 'plan, ms', 'µs a step', 'peak MiB'],
    rows,
  }
}
