import { existsSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { filesBelow, readText, root } from '../source-tree.js'

/** Every page that people read, paths from the root. */
export function pages(): readonly string[] {
  return ['README.md', 'CHANGELOG.md', ...filesBelow('docs', '.md'), ...filesBelow('examples', '.md')]
}

/** A fenced block: ```` ```sh aws ```` has the language `sh` and the mark `aws`. */
export interface Block {
  readonly page: string
  /** Of its first line of text. */
  readonly line: number
  readonly language: string
  readonly marks: readonly string[]
  readonly text: string
}

export function blocksOf(page: string, text = readText(page)): readonly Block[] {
  return [...text.matchAll(/^( *)```(.*)\n([^]*?)^ *```$/gm)].map(
    ({ index, 1: indent = '', 2: info = '', 3: body = '' }) => {
      const [language = '', ...marks] = info.trim().split(/\s+/)
      const line = text.slice(0, index).split('\n').length + 1
      return { page, line, language, marks, text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), '') }
    },
  )
}

/** Words in backquotes, outside of blocks. */
export function codeWordsOf(text: string): readonly string[] {
  return [...withoutBlocks(text).matchAll(/`([^`]+)`/g)].map(([, words = '']) => words.replaceAll(/\s+/g, ' '))
}

/** Links to files of the repository and to headings that are not there. */
export function brokenLinks(page: string, text = readText(page)): readonly string[] {
  const plain = withoutBlocks(text).replaceAll(/`[^`]*`/g, '')
  const targets = [...plain.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return targets.filter((target) => !/^[a-z]+:/.test(target) && !isThere(page, text, target))
}

function isThere(page: string, text: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : posix.join(dirname(page), path)
  if (!existsSync(join(root, file))) return false
  return anchor === undefined || anchorsOf(path === '' ? text : readText(file)).has(anchor)
}

/** What can stand behind a `#`, as GitHub makes it of the headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutBlocks(text).matchAll(/^#{1,6} +(.+)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
    const same = [...anchors].filter((anchor) => anchor === slug || anchor.replace(/-\d+$/, '') === slug).length
    anchors.add(same === 0 ? slug : `${slug}-${same}`)
  }
  return anchors
}

function withoutBlocks(text: string): string {
  return text.replaceAll(/^ *```[^]*?^ *```$/gm, '')
}
