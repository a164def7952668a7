import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cli, withSandboxDirectory } from './support/cli.mjs'
import { median, runExpecting } from './support/measure.mjs'
import { stackOfServers } from './support/stack-text.mjs'

const rounds = 21

/** What a user waits for before anything is asked of anybody: `--version` and `validate`, beside an empty Node program. */
export async function benchColdStart() {
  return withSandboxDirectory(async (directory) => {
    const file = join(directory, 'stack.yaml')
    writeFileSync(file, stackOfServers(1))
    const commands = {
      'node -e 0': ['-e', '0'],
      'evenkeel --version': [cli, '--version'],
      'evenkeel validate': [cli, 'validate', file],
    }
    const seconds = Object.fromEntries(Object.keys(commands).map((name) => [name, []]))
    // In turns, so that whatever else the machine does falls on all alike.
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, args] of Object.entries(commands)) {
        const result = await runExpecting([0], process.execPath, args)
        seconds[name].push(result.seconds)
      }
    }
    const base = median(seconds['node -e 0'])
    return {
      title: 'Cold start',
      text: `Medians of ${rounds} runs in turns.`,
      head: ['command', 'ratio to `node -e 0`', 'ms'],
      rows: Object.entries(seconds).map(([name, values]) => [
        `\`${name}\``,
        (median(values) / base).toFixed(2),
        (median(values) * 1000).toFixed(0),
      ]),
    }
  })
}
