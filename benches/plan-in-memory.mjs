import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleOf } from './support/bundle.mjs'
import { median, runExpecting } from './support/measure.mjs'

const sizes = [100, 1_000, 10_000]
const rounds = 5
const child = fileURLToPath(new URL('plan-in-memory-once.mjs', import.meta.url))
const writer = fileURLToPath(new URL('support/write-world.mjs', import.meta.url))

/** From a stack file's text to a plan, in a world of which nothing exists and in one where all is in place: no EC2, no files. */
export async function benchPlanInMemory() {
  const rows = []
  const bundle = await bundleOf('test/support/full-world.ts')
  for (const servers of sizes) {
    const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'))
    const env = { ...process.env, BENCH_STACK: String(servers), BENCH_FOLDER: folder }
    try {
      await runExpecting([0], process.execPath, ['--max-old-space-size=8192', writer, bundle, folder], { env })
      const runs = { empty: [], full: [] }
      // A process each, so that peak memory is this size's own and nothing is warm; in turns, so that both meet the same machine.
      for (let round = 0; round < rounds; round += 1) {
        for (const [world, results] of Object.entries(runs)) {
          const { stdout } = await runExpecting([0], process.execPath, [child], { env: { ...env, BENCH_WORLD: world } })
          results.push(JSON.parse(stdout))
        }
      }
      for (const [world, results] of Object.entries(runs)) rows.push(rowOf(servers, world, results, runs.empty))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return {
    title: 'Plan in memory',
    text:
      'Servers of one entry with two volumes each, both with a filesystem, a mount and an fstab line, and a rule that copies to ' +
      '`web[*]`. Empty: nothing of it exists. Full: all of it does, and one server in a hundred was changed by hand. ' +
      `Medians of ${rounds} processes in turns. Linear means that the time for a server stays the same. ` +
      'Goals for 10,000 servers: 5 s, 400 MiB, and the full world at most 1.5 times the empty one.',
    head: [
      'servers',
      'world',
      'changes',
      'steps',
      'read the file, ms',
      'plan, ms',
      'of empty',
      'µs a server',
      'peak MiB',
    ],
    rows,
  }
}

function rowOf(servers, world, results, empty) {
  const [{ changes, steps }] = results
  const middle = (of, key) => median(of.map((run) => run[key]))
  const planMs = middle(results, 'planMs')
  return [
    servers.toLocaleString('en'),
    world,
    changes.toLocaleString('en'),
    steps.toLocaleString('en'),
    middle(results, 'parseMs').toFixed(0),
    planMs.toFixed(0),
    (planMs / middle(empty, 'planMs')).toFixed(2),
    ((planMs * 1000) / servers).toFixed(0),
    middle(results, 'peakRssMiB').toFixed(0),
  ]
}
