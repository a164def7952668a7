import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { codes } from '../src/core/codes.js'
import { parseStack } from '../src/spec/parse.js'
import {
  impureCore,
  innerNamesakes,
  layerNames,
  layers,
  lintOverride,
  pureOverride,
  unknownFolderOverride,
} from './support/layers.js'
import { filesBelow, importsOf, readModules, readText, root, type Import, type Module } from './support/source-tree.js'

/** Chosen: a longer file nearly always holds a second idea. */
const linesMax = 400

const modules = readModules()

/** What lies in src/ itself: what the package exports. */
const roots = ['src/ambient.ts', 'src/index.ts', 'src/parts.ts']

describe('layers', () => {
  it.each(layerNames)('%s: the checker has seen its modules', (layer) => {
    const seen = modules.filter((module) => module.layer === layer)
    expect(seen.length).toBeGreaterThanOrEqual(layers[layer].modulesMin)
  })

  it('every import is of a layer, package or part of Node that the table allows', () => {
    const imports = modules.flatMap((module) => module.imports.map((imported) => ({ module, imported })))
    expect(imports.length).toBeGreaterThan(modules.length)
    const broken = imports.filter(({ module, imported }) => !isAllowed(module, imported))
    expect(broken.map(({ module, imported }) => `${module.path} imports ${imported.specifier}`)).toEqual([])
  })

  it('every relative import names a file', () => {
    const absent = modules.flatMap((module) =>
      module.imports
        .filter(({ path }) => path !== undefined && !existsSync(join(root, path)))
        .map(({ specifier }) => `${module.path} imports ${specifier}`),
    )
    expect(absent).toEqual([])
  })

  it('the lint configuration repeats the table', () => {
    const { overrides } = JSON.parse(readText('.oxlintrc.json')) as { overrides: { files: string[] }[] }
    for (const layer of layerNames) {
      const written = overrides.find(({ files }) => files.length === 1 && files.includes(`src/${layer}/**`))
      expect(written, `the override of src/${layer}`).toEqual(lintOverride(layer))
    }
    const first = overrides.findIndex(({ files }) => layerNames.some((layer) => files.includes(`src/${layer}/**`)))
    expect(overrides[first - 1], 'before those of the layers').toEqual(unknownFolderOverride)
    expect(overrides[first + layerNames.length], 'after those of the layers').toEqual(pureOverride)
  })

  it('every folder of src is in the table, and every file in a folder', () => {
    const strangers = modules.filter(({ path, layer }) => layer === undefined && !roots.includes(path))
    expect(strangers.map(({ path }) => path)).toEqual([])
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(folders.map(({ name }) => name).sort()).toEqual([...layerNames].sort())
  })

  it('a directory inside a layer bears the name of another only where the table knows it', () => {
    const namesakes = modules.flatMap(({ path, layer }) =>
      dirname(path)
        .split('/')
        .slice(2)
        .filter((name) => layerNames.some((other) => other === name) && !isNamesake(layer, name))
        .map((name) => `${path}: ${name}`),
    )
    expect(namesakes).toEqual([])
  })

  it('imports are read in every form they can be written in', () => {
    const text = [
      "import { a } from './a.js'",
      "import type { B } from '../core/b.js'",
      "import { type C, type D } from './c.js'",
      "import e, { type F } from 'e'",
      "import './g.js'",
      "export * from './h.js'",
      "import {\n  i,\n  j,\n} from 'node:i'",
      "const k = await import('./k.js')",
      "type L = typeof import('./l.js')",
      "type M = import('./m.js').M<import('./n.js').N>",
      "export type * from './o.js'",
      "export { type P } from './p.js'",
      'import(`./${k}.js`)',
      "// import { q } from './q.js'",
      "const r = `import '${k}'`",
    ].join('\n')
    expect(importsOf('src/spec/x.ts', text)).toEqual([
      { specifier: './a.js', path: 'src/spec/a.ts', typeOnly: false },
      { specifier: '../core/b.js', path: 'src/core/b.ts', typeOnly: true },
      { specifier: './c.js', path: 'src/spec/c.ts', typeOnly: true },
      { specifier: 'e', path: undefined, typeOnly: false },
      { specifier: './g.js', path: 'src/spec/g.ts', typeOnly: false },
      { specifier: './h.js', path: 'src/spec/h.ts', typeOnly: false },
      { specifier: 'node:i', path: undefined, typeOnly: false },
      { specifier: './k.js', path: 'src/spec/k.ts', typeOnly: false },
      { specifier: './l.js', path: 'src/spec/l.ts', typeOnly: true },
      { specifier: './m.js', path: 'src/spec/m.ts', typeOnly: true },
      { specifier: './n.js', path: 'src/spec/n.ts', typeOnly: true },
      { specifier: './o.js', path: 'src/spec/o.ts', typeOnly: true },
      { specifier: './p.js', path: 'src/spec/p.ts', typeOnly: true },
      { specifier: 'something that is computed', path: undefined, typeOnly: false },
    ])
  })
})

