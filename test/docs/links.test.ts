import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { brokenLinks, pages } from '../support/documentation/markdown.js'
import { filesBelow, readText, root } from '../support/source-tree.js'

describe('links inside the repository', () => {
  it('are looked for on every page', () => {
    expect(pages().length).toBeGreaterThan(30)
    expect(pages()).toEqual(expect.arrayContaining(['README.md', 'docs/errors.md', 'docs/limits.md']))
  })

  it.each(pages())('%s: lead somewhere', (page) => {
    expect(brokenLinks(page)).toEqual([])
  })

  it('that lead nowhere are found, files and headings', () => {
    const text = [
      '# One: `two`',
      '## Again',
      '## Again',
      '[a](#one-two) [b](#again-1) [c](#three) [d](errors.md#locked) [e](errors.md#locks)',
      '[f](no-such.md) [g](../README.md) [h](https://example.org/no) `[i](no-such.md)`',
      '```',
      '[j](no-such.md)',
      '```',
    ].join('\n')
    expect(brokenLinks('docs/errors.md', text)).toEqual(['#three', 'errors.md#locks', 'no-such.md'])
  })
})

describe('comments of the source', () => {
  const files = ['src', 'test', 'benches', 'scripts'].flatMap((folder) => [
    ...filesBelow(folder, '.ts'),
    ...filesBelow(folder, '.mjs'),
  ])

  it('name pages that there are', () => {
    expect(files.length).toBeGreaterThan(700)
    const broken = files.flatMap((path) => missingPages(readText(path)).map((page) => `${path}: ${page}`))
    expect(broken).toEqual([])
  })

  it('that name a page which is nowhere are found', () => {
    const text = '// as PLAN.md says\n/** A size (ec2-facts, section 3). */\n// docs/errors.md, README.md, errors.md\n'
    expect(missingPages(text)).toEqual(['PLAN.md', 'ec2-facts'])
  })
})

/** What a comment cites and is neither in the root nor in docs/. */
function missingPages(text: string): readonly string[] {
  const comments = [...text.matchAll(/^\s*(?:\/\/|\/?\*).*$/gm)].map(([comment]) => comment).join('\n')
  const named = [...comments.matchAll(/[\w./-]+\.md\b/g)].map(([page]) => page)
  const cited = [...comments.matchAll(/\(([a-z0-9-]+), sections? \d/g)].map(([, page = '']) => page)
  return [...named, ...cited].filter(
    (page) => !['', 'docs/', 'docs/decisions/'].some((folder) => existsSync(join(root, folder, page))),
  )
}
