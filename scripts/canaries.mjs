#!/usr/bin/env node
/**
 * `npm run canaries`: plants a bug at a time in a copy of the tree, and looks whether the test that guards against it fails. A bug
 * that cannot be planted any more, because the code has changed, is a failure too, and so is a test that fails without one.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { canaries } from './support/canary-table.mjs'
import { handSignalsTo } from './support/handed-signals.mjs'
import { ownDirectory } from './support/own-directory.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({ options: { only: { type: 'string' }, record: { type: 'boolean', default: false } } })
const chosen = canaries.filter(({ name }) => values.only === undefined || name === values.only)

const copied = [
  'src',
  'test',
  'schema',
  'docs',
  'benches',
  'scripts',
  'examples',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
  'tsconfig.test.json',
]
const copy = ownDirectory('canaries')
for (const part of copied) cpSync(join(root, part), join(copy, part), { recursive: true })
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))

let caught = 0
for (const canary of chosen) {
  const problem = await tryCanary(canary)
  if (problem === undefined) caught += 1
  const verdict = problem === undefined ? `caught  ${canary.name}` : `MISSED  ${canary.name}: ${problem}`
  process.stdout.write(`${verdict}\n`)
}
const line = `${chosen.length} planted, ${caught} caught`
process.stdout.write(`${line}\n`)
if (values.record) record([...chosen.map(({ name, test }) => `${name}: ${test.join(' ')}`), line])
process.exitCode = caught === chosen.length ? 0 : 1

/** Undefined when the bug was caught; else why not. */
async function tryCanary({ file, from, to, test, named, project = 'unit' }) {
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  if (text.split(from).length !== 2) return `it cannot be planted in ${file} any more`
  if (!(await passes({ project, test, named }))) return 'its test fails without it'
  writeFileSync(
    path,
    text.replace(from, () => to),
  )
  try {
    return (await passes({ project, test, named })) ? 'no test fails' : undefined
  } finally {
    writeFileSync(path, text)
  }
}

/** Whoever is told to stop meanwhile stops here, and leaves nothing behind. */
async function passes({ project, test, named }) {
  const vitest = join(root, 'node_modules/.bin/vitest')
  const words = ['run', '--project', project, '--bail', '1', ...(named === undefined ? [] : ['-t', named])]
  const child = spawn(vitest, [...words, ...test], { cwd: copy, stdio: 'ignore', timeout: 600_000 })
  const told = handSignalsTo(child)
  const [status] = await once(child, 'close')
  if (told() !== undefined) process.exit(told())
  return status === 0
}

function record(lines) {
  const args = [join(root, 'scripts/proof.mjs'), 'record', 'canaries', ...lines]
  spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
}
