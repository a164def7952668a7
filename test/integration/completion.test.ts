import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cleanEnvironment, mainPath, temporaryDirectory } from '../support/evenkeel.js'
import { onTerminal } from '../support/pseudo-terminal.js'
import { root } from '../support/source-tree.js'
import { image } from '../support/stacks.js'

const stack = `
evenkeel: 1
stack: tab
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a, count: 2 }
  db: { image: ${image}, type: t3.small, zone: us-east-1a }
`

/** A line that is typed, and what Tab makes of it. */
const lines: readonly (readonly [typed: string, bash: string, zsh: string])[] = [
  ['evenkeel comple', 'evenkeel completion ', 'evenkeel completion '],
  ['evenkeel exec server.d', 'evenkeel exec server.db ', 'evenkeel exec server.db '],
  ['evenkeel exec server.web\\[1', 'evenkeel exec server.web\\[1\\] ', 'evenkeel exec server.web\\[1\\] '],
  ["evenkeel stop 'server.web[0", "evenkeel stop 'server.web[0]' ", "evenkeel stop 'server.web[0]' "],
  ['evenkeel put x d', 'evenkeel put x db:/', 'evenkeel put x db:/'],
  ['evenkeel plan --detailed', 'evenkeel plan --detailed-exitcode ', 'evenkeel plan --detailed-exitcode '],
  [
    'evenkeel plan --var-file=odd',
    'evenkeel plan --var-file=odd\\ name.yaml ',
    'evenkeel plan --var-file=odd\\ name.yaml ',
  ],
]

describe('completion', () => {
  const { path: directory, remove } = temporaryDirectory('completion')
  const env = {
    ...cleanEnvironment({}),
    HOME: directory,
    PATH: `${join(directory, 'bin')}:${process.env['PATH'] ?? ''}`,
  }
  const script = (shell: string) => join(root, 'completions', `evenkeel.${shell}`)

  beforeAll(() => {
    mkdirSync(join(directory, 'bin'))
    const program = join(directory, 'bin/evenkeel')
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${mainPath}' "$@"\n`)
    chmodSync(program, 0o755)
    writeFileSync(join(directory, 'stack.yaml'), stack)
    writeFileSync(join(directory, 'odd name.yaml'), '')
  })
  afterAll(remove)

  /** Types a line and Tab, and waits until what is wanted stands there; nothing of it is run. */
  function shown(argv: readonly string[], begin: string, typed: string, wanted: string): Promise<unknown> {
    return onTerminal(argv, { cwd: directory, env }, [
      ['', `PS1='ready''> '; ${begin}\n`],
      ['ready> ', `${typed}\t`],
      [wanted.trimEnd(), '\u0015exit\n'],
    ])
  }

  it.each(lines)('in bash: %s', { timeout: 60_000 }, async (typed, wanted) => {
    const begin = `bind 'set enable-bracketed-paste off'; source '${script('bash')}'`
    await expect(shown(['bash', '--norc', '--noprofile', '-i'], begin, typed, wanted)).resolves.toMatchObject({
      exitCode: 0,
    })
  })

  it.skipIf(isMissing('zsh')).each(lines)('in zsh: %s', { timeout: 60_000 }, async (typed, _, wanted) => {
    const begin = `unsetopt PROMPT_SP; autoload -U compinit; compinit -u -D; source '${script('zsh')}'`
    await expect(shown(['zsh', '-f', '-i'], begin, typed, wanted)).resolves.toMatchObject({ exitCode: 0 })
  })

  it.skipIf(isMissing('fish')).each([
    ['evenkeel comple', ['completion']],
    ['evenkeel exec server.', ['server.db', 'server.web[0]', 'server.web[1]']],
    ["evenkeel stop 'server.w", ['server.web[0]', 'server.web[1]']],
    ['evenkeel put x d', ['db:/']],
    ['evenkeel plan --var-file=odd', ['--var-file=odd name.yaml']],
  ] as const)('in fish: %s', (typed, wanted) => {
    const command = `source '${script('fish')}'; complete -C ${JSON.stringify(typed)}`
    const { stdout } = spawnSync('fish', ['-c', command], { cwd: directory, env, encoding: 'utf8' })
    const words = stdout.split('\n').flatMap((line) => line.split('\t')[0] || [])
    expect(words.sort()).toEqual([...wanted])
  })
})

function isMissing(program: string): boolean {
  return spawnSync(program, ['--version']).error !== undefined
}
