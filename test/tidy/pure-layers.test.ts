import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../support/evenkeel.js'
import { impureCore, layerNames, layers } from '../support/layers.js'
import { impuritiesOf, refusedGlobals } from '../support/purity.js'
import { readModules, root } from '../support/source-tree.js'

const pureLayers = layerNames.filter((name) => layers[name].pure)

/** One fault each, of those that a planner passed with before anybody looked. */
const faults = {
  'Date.now': 'export const at = Date.now()',
  'a date of now': 'export const at = new Date()',
  'Date called': 'export const at = Date()',
  'Date by another name': 'const D = Date\nexport const at = new D()',
  performance: 'export const at = performance.now()',
  'Math.random': 'export const chance = Math.random()',
  'Math.random by a computed name': "export const chance = Math['ran' + 'dom']()",
  'Math taken apart': 'const { random } = Math\nexport const chance = random()',
  crypto: 'export const id = crypto.randomUUID()',
  'process.env': "export const home = process.env['HOME']",
  'process of globalThis': 'export const home = globalThis.process.env',
  'dynamic access to globalThis': "export const home = globalThis['process']",
  'Reflect.get': "export const home = Reflect.get({}, 'process')",
  'process.getBuiltinModule': "export const fs = process.getBuiltinModule('fs')",
  getBuiltinModule: 'export const of = (x: { getBuiltinModule(name: string): unknown }) => x.getBuiltinModule("fs")',
  fetch: "export const page = fetch('https://example.com')",
  WebSocket: "export const socket = new WebSocket('wss://example.com')",
  timer: 'export const timer = setTimeout(() => {}, 1)',
  interval: 'export const timer = setInterval(() => {}, 1)',
  eval: "export const two = eval('1 + 1')",
  Function: "export const two = new Function('return 1 + 1')",
  'Function by its prototype': "export const two = (() => 1).constructor('return process')()",
  async: 'export async function wait() {}',
  'async arrow': 'export const wait = async () => {}',
  'a promise': 'export const wait = Promise.resolve(1)',
  'import()': "export const later = import('./known.js')",
  'import.meta': 'export const here = import.meta.url',
  locale: "export const order = 'a'.localeCompare('b')",
  'the clock of core': "import { systemClock } from '../core/clock.js'\nexport const at = systemClock",
  'a module of Node': "import { readFileSync } from 'node:fs'\nexport const read = readFileSync",
} as const

/** What a pure module does every day; neither check may stand in its way. */
const innocent = `
import type { Clock } from '../core/clock.js'
export interface Told { readonly process: string; readonly Date: Date; fetch(): Promise<void> }
export const instant = (ms: number) => new Date(ms).toISOString()
export const largest = (told: Told & { clock?: Clock }) => Math.max(Date.parse(told.process), 1, told.Date.getTime())
export const known = { performance: 1, Math: 2, setTimeout: 'x' } as const
`

describe('pure layers', () => {
  it.each(pureLayers)('%s takes its input as arguments alone', (layer) => {
    const seen = readModules().filter((module) => module.layer === layer)
    expect(seen.length).toBeGreaterThanOrEqual(layers[layer].modulesMin)
    expect(seen.flatMap(({ path, text }) => impuritiesOf(text).map((what) => `${path}:${what}`))).toEqual([])
  })

  it('spec, model and planner are among them', () => {
    expect(pureLayers).toEqual(['model', 'spec', 'planner'])
  })

  it('reach nothing in core but what is pure too', () => {
    const core = readModules().filter(({ layer }) => layer === 'core')
    const impure = core.filter(({ text }) => {
      const hashes = /import \{ (?:createHash|hash) \} from 'node:crypto'/.test(text)
      return impuritiesOf(text).length > 0 || (text.includes("'node:") && !hashes)
    })
    expect(impure.map(({ path }) => path)).toEqual(impureCore.map((name) => `src/core/${name}.ts`))
  })
})

describe('a planted fault', () => {
  let complaints: ReadonlyMap<string, readonly string[]>
  const { path: directory, remove } = temporaryDirectory('lint')

  beforeAll(async () => {
    const files = new Map<string, string>([
      ...Object.entries(faults).map(([name, text]) => [`src/planner/${fileName(name)}`, text] as const),
      ['src/planner/innocent.ts', innocent],
      ['src/newcomer/known.ts', "import { known } from '../core/known.js'\nexport const other = known"],
      ['src/core/known.ts', 'export const known = 1'],
    ])
    for (const [path, text] of files) {
      mkdirSync(join(directory, dirname(path)), { recursive: true })
      writeFileSync(join(directory, path), `${text}\n`)
    }
    complaints = await lint(directory)
  })
  afterAll(remove)

  it.each(Object.entries(faults))('%s is seen by the test and by lint', (name, text) => {
    const isImport = text.startsWith('import ')
    // Imports are for the table of layers to judge, in test/tidy.test.ts.
    if (!isImport) expect(impuritiesOf(text)).not.toEqual([])
    expect(complaints.get(`src/planner/${fileName(name)}`) ?? []).not.toEqual([])
  })

  it.each(refusedGlobals)('%s is on neither side of what the language itself has', (name) => {
    expect(impuritiesOf(`export const x = ${name}`)).toEqual([`1: ${name}`])
  })

  it('a folder that the table does not know is seen by lint', () => {
    expect(complaints.get('src/newcomer/known.ts')).toEqual(['eslint(no-restricted-imports)'])
  })

  it('what is no fault is let through by both', () => {
    expect(impuritiesOf(innocent)).toEqual([])
    expect(complaints.get('src/planner/innocent.ts') ?? []).toEqual([])
  })
})

function fileName(fault: string): string {
  return `${fault.toLowerCase().replaceAll(/[^a-z]+/g, '-')}.ts`
}

/** The rules of ours that each file breaks under the repository's own configuration, without types. */
async function lint(directory: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const configuration = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as Record<string, unknown>
  const withoutTypes = { ...configuration, $schema: undefined, options: {}, categories: {}, ignorePatterns: [] }
  writeFileSync(join(directory, '.oxlintrc.json'), JSON.stringify(withoutTypes))
  mkdirSync(join(directory, 'scripts'))
  copyFileSync(join(root, 'scripts/lint-rules.mjs'), join(directory, 'scripts/lint-rules.mjs'))
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  const output = await new Promise<string>((resolve) => {
    const args = ['--format', 'json', 'src']
    execFile(join(root, 'node_modules/.bin/oxlint'), args, { cwd: directory }, (_error, stdout) => resolve(stdout))
  })
  const { diagnostics } = JSON.parse(output) as { diagnostics: { code: string; filename: string }[] }
  const found = new Map<string, string[]>()
  for (const { filename, code } of diagnostics) {
    const isOurs = /no-restricted|no-hidden-input|no-async-await/.test(code)
    if (isOurs) found.set(filename, [...(found.get(filename) ?? []), code])
  }
  return found
}
