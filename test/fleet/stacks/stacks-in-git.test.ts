import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { findRevision } from '../../../src/app/revision.js'
import { createStackFinder, findStacks, type StacksOptions } from '../../../src/fleet/stacks/find-stacks.js'
import { checkoutOf } from '../../../src/fleet/stacks/git/checkout.js'
import type { FleetSpec, StackSource } from '../../../src/fleet/types.js'
import { startGitServer, type GitServer } from './git-server.js'

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-fleet-git-'))
const checkouts = join(folder, 'checkouts')
let server: GitServer

const stacksOf = async (...all: Parameters<typeof findStacks>) => (await findStacks(...all)).stacks
const stackNamed = (fleet: FleetSpec, id: string, { commit, ...options }: StacksOptions & { commit?: string }) =>
  createStackFinder(fleet, [], options)(id, commit)
const stack = (name: string) => `evenkeel: 1\nstack: ${name}\ntarget: { region: us-east-1, account: "123456789012" }\n`

beforeAll(async () => {
  server = await startGitServer(folder)
  vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null')
  vi.stubEnv('GIT_SSL_CAINFO', server.certificate)
  vi.stubEnv('GITHUB_SHA', '')
  vi.stubEnv('CI_COMMIT_SHA', '')
})

afterEach(() => {
  rmSync(checkouts, { recursive: true, force: true })
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('stacks in git', () => {
  it('are those of the branch’s newest commit, each with its commit, and the revision that a run records', async () => {
    const commit = server.commit('one', 'main', { 'prod/a.yaml': stack('a'), 'b.yaml': stack('b'), 'prod/x.txt': 'x' })
    server.commit('one', 'other', { 'prod/c.yaml': stack('c') })
    const [found, ...others] = await stacksOf(fleetOf(source('one', ['prod/*.yaml'])), { checkouts })
    expect(others).toEqual([])
    expect(found).toMatchObject({
      id: 'one:prod/a.yaml',
      commit,
      place: { stack: 'a', account: '123456789012', region: 'us-east-1' },
      problem: undefined,
    })
    expect(readFileSync(found?.file ?? '', 'utf8')).toBe(stack('a'))
    expect(await findRevision(undefined, [join(found?.file ?? '', '..')])).toBe(commit)
  })

  it('of two commits lie side by side, and what is there is asked for no more', async () => {
    const before = server.commit('two', 'main', { 'a.yaml': stack('a') })
    const fleet = fleetOf(source('two', ['*.yaml']))
    const [first] = await stacksOf(fleet, { checkouts })
    const after = server.commit('two', 'main', { 'a.yaml': stack('renamed'), 'b.yaml': stack('b') })
    const second = await stacksOf(fleet, { checkouts })
    expect(second.map(({ place, commit }) => [place?.stack, commit])).toEqual([
      ['renamed', after],
      ['b', after],
    ])
    expect(readFileSync(first?.file ?? '', 'utf8')).toBe(stack('a'))
    const asked = server.requests.length
    expect(await stackNamed(fleet, 'two:a.yaml', { checkouts, commit: before })).toEqual(first)
    expect(server.requests).toHaveLength(asked)
    expect(await stackNamed(fleet, 'two:c.yaml', { checkouts, commit: before })).toBeUndefined()
    expect(await stackNamed(fleet, 'three:a.yaml', { checkouts })).toBeUndefined()
  })

  it('are those that this machine has seen last, where nobody is to wait for a network', async () => {
    server.commit('seen', 'main', { 'a.yaml': stack('a') })
    const fleet = fleetOf(source('seen', ['*.yaml']))
    const found = await stacksOf(fleet, { checkouts, asLastSeen: true })
    server.commit('seen', 'main', { 'b.yaml': stack('b') })
    const asked = server.requests.length
    expect(await stacksOf(fleet, { checkouts, asLastSeen: true })).toEqual(found)
    expect(server.requests).toHaveLength(asked)
    expect((await stacksOf(fleet, { checkouts })).map(({ id }) => id)).toEqual(['seen:b.yaml'])
    expect((await stacksOf(fleet, { checkouts, asLastSeen: true })).map(({ id }) => id)).toEqual(['seen:b.yaml'])
  })

  it('of an older commit are fetched by another machine', async () => {
    const before = server.commit('old', 'main', { 'a.yaml': stack('a') })
    server.commit('old', 'main', { 'a.yaml': stack('b') })
    const found = await stackNamed(fleetOf(source('old', ['*.yaml'])), 'old:a.yaml', { checkouts, commit: before })
    expect(found).toMatchObject({ commit: before, place: { stack: 'a' } })
  })

  it('are fetched by many at once, none of which sees half of them', async () => {
    const files = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`${index}.yaml`, stack(`s${index}`)]))
    const commit = server.commit('many', 'main', files)
    const all = await Promise.all(
      Array.from({ length: 6 }, () =>
        checkoutOf(source('many', ['*']), checkouts).then(({ root }) => readdirSync(root).length),
      ),
    )
    // The files, and `.git`.
    expect(all).toEqual(Array.from({ length: 6 }, () => 201))
    const [home = ''] = readdirSync(checkouts)
    expect(commitsIn(join(checkouts, home))).toEqual([commit])
  })

  it('go when nobody has asked for them in a long time', async () => {
    const before = server.commit('aged', 'main', { 'a.yaml': stack('a') })
    const { root } = await checkoutOf(source('aged', ['*']), checkouts)
    const longAgo = new Date(Date.now() - 15 * 24 * 60 * 60_000)
    utimesSync(root, longAgo, longAgo)
    const after = server.commit('aged', 'main', { 'a.yaml': stack('b') })
    await checkoutOf(source('aged', ['*']), checkouts)
    expect(existsSync(root)).toBe(false)
    expect(commitsIn(join(root, '..'))).toEqual([after])
    expect(before).not.toBe(after)
  })

  it('run no filter, no hook and no submodule of a repository', async () => {
    const witness = join(folder, 'witness')
    writeFileSync(
      join(folder, 'hostile-config'),
      `[filter "lfs"]\n\tsmudge = touch ${witness}; cat\n\tprocess = touch ${witness}\n\trequired = true\n[core]\n\thooksPath = ${folder}/hooks\n\tautocrlf = true\n`,
    )
    server.commit('hostile', 'main', {
      '.gitattributes': '* filter=lfs text eol=crlf ident\n',
      '.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = ${server.url}/one\n`,
      'a.yaml': `# $Id$\n${stack('a')}`,
    })
    vi.stubEnv('GIT_CONFIG_GLOBAL', join(folder, 'hostile-config'))
    try {
      const [found] = await stacksOf(fleetOf(source('hostile', ['*.yaml'])), { checkouts })
      expect(readFileSync(found?.file ?? '', 'utf8')).toBe(`# $Id$\n${stack('a')}`)
      expect(existsSync(witness)).toBe(false)
    } finally {
      vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null')
    }
  })

  it('are refused where a link, or a base, leads out of the repository', async () => {
    const outside = join(folder, 'outside.yaml')
    writeFileSync(outside, stack('outside'))
    writeFileSync(join(folder, 'wrong.yaml'), `${stack('outside')}private: 1\n`)
    server.commit(
      'links',
      'main',
      {
        'real.yaml': stack('real'),
        'baseless.yaml': `extends: ./gone.yaml\n${stack('baseless')}`,
        'extending.yaml': `extends: ../../../outside.yaml\n${stack('extending')}`,
        'showing.yaml': `extends: ../../../wrong.yaml\n${stack('showing')}`,
      },
      {
        'out.yaml': outside,
        'up.yaml': '../../../outside.yaml',
        'gone.yaml': 'nowhere',
        'in.yaml': 'real.yaml',
        folder: '/etc',
      },
    )
    const found = await stacksOf(fleetOf(source('links', ['*.yaml'])), { checkouts })
    const said = Object.fromEntries(found.map(({ id, place, problem }) => [id, place?.stack ?? problem]))
    expect(found.filter(({ isRefused }) => !isRefused).map(({ id }) => id)).toEqual(['links:baseless.yaml'])
    expect(said).toEqual({
      'links:baseless.yaml': expect.stringMatching(/^links:baseless.yaml:1:\d+: /) as string,
      'links:extending.yaml': 'links:extending.yaml: what it extends leads out of its repository',
      'links:gone.yaml': 'links:gone.yaml: this link leads out of its repository',
      'links:in.yaml': expect.stringContaining('and so is links:real.yaml') as string,
      'links:out.yaml': 'links:out.yaml: this link leads out of its repository',
      'links:real.yaml': expect.stringContaining('and so is links:in.yaml') as string,
      'links:showing.yaml': 'links:showing.yaml: what it extends leads out of its repository',
      'links:up.yaml': 'links:up.yaml: this link leads out of its repository',
    })
  })

  it('that cannot be had are an error with git’s words, without a question', async () => {
    const error = { code: 'FLEET_SOURCE_FAILED' }
    server.commit('there', 'main', { 'a.yaml': stack('a') })
    const there = source('there', ['*.yaml'])
    const wrong = await findStacks(fleetOf({ ...there, branch: 'mian' }), { checkouts })
    expect(wrong.unreachable[0]?.error).toMatchObject({
      ...error,
      message: expect.stringContaining('it has no branch mian') as string,
    })
    await expect(
      stackNamed(fleetOf(there), 'there:a.yaml', { checkouts, commit: 'f'.repeat(40) }),
    ).rejects.toMatchObject(error)
    await expect(stackNamed(fleetOf(there), 'there:a.yaml', { checkouts, commit: '--x' })).rejects.toMatchObject(error)
    await expect(stacksOf(fleetOf(source('there', ['*.yml'])), { checkouts })).rejects.toMatchObject({
      code: 'FLEET_NO_STACKS',
    })
  })

  it('that cannot be had hide no others, and are held against them as they were last seen', async () => {
    const lost = source('lost', ['*.yaml'])
    server.commit('lost', 'main', { 'a.yaml': stack('a'), 'b.yaml': stack('b') })
    server.commit('other', 'main', { 'a.yaml': stack('a'), 'c.yaml': stack('c') })
    const fleet = fleetOf(lost, source('other', ['*.yaml']), source('absent', ['*']))
    await stacksOf(fleetOf(lost), { checkouts })
    renameSync(join(folder, 'repositories/lost'), join(folder, 'repositories/moved'))
    const { stacks, unreachable } = await findStacks(fleet, { checkouts })
    expect(stacks.map(({ id, problem }) => [id, problem])).toEqual([
      ['other:a.yaml', expect.stringContaining('and so is lost:a.yaml')],
      ['other:c.yaml', undefined],
    ])
    expect(unreachable.map(({ name, error, lastSeen }) => [name, error.code, lastSeen.map(({ id }) => id)])).toEqual([
      ['lost', 'FLEET_SOURCE_FAILED', ['lost:a.yaml', 'lost:b.yaml']],
      ['absent', 'FLEET_SOURCE_FAILED', []],
    ])
  })

  it('at an older commit are held against each other, and against all others', async () => {
    const both = { 'a.yaml': stack('a'), 'b.yaml': stack('b') }
    const before = server.commit('older', 'main', { ...both, 'c.yaml': stack('b'), 'd.yaml': stack('d') })
    const after = server.commit('older', 'main', both)
    server.commit('beside', 'main', { 'x.yaml': stack('a') })
    const fleet = fleetOf(source('older', ['*.yaml']), source('beside', ['*.yaml']))
    const find = createStackFinder(fleet, await stacksOf(fleet, { checkouts }), { checkouts })
    const problems = await Promise.all(
      ['a', 'b', 'd'].map(async (name) => (await find(`older:${name}.yaml`, before))?.problem),
    )
    expect(problems).toEqual([
      expect.stringContaining('and so is beside:x.yaml'),
      expect.stringContaining('and so is older:c.yaml'),
      undefined,
    ])
    expect(await find('older:b.yaml', after)).toMatchObject({ commit: after, problem: undefined })
  })

  it('are fetched over https and ssh alone, whatever settings make of a URL', async () => {
    server.commit('rewritten', 'main', { 'a.yaml': stack('a') })
    const settings = join(folder, 'rewriting-config')
    writeFileSync(
      settings,
      `[url "file://${folder}/repositories/"]\n\tinsteadOf = https://rewritten.example.com/\n[protocol "file"]\n\tallow = always\n`,
    )
    vi.stubEnv('GIT_CONFIG_GLOBAL', settings)
    try {
      const rewritten = { ...source('rewritten', ['*.yaml']), url: 'https://rewritten.example.com/rewritten' }
      const { unreachable } = await findStacks(fleetOf(rewritten), { checkouts })
      expect(unreachable[0]?.error.message).toMatch(/transport 'file' not allowed/)
    } finally {
      vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null')
    }
  })

  it('are waited for no longer than somebody wants them', async () => {
    server.commit('aborted', 'main', { 'a.yaml': stack('a') })
    const controller = new AbortController()
    const asked = stacksOf(fleetOf(source('aborted', ['*'])), { checkouts, signal: controller.signal })
    controller.abort()
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

function commitsIn(home: string): readonly string[] {
  return readdirSync(home).filter((name) => !name.startsWith('branch-'))
}

function source(name: string, patterns: readonly string[]): Extract<StackSource, { kind: 'git' }> {
  return { kind: 'git', name, url: `${server.url}/${name}`, branch: 'main', patterns }
}

function fleetOf(...sources: StackSource[]): FleetSpec {
  const path = join(folder, 'fleet.yaml')
  return { name: 'acme', path, sources, rules: [], limits: [], notifications: [] }
}
