import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../../support/evenkeel.js'

const built = fileURLToPath(new URL('../../../dist/fleet/embedded/hold-round.js', import.meta.url))
const rounds = Array.from({ length: 100 }, (_, number) => `r${number}`)

/** Takes each round at a moment that all have in common, and lives until its standard input ends. */
const program = (folder: string, beginAt: number) => `
import { holdRound } from ${JSON.stringify(pathToFileURL(built).href)}
const rounds = ${JSON.stringify(rounds)}
const held = rounds.filter((round, index) => {
  while (Date.now() < ${beginAt} + index * 15);
  try {
    holdRound(${JSON.stringify(folder)}, round)
    return true
  } catch (error) {
    if (error.code !== 'FLEET_ROUND_RUNS') throw error
    return false
  }
})
console.log(held.join(' '))
process.stdin.resume()
`

it('of two that resume a round in one moment, after a third was killed over it, one has it', async () => {
  const { path, remove } = temporaryDirectory('hold-round')
  onTestFinished(remove)
  const killed = JSON.stringify({ pid: process.pid, startedAt: 'before', nonce: 'killed' })
  for (const round of rounds) writeFileSync(join(path, `${round}.held`), `${killed}\n`)
  const beginAt = Date.now() + 1500
  const children = [1, 2].map(() =>
    spawn(process.execPath, ['--input-type=module', '-e', program(path, beginAt)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  )
  const said = children.map(async (child) => {
    const [words] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
    return words.trim().split(' ')
  })
  const ended = children.map((child) => once(child, 'close'))
  const held = (await Promise.all(said)).flat().filter((word) => word !== '')
  for (const child of children) child.stdin.end()
  await Promise.all(ended)
  expect(held.toSorted()).toEqual(rounds.toSorted())
})
