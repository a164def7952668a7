import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { gitHead } from '../../src/app/git-head.js'
import { findRevision } from '../../src/app/revision.js'
import { cleanEnvironment, temporaryDirectory } from '../support/evenkeel.js'

const own = Object.fromEntries(Object.entries(cleanEnvironment()).filter(([name]) => !name.startsWith('GIT_')))
const who = ['-c', 'user.name=Me', '-c', 'user.email=me@example.org', '-c', 'commit.gpgsign=false']

describe('the commit that is checked out', () => {
  const { path: folder, remove } = temporaryDirectory('git-head')
  const path = process.env['PATH']
  afterAll(remove)
  afterEach(() => {
    process.env['PATH'] = path
  })

  const git = (directory: string, ...words: readonly string[]) =>
    execFileSync('git', ['-C', directory, ...who, ...words], { encoding: 'utf8', env: own, stdio: 'pipe' }).trim()
  function repository(name: string): string {
    const directory = join(folder, name)
    mkdirSync(join(directory, 'stacks/prod'), { recursive: true })
    git(directory, 'init', '-q', '-b', 'main')
    return directory
  }
  function commit(directory: string): string {
    writeFileSync(join(directory, 'stacks/prod/stack.yaml'), String(Math.random()))
    git(directory, 'add', '.')
    git(directory, 'commit', '-qm', 'Change')
    return git(directory, 'rev-parse', 'HEAD')
  }

  it('is what git says, after each commit, packed, on a branch with a slash, and detached', async () => {
    const directory = repository('plain')
    const inside = join(directory, 'stacks/prod')
    expect(gitHead(inside)).toBeUndefined()
    const first = commit(directory)
    expect(gitHead(inside)).toBe(first)
    git(directory, 'pack-refs', '--all')
    expect(gitHead(inside)).toBe(first)
    const second = commit(directory)
    expect(gitHead(inside)).toBe(second)
    git(directory, 'checkout', '-q', '-b', 'feature/one')
    const third = commit(directory)
    expect(gitHead(inside)).toBe(third)
    git(directory, 'checkout', '-q', '--detach', first)
    expect(gitHead(inside)).toBe(first)
  })

  it('is read without git being there', async () => {
    const directory = repository('alone')
    const first = commit(directory)
    process.env['PATH'] = folder
    expect(await findRevision(undefined, [join(directory, 'stacks')])).toBe(first)
  })

  it('is asked of git where its files do not say it plainly', async () => {
    const directory = repository('main')
    const first = commit(directory)
    const tree = join(folder, 'tree')
    git(directory, 'worktree', 'add', '-q', '-b', 'other', tree)
    const second = commit(tree)
    expect([gitHead(tree), await findRevision(undefined, [tree])]).toEqual([undefined, second])
    expect(gitHead(directory)).toBe(first)
    const bare = join(folder, 'bare.git')
    git(folder, 'clone', '-q', '--bare', directory, bare)
    writeFileSync(join(directory, '.git/HEAD'), 'ref: refs/heads/.invalid\n')
    expect(gitHead(directory)).toBeUndefined()
    expect(gitHead(join(folder, 'nowhere'))).toBeUndefined()
    expect([gitHead(join(bare, 'refs')), await findRevision(undefined, [join(bare, 'refs')])]).toEqual([
      undefined,
      first,
    ])
  })

  it('is none outside of repositories, which takes no git', async () => {
    const directory = join(folder, 'outside/stacks')
    mkdirSync(directory, { recursive: true })
    expect(() => git(directory, 'rev-parse', 'HEAD')).toThrow('not a git repository')
    expect(gitHead(directory)).toBeNull()
    expect(await findRevision(undefined, [directory])).toBeUndefined()
  })
})
