import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { load } from 'js-yaml'
import { parseFleet } from '../../src/fleet/file/read-fleet.js'
import { parseStack } from '../../src/spec/parse.js'
import { commandMistake, wordsMistake } from '../support/documentation/command-mistake.js'
import { blocksOf, codeWordsOf, pages, type Block } from '../support/documentation/markdown.js'
import { shellCommands } from '../support/documentation/shell.js'
import { readText } from '../support/source-tree.js'

/** What a block can be, and what its marks can say: `desk`, `one` and `two` are machines, `aws` is for EC2 itself, `workflow` is no stack file, `set` is one of several files that environments.test.ts reads together. */
const known: Readonly<Record<string, readonly string[]>> = {
  '': [],
  console: ['desk', 'one', 'two'],
  dot: [],
  mermaid: [],
  json: [],
  sh: ['aws'],
  text: [],
  yaml: ['aws', 'workflow', 'set'],
  ts: [],
  js: [],
  hcl: [],
  ini: [],
}

const blocks = pages().flatMap((page) => blocksOf(page))
const placed = (language: string) =>
  blocks.filter((block) => block.language === language).map((block) => [`${block.page}:${block.line}`, block] as const)

describe('blocks of documentation', () => {
  it('have a language and marks that are looked at', () => {
    expect(blocks.length).toBeGreaterThan(40)
    const strange = blocks.filter(
      ({ language, marks }) => !known[language] || marks.some((mark) => !known[language]?.includes(mark)),
    )
    expect(strange.map(({ page, line, language }) => `${page}:${line} ${language}`)).toEqual([])
  })

  it.each(placed('yaml'))('%s is a stack file without mistakes, or a part of one, or a fleet file', (_place, block) => {
    expect(mistakesOf(block)).toEqual([])
  })

  it.each(placed('json'))('%s is JSON', (_place, { text }) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow()
  })

  it.each(placed('sh'))('%s is shell, and its commands are evenkeel’s', async (_place, block) => {
    expect(() => execFileSync('sh', ['-n'], { input: block.text, stdio: 'pipe' })).not.toThrow()
    expect(await shellMistakes(block.text)).toEqual([])
    expect(asksAws(block.text)).toBe(block.marks.includes('aws'))
  })

  it.each(placed('console'))('%s has commands of evenkeel', async (_place, { text }) => {
    const typed = [...text.matchAll(/^\$ (.+)$/gm)].map(([, command = '']) => command)
    expect(typed).not.toEqual([])
    expect(await shellMistakes(typed.join('\n'))).toEqual([])
  })
})

describe('words of documentation', () => {
  // What has been is told in the changelog and in decisions.
  // What is not there is told in docs/limits.md, which has a test of its own.
  const past = /^(?:CHANGELOG\.md|docs\/decisions\/.*|docs\/limits\.md)$/
  const present = pages().filter((page) => !past.test(page))

  it.each(present)('%s names commands and options that there are', async (page) => {
    const words = codeWordsOf(readText(page)).filter((text) => /^evenkeel [a-z-]/.test(text))
    const mistakes = await Promise.all(
      words.flatMap((text) =>
        shellCommands(text).map(async ([, ...argv]) => [text, await wordsMistake(argv)] as const),
      ),
    )
    expect(mistakes.filter(([, mistake]) => mistake !== undefined)).toEqual([])
  })
})

describe('a planted mistake is found', () => {
  const plant = (language: string, text: string): Block => ({ page: 'x.md', line: 1, language, marks: [], text })

  it.each([
    'evenkeel plan --nonsense',
    'evenkeel plant',
    'x=$(evenkeel sandbox up --hosts many)',
    'true | evenkeel trust web',
  ])('%s', async (text) => expect(await shellMistakes(text)).toHaveLength(1))

  it('in words', async () => {
    expect(await wordsMistake(['sandbox', 'up', '--hots'])).toContain('--hots')
    expect(await wordsMistake(['lok', 'show'])).toContain('lok')
    expect(await wordsMistake(['snapshots', 'delete', 'VOLUME', '--version', 'N'])).toBeUndefined()
  })

  it('in a stack file, in a part of one, and in a fleet file', () => {
    expect(mistakesOf(plant('yaml', 'evenkeel: 1\nfleet: x\nstacks: [{ file: [a] }]\n'))).toHaveLength(1)
    expect(mistakesOf(plant('yaml', 'evenkeel: 1\nstack: x\nvolumes: { a: { sise: 1 } }\n'))).toHaveLength(1)
    expect(mistakesOf(plant('yaml', 'volumes: { a: { size: 1, fstype: ext5 } }\n'))).toHaveLength(1)
    expect(mistakesOf(plant('yaml', 'volumes: { a: { size: 1, server: web } }\n'))).toEqual([])
  })
})

/** A part of a stack file may name what stands in the rest of it. */
function mistakesOf({ text, marks }: Block): readonly string[] {
  if (marks.includes('workflow') || marks.includes('set'))
    return typeof load(text) === 'object' ? [] : ['it is no mapping']
  if (/^fleet: /m.test(text)) {
    const fleet = parseFleet('fleet.yaml', text, '/srv/fleet.yaml', () => 'file')
    return 'diagnostics' in fleet ? fleet.diagnostics.map(({ line, message }) => `${line}: ${message}`) : []
  }
  const isWhole = /^evenkeel: 1/m.test(text)
  const whole = isWhole ? text : `evenkeel: 1\nstack: part\n${text}`
  const parsed = parseStack({ file: 'stack.yaml', text: whole, variables: {} })
  if (parsed.ok) return []
  const mistakes = parsed.diagnostics.filter(({ code }) => isWhole || code !== 'SPEC_UNKNOWN_REFERENCE')
  return mistakes.map(({ line, message }) => `${line}: ${message}`)
}

async function shellMistakes(text: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const words of shellCommands(text)) {
    if (words[0] !== 'evenkeel') continue
    const mistake = await commandMistake(words.slice(1))
    if (mistake !== undefined) found.push(`${words.join(' ')}: ${mistake}`)
  }
  return found
}

/** Whether it asks AWS itself: the command line of AWS, without the sandbox's exports before it. */
function asksAws(text: string): boolean {
  const names = shellCommands(text).map(([name]) => name)
  return names.includes('aws') && !text.includes('sandbox env')
}
