import { describe, expect, it } from 'vitest'
import { brokenLinks, pages } from '../support/documentation/markdown.js'

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
