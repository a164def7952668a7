import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { findRevision, newRunId } from '../../src/app/revision.js'
import { temporaryDirectory } from '../support/evenkeel.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('findRevision', () => {
  it('is what the command line says, else what the CI says', async () => {
    vi.stubEnv('GITHUB_SHA', 'abc')
    await expect(findRevision('v1', ['/'])).resolves.toBe('v1')
    await expect(findRevision(undefined, ['/'])).resolves.toBe('abc')
  })

  it('is the commit of the stack file’s repository, and nothing outside one', async () => {
    vi.stubEnv('GITHUB_SHA', '')
    vi.stubEnv('CI_COMMIT_SHA', '')
    const { path, remove } = temporaryDirectory('revision')
    try {
      await expect(findRevision(undefined, [path])).resolves.toBeUndefined()
      const git = (...args: string[]) =>
        execFileSync('git', ['-C', path, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args])
      git('init', '--quiet')
      git('commit', '--quiet', '--allow-empty', '--message', 'first')
      await expect(findRevision(undefined, [path])).resolves.toMatch(/^[0-9a-f]{40}$/)
      // A base beside it is of the same commit, one of another repository is not.
      await expect(findRevision(undefined, [path, path])).resolves.toMatch(/^[0-9a-f]{40}$/)
      await expect(findRevision(undefined, ['/', path])).resolves.toBeUndefined()
      const other = join(path, 'other')
      execFileSync('git', ['clone', '--quiet', path, other])
      execFileSync('git', [
        '-C',
        other,
        '-c',
        'user.name=t',
        '-c',
        'user.email=t@t',
        'commit',
        '--quiet',
        '--allow-empty',
        '--message',
        'second',
      ])
      const both = await findRevision(undefined, [path, other])
      expect(both).toMatch(/^[0-9a-f]{40}\+[0-9a-f]{40}$/)
    } finally {
      remove()
    }
  })
})

describe('newRunId', () => {
  it('sorts by time and does not repeat', () => {
    expect(newRunId(Date.UTC(2026, 10, 21, 12, 3, 4))).toMatch(/^20261121T120304Z-[0-9a-f]{6}$/)
    expect(newRunId(0)).not.toBe(newRunId(0))
  })
})
