#!/usr/bin/env node
/**
 * `npm test`: vitest with its own report, then one line that any CI can read: `123 passed, 0 failed, 1 skipped`.
 * Takes vitest's arguments. What passed at a second try alone, which CI gives, is named before that line. A file that could not be loaded and an error outside every test count as failed; so does, with
 * EVENKEEL_REQUIRE_HOSTS=1, a machine on which the sandbox can have no hosts, because most of what matters is skipped there.
 */
import { parseCLI, startVitest } from 'vitest/node'

const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)])
const vitest = await startVitest('test', filter, { ...options, run: true, watch: false })
const files = vitest.state.getTestModules()
const passed = countTests('passed')
const skipped = countTests('skipped')
const unsteady = files.flatMap((file) =>
  [...file.children.allTests('passed')]
    .filter((test) => test.diagnostic()?.flaky)
    .map((test) => `${file.relativeModuleId}: ${test.fullName}`),
)
const failed =
  countTests('failed') +
  files.filter((file) => file.errors().length > 0).length +
  vitest.state.getUnhandledErrors().length
await vitest.close()
const complete =
  passed + failed + skipped > 0 && files.every((file) => file.state() !== 'pending' && file.state() !== 'queued')
if (!complete) process.stderr.write('not every test file was run\n')
if (failed > 0 || !complete) process.exitCode = 1
for (const test of unsteady) process.stdout.write(`passed at the second try alone: ${test}\n`)
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)

function countTests(state) {
  return files.reduce((sum, file) => sum + [...file.children.allTests(state)].length, 0)
}
