import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

interface Locked {
  version?: string
  resolved?: string
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> }

describe('the lockfile', () => {
  it('holds whatever a package in it depends on, also for other systems: without that, `npm ci` refuses it', () => {
    expect(Object.keys(packages).length).toBeGreaterThan(200)
    expect(missingFrom(packages)).toEqual([])
  })

  it('is missing what nobody wrote down, at the depth at which Node would look for it', () => {
    const child = 'node_modules/a/node_modules/b'
    const locked: Record<string, Locked> = {
      'node_modules/a': { dependencies: { b: '1', c: '1' } },
      [child]: { optionalDependencies: { d: '1' } },
      'node_modules/c': {},
    }
    expect(missingFrom(locked)).toEqual([`d of ${child}`])
  })

  it('names no registry: each machine asks its own', () => {
    expect(Object.values(packages).flatMap(({ resolved }) => resolved ?? [])).toEqual([])
  })
})

/** What packages depend on that no folder above them holds, as `NAME of PATH`. */
function missingFrom(locked: Record<string, Locked>): string[] {
  return Object.entries(locked).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !placesFor(name, path).some((place) => place in locked))
      .map((name) => `${name} of ${path}`),
  )
}

/** Where Node looks for `name` from the package at `path`, nearest first. */
function placesFor(name: string, path: string): string[] {
  const above = path.lastIndexOf('/node_modules/')
  const here = path === '' ? `node_modules/${name}` : `${path}/node_modules/${name}`
  if (path === '') return [here]
  return [here, ...placesFor(name, above === -1 ? '' : path.slice(0, above))]
}
