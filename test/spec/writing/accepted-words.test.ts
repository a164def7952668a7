import { describe, expect, it } from 'vitest'
import { addressOf } from '../../../src/model/address.js'
import type { Change, Diff } from '../../../src/model/change.js'
import { parseStack } from '../../../src/spec/parse.js'
import { rewritten, writtenValue } from '../../../src/spec/writing/accept.js'
import { acceptedWords } from '../../../src/spec/writing/accepted-words.js'

const text = `evenkeel: 1
stack: s
target: sandbox
servers:
  web: { image: ami-0123456789abcdef0, type: t3.small, rootVolume: { size: 9 } }
volumes:
  short: { server: web, size: 3, mount: /srv/a, options: 'noatime,data=ordered', mode: '0755' }
  long: { server: web, size: 3, mount: { path: /srv/b, options: noexec, owner: admin } }
`
const input = { file: 'stack.yaml', text, variables: {}, environment: {} }
const parsed = parseStack(input)
if (!parsed.ok) throw new Error('the stack file has mistakes')
const { spec } = parsed

function accept(kind: 'server' | 'volume', name: string, path: string, before: Diff['before']) {
  const address = addressOf(kind, name)
  const diff = { path, before, after: null, cause: 'drift' } as unknown as Diff
  const change: Change = { address, kind: 'update', reason: '', impact: 'none', diffs: [diff] }
  const { words, refused } = acceptedWords([address], [change], writtenValue(text, []), spec)
  const result = rewritten(input, words)
  expect(result.mistakes).toEqual([])
  return { text: result.text, why: [...refused, ...result.refused].map(({ why }) => why) }
}

describe('what drift becomes in the file', () => {
  it.each([
    ['volume', 'short', 'mount', '/srv/c', 'mount: /srv/a', 'mount: /srv/c'],
    ['volume', 'long', 'mount', '/srv/c', 'path: /srv/b', 'path: /srv/c'],
    ['volume', 'short', 'options', 'rw,relatime', "'noatime,data=ordered'", 'data=ordered'],
    ['volume', 'short', 'options', 'ro,noatime', "'noatime,data=ordered'", "'ro,noatime,data=ordered'"],
    ['volume', 'long', 'options', 'rw,relatime', 'options: noexec, ', ''],
    ['volume', 'long', 'owner', 'www-data', 'owner: admin', 'owner: www-data'],
    ['volume', 'short', 'mode', '700', "mode: '0755'", "mode: '0700'"],
    ['volume', 'short', 'mount', '/srv/${var.x}', 'mount: /srv/a', "mount: '/srv/$${var.x}'"],
    [
      'volume',
      'short',
      'tags.cost',
      '${server.web.id}',
      "mode: '0755' }",
      "mode: '0755', tags: { cost: '$${server.web.id}' } }",
    ],
    ['volume', 'short', 'label', 'MUSIC', "mode: '0755' }", "mode: '0755', label: MUSIC }"],
    ['volume', 'short', 'type', 'gp2', "mode: '0755' }", "mode: '0755', type: gp2 }"],
    ['volume', 'short', 'throughput', 250, "mode: '0755' }", "mode: '0755', throughput: 250 }"],
    ['volume', 'short', 'onRemove', 'retain', "mode: '0755' }", "mode: '0755', onRemove: retain }"],
    ['server', 'web', 'protect', true, '{ size: 9 } }', '{ size: 9 }, protect: true }'],
    ['server', 'web', 'rootVolume.type', 'gp2', '{ size: 9 }', '{ size: 9, type: gp2 }'],
    ['server', 'web', 'rootVolume.onRemove', 'snapshot', '{ size: 9 }', '{ size: 9, onRemove: snapshot }'],
  ] as const)('%s.%s %s %s', (kind, name, path, before, from, to) => {
    expect(accept(kind, name, path, before)).toEqual({ text: text.replace(from, () => to), why: [] })
  })

  it.each([
    ['volume', 'short', 'mount', null, 'not mounted'],
    ['volume', 'short', 'fstab', null, 'apply puts it back'],
    ['volume', 'short', 'attachment', 'i-0123456789abcdef0', 'on no server of the stack'],
    ['volume', 'short', 'tags.Name', 'x', "evenkeel's own"],
    ['server', 'web', 'securityGroups', ['sg-1'], 'sg-1 is no group of the stack'],
    ['server', 'web', 'exists', false, 'it is gone'],
    ['server', 'web', 'image', 'ami-1', 'the file cannot say it'],
  ] as const)('%s.%s %s %s is told', (kind, name, path, before, why) => {
    expect(accept(kind, name, path, before as Diff['before'])).toEqual({ text, why: [expect.stringContaining(why)] })
  })
})
