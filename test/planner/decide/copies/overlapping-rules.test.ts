import { expect, it } from 'vitest'
import { makePlan } from '../../../../src/planner/make-plan.js'
import { emptyLive, specOf } from '../../../support/live-stack.js'
import { withVolume } from '../../../support/stack-texts.js'

/** What the plan of two rules on one server warns of: `outer` deletes into /srv, and the other writes to `inner`. */
function warningsOf(inner: string, outer = 'from: ./all/, to: volume.data/, delete: true'): readonly string[] {
  const rules = `sync:\n  outer: { ${outer} }\n  inner: { ${inner} }\n`
  const spec = specOf(`${withVolume('server: web, size: 10, mount: /srv')}${rules}`)
  return makePlan(spec, emptyLive(spec))
    .problems.filter(({ code }) => code === 'PLAN_COPIES_OVERLAP')
    .map(({ address, message, path }) => `${address} ${path?.join('.')} ${message.replace(/.* to /, '')}`)
}

it.each([
  ['below it, on the volume', 'from: ./part/, to: volume.data/part/', '/srv/part'],
  ['below it, by the path on the server', "from: ./part/, to: 'web:/srv/a/b/'", '/srv/a/b'],
  ['to the same directory', 'from: ./part/, to: volume.data/', '/srv'],
  ['a directory by its name into it', 'from: ./part, to: volume.data/', '/srv/part'],
])('a rule that deletes is warned of one that writes %s', (_, inner, path) => {
  expect(warningsOf(inner)).toEqual([`sync.outer delete ${path}, at each apply anew`])
})

const patterns = ['/part', 'part/', 'par*', '/part/***', '/p?rt']

it.each<[string, string, string | undefined]>([
  ['beside it', "from: ./part/, to: 'web:/srv2/'", undefined],
  ['above it', "from: ./part/, to: 'web:/'", undefined],
  ['to the same path on this machine', 'from: volume.data/, to: /srv/part/', undefined],
  ['below it, where it deletes nothing', 'from: ./part/, to: volume.data/part/', 'from: ./all/, to: volume.data/'],
  [
    'beside what it fills by name',
    'from: ./part/, to: volume.data/part/',
    'from: ./all, to: volume.data/, delete: true',
  ],
  ...patterns.map((pattern): [string, string, string] => [
    `what it excludes by ${pattern}`,
    'from: ./part/, to: volume.data/part/',
    `from: ./all/, to: volume.data/, delete: true, exclude: ['${pattern}']`,
  ]),
])('and not of one that writes %s', (_, inner, outer) => {
  expect(warningsOf(inner, outer)).toEqual([])
})

it('says of two that delete in one directory that each undoes the other', () => {
  expect(warningsOf('from: ./part/, to: volume.data/, delete: true')).toHaveLength(2)
})
