import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { blocksOf, pages } from '../support/documentation/markdown.js'
import { shellCommands } from '../support/documentation/shell.js'
import { runEvenkeel, temporaryDirectory } from '../support/evenkeel.js'

/** Commands that ask nobody anything. */
const offline = ['validate', 'schema', 'iam-policy']

const commands = pages()
  .flatMap((page) => blocksOf(page))
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => shellCommands(text))
  .filter(([program, command = '']) => program === 'evenkeel' && offline.includes(command))
  .map((words) => [words.join(' '), words.slice(1)] as const)

const stack = `evenkeel: 1
stack: music-staging
target: sandbox
variables: { size: { type: integer, default: 20 } }
servers: { web: { image: ami-0123456789abcdef0, type: t3.small } }
volumes: { music: { server: web, size: "\${var.size}" } }
`

describe('commands of documentation that need no sandbox', () => {
  it('are found', () => {
    const found = new Set(commands.map(([, [name = '']]) => name))
    expect([...found].sort()).toEqual([...offline].sort())
  })

  it.each(commands)('%s', async (_text, argv) => {
    const { path: cwd, remove } = temporaryDirectory('documentation')
    try {
      const named = argv.find((word) => word.endsWith('.yaml') || word.endsWith('/')) ?? 'stack.yaml'
      const path = join(cwd, named.endsWith('/') ? `${named}one.stack.yaml` : named)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, stack)
      expect(await runEvenkeel(argv, { cwd })).toMatchObject({ exitCode: 0, stderr: '' })
    } finally {
      remove()
    }
  })
})