describe('source files', () => {
  it('are named in kebab-case', () => {
    const names = modules.map(({ path }) => basename(path, '.ts'))
    // `switch.sh.ts` holds the text of a shell script.
    expect(names.filter((name) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)*(\.sh)?$/.test(name))).toEqual([])
  })

  it(`are at most ${linesMax} lines long`, () => {
    const long = modules.filter(({ lines }) => lines > linesMax).map(({ path, lines }) => `${path}: ${lines} lines`)
    expect(long).toEqual([])
  })

  it('write to a terminal in report and cli alone', () => {
    const terminal = /\bconsole\.(?:log|error|warn|info|debug|trace)\(|\bprocess\.std(?:out|err)\b/
    const writers = modules.filter(({ layer, text }) => layer !== 'cli' && layer !== 'report' && terminal.test(text))
    // The daemon is a program of its own; its standard error is its log.
    expect(writers.map(({ path }) => path)).toEqual(['src/sandbox/daemon.ts'])
  })

  it('have no notes of unfinished work in them', () => {
    const unfinished = modules.filter(({ text }) => /\b(?:TODO|FIXME|XXX|HACK)\b/.test(text))
    expect(unfinished.map(({ path }) => path)).toEqual([])
  })
})

describe('error codes', () => {
  const registered = Object.keys(codes)
  const sections = [...readText('docs/errors.md').matchAll(/^## (\S+)$/gm)].map(([, name]) => name ?? '')

  it('are each used somewhere in src', () => {
    const users = modules.filter(({ path }) => path !== 'src/core/codes.ts')
    const unused = registered.filter((code) => !users.some(({ text }) => new RegExp(`'${code}'`).test(text)))
    expect(unused).toEqual([])
  })

  it('have one section each in docs/errors.md, in order, and it has no others', () => {
    expect(sections).toEqual(registered.sort())
  })

  it('open their section with their own sentence', () => {
    const text = readText('docs/errors.md')
    const differing = Object.entries(codes).filter(([code, sentence]) => {
      const opening = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`
      return !text.includes(`## ${code}\n\n${opening}`)
    })
    expect(differing).toEqual([])
  })
})

describe('the repository', () => {
  it('has a changelog with a section for what is unreleased', () => {
    expect(readText('CHANGELOG.md')).toMatch(/^## \[?Unreleased\]?\n+### \w+\n+- \S/m)
  })

  it('names every example stack in a test', () => {
    const examples = filesBelow('examples/stacks', '.yaml').filter((path) => dirname(path) === 'examples/stacks')
    expect(examples.length).toBeGreaterThanOrEqual(4)
    const tests = filesBelow('test', '.test.ts').filter((path) => path !== 'test/tidy.test.ts')
    const text = tests.map(readText).join('\n')
    expect(examples.map((path) => basename(path)).filter((name) => !text.includes(name))).toEqual([])
  })

  it('pins every dependency, and says in docs/decisions why it is there', () => {
    const manifest = JSON.parse(readText('package.json')) as Record<string, Record<string, string>>
    const dependencies = Object.entries({ ...manifest['dependencies'], ...manifest['devDependencies'] })
    expect(dependencies.length).toBeGreaterThan(10)
    expect(dependencies.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
    const notes = filesBelow('docs/decisions', '.md').map(readText).join('\n')
    expect(dependencies.map(([name]) => name).filter((name) => !notes.includes(`\`${name}\``))).toEqual([])
  })

  it('replaces the shell of a script by what it runs in the end, or nobody could tell that to stop', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { readonly scripts: Readonly<Record<string, string>> }
    const prepared = Object.values(scripts).filter((script) => script.includes('&&'))
    expect(prepared.length).toBeGreaterThan(5)
    // A shell that is told to stop hands nothing on to its child, which goes on without it.
    expect(prepared.filter((script) => !/&& exec node \S+[^&]*$/.test(script))).toEqual([])
  })

  it('has a lockfile that names no registry but the public one', () => {
    const hosts = [...readText('package-lock.json').matchAll(/"resolved": "https?:\/\/([^/"]+)/g)].map(
      ([, host]) => host,
    )
    expect(new Set([...hosts, 'registry.npmjs.org'])).toEqual(new Set(['registry.npmjs.org']))
  })

  it('has no broken link between its documents', () => {
    const documents = ['README.md', 'CHANGELOG.md', ...filesBelow('docs', '.md')]
    const links = documents.flatMap((path) => linksOf(path))
    expect(links.length).toBeGreaterThan(10)
    expect(links.filter((link) => !resolves(link)).map(({ from, target }) => `${from}: ${target}`)).toEqual([])
  })

  it('explains a stack file in the README that is valid', () => {
    const [, text = ''] = /^```yaml\n(.*?evenkeel: 1.*?)^```$/ms.exec(readText('README.md')) ?? []
    const result = parseStack({ file: 'README.md', text })
    expect(result.ok ? [] : result.diagnostics.map(({ message }) => message)).toEqual([])
  })

  it('dates every decision', () => {
    const notes = filesBelow('docs/decisions', '.md')
    expect(notes.length).toBeGreaterThan(3)
    expect(notes.filter((path) => !/^Date: \d{4}-\d{2}-\d{2}$/m.test(readText(path)))).toEqual([])
  })
})

function isAllowed(module: Module, imported: Import): boolean {
  const { layer } = module
  if (layer === undefined) return !imported.path?.startsWith('src/cli/')
  const rule = layers[layer]
  if (imported.path !== undefined) {
    if (rule.pure && !imported.typeOnly && impureCore.some((name) => imported.path === `src/core/${name}.ts`))
      return false
    const target = layerNames.find((name) => imported.path?.startsWith(`src/${name}/`))
    if (target === undefined) return false
    return target === layer || rule.values.includes(target) || (imported.typeOnly && rule.types.includes(target))
  }
  if (imported.specifier.startsWith('node:')) return rule.node === 'all' || rule.node.includes(imported.specifier)
  return rule.packages.some((name) => imported.specifier === name || imported.specifier.startsWith(`${name}/`))
}

function isNamesake(layer: Module['layer'], name: string): boolean {
  return layer !== undefined && (innerNamesakes[layer] ?? []).some((known) => known === name)
}

interface Link {
  readonly from: string
  readonly target: string
}

/** The relative links of a Markdown file, those in code left out. */
function linksOf(path: string): readonly Link[] {
  const prose = readText(path)
    .replaceAll(/^```[^]*?^```/gm, '')
    .replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => ({ from: path, target }))
    .filter(({ target }) => !/^[a-z]+:/.test(target))
}

function resolves({ from, target }: Link): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? from : join(dirname(from), path)
  if (!existsSync(join(root, file))) return false
  if (anchor === undefined) return true
  const headings = [...readText(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))
  return headings.includes(anchor)
}

/** GitHub's way from a heading to its anchor. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
}
