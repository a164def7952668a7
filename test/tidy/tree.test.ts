import { basename, dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { circlesOf } from '../support/import-circles.js'
import { readModules } from '../support/source-tree.js'

const modules = readModules()

/** Chosen: what a reader takes in at a glance; more side by side hold a subject that wants a folder of its own. */
const filesMax = 22

describe('circles of files', () => {
  it('are nowhere in src, not even by types', () => {
    expect(modules.length).toBeGreaterThan(300)
    expect(circlesOf(modules)).toEqual([])
  })

  it('are found and named, whatever else the files import', () => {
    const file = (name: string, ...targets: string[]) => ({
      path: name,
      imports: targets.map((path) => ({ specifier: path, path, typeOnly: path === 'c' })),
    })
    expect(circlesOf([file('a', 'b', 'z'), file('b', 'c'), file('c', 'a', 'b'), file('z')])).toEqual([
      'a -> b -> c -> a',
    ])
    expect(circlesOf([file('a', 'a'), file('b', 'd'), file('d', 'b')])).toEqual(['a -> a', 'b -> d -> b'])
    expect(circlesOf([file('a', 'b', 'c'), file('b', 'c'), file('c')])).toEqual([])
  })
})

describe('files of one name', () => {
  it('mean the same', () => {
    expect(namesakesOf(modules.map(({ path }) => path))).toEqual([])
  })

  it('are found outside of the folders in which each layer keeps its kinds', () => {
    const alike = ['src/spec/kinds/volume.ts', 'src/planner/decide/volume.ts', 'src/planner/lower/volumes/volume.ts']
    const commands = ['src/cli/commands/exec.ts', 'src/hosts/exec.ts', 'src/sandbox/wire/exec.ts']
    expect(namesakesOf([...alike, ...commands, 'src/core/errors.ts', 'src/providers/ec2/errors.ts'])).toEqual([])
    expect(namesakesOf([...alike, 'src/spec/volume.ts'])).toEqual([])
    expect(namesakesOf([...alike, 'src/spec/volume.ts', 'src/hosts/volume.ts'])).toEqual(['volume.ts: hosts, spec'])
  })
})

describe('a folder', () => {
  it(`holds at most ${filesMax} files side by side`, () => {
    const full = [...groupBy(modules, ({ path }) => dirname(path))]
      .filter(([, files]) => files.length > filesMax)
      .map(([folder, files]) => `${folder}: ${files.length} files`)
    expect(full).toEqual([])
  })
})

/** Where a name says of what, and the folder says what is done with it: the same concept once in each. */
const foldersOfKinds = new Set(['kinds', 'decide', 'lower', 'steps', 'commands'])

/** Names that two files may have, and why. */
const allowedNamesakes: Readonly<Record<string, string>> = {
  'errors.ts': 'what an error is (core), and how a cloud’s become such',
}

/** Names that several files bear without meaning one thing in each of their folders, `name: folders`; the sandbox is a program of its own. */
function namesakesOf(paths: readonly string[]): readonly string[] {
  const candidates = paths.filter((path) => {
    const folders = dirname(path).split('/')
    return folders[1] !== 'sandbox' && !folders.some((folder) => foldersOfKinds.has(folder))
  })
  return [...groupBy(candidates, (path) => basename(path))]
    .filter(([name, same]) => same.length > 1 && allowedNamesakes[name] === undefined)
    .map(
      ([name, same]) =>
        `${name}: ${same
          .map((path) => dirname(path).replace(/^src\//, ''))
          .sort()
          .join(', ')}`,
    )
    .sort()
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}
