import { describe, expect, it } from 'vitest'
import { commandTree } from '../../src/cli/commands/command-tree.js'
import { candidatesFor } from '../../src/cli/commands/machine/candidates.js'
import { escaped, readShellLine } from '../../src/cli/commands/machine/shell-line.js'
import { specOf } from '../support/live-stack.js'
import { image } from '../support/stacks.js'

const spec = specOf(`
evenkeel: 1
stack: tab
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a, count: 2 }
volumes:
  data: { server: 'web[0]', size: 1 }
sync:
  site: { from: /srv/, to: volume.data/ }
`)
const program = await commandTree({ version: '', docs: 'docs' }, () => undefined)

const asked: (string | undefined)[] = []
const words = (...typed: string[]) => {
  const { words: found, files } = candidatesFor(program, typed, (file) => {
    asked.push(file)
    return spec
  })
  return [...found.map(({ word }) => word), ...(files ? ['(files)'] : [])]
}

describe('what can complete a command line', () => {
  it.each([
    [['chec'], ['checkpoint', 'checkpoints']],
    [
      ['lock', ''],
      ['show', 'break'],
    ],
    [['plan', '--mark'], ['--markdown']],
    [['plan', 's'], ['(files)']],
    [['plan', '--var-file', ''], ['(files)']],
    [['plan', '--var-file='], ['(files)']],
    [['plan', '--target', ''], ['sandbox']],
    [
      ['sandbox', 'up', '--hosts', ''],
      ['auto', 'linux', 'none'],
    ],
    [['sandbox', 'up', '--hosts=l'], ['--hosts=linux']],
    [
      ['exec', ''],
      ['server.web[0]', 'server.web[1]'],
    ],
    [
      ['exec', 'web'],
      ['web[0]', 'web[1]'],
    ],
    [['stop', '--yes', 'server.web[0]', 'server.web[1'], ['server.web[1]']],
    [['restore', ''], ['volume.data']],
    [['sync', 's'], ['sync.site']],
    [['resolve', 'v'], ['volume.data']],
    [
      ['get', 'vol'],
      ['volume.data/', '(files)'],
    ],
    [['exec', 'web', '--', 'cat', '/etc/'], ['(files)']],
    [['completion', 'z'], ['zsh']],
    [['nonsense', '--x'], []],
  ])('%j', (typed, wanted) => {
    expect(words(...typed)).toEqual(wanted)
  })

  it('reads the stack file that is named', () => {
    asked.length = 0
    words('exec', '-f', 'a.yaml', '')
    words('exec', '--file=b.yaml', '')
    words('exec', '')
    expect(asked).toEqual(['a.yaml', 'b.yaml', undefined])
  })
})

describe('a line of a shell', () => {
  it.each([
    ['evenkeel ', ['evenkeel', ''], undefined],
    ['a "b c', ['a', 'b c'], '"'],
    ["a 'b\\", ['a', 'b\\'], "'"],
    ['a b\\ c\\[0', ['a', 'b c[0'], undefined],
    ["a ''", ['a', ''], undefined],
    ['', [''], undefined],
  ] as const)('%j', (line, wanted, quote) => expect(readShellLine(line)).toEqual({ words: wanted, quote }))

  it('takes an escaped word for one word', () => {
    for (const word of ['server.web[0]', "it's", 'a b$c`d', 'x\\y', 'ä*?'])
      expect(readShellLine(escaped(word))).toEqual({ words: [word], quote: undefined })
  })
})
