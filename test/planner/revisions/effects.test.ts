import { describe, expect, it } from 'vitest'
import type { RevisionChange } from '../../../src/model/stacks/revision-change.js'
import { compareRevisions } from '../../../src/planner/revisions/compare-revisions.js'
import { parseStack } from '../../../src/spec/parse.js'
import { changedTexts } from '../../support/reference/changed-plan.js'
import type { Effect } from '../../support/reference/changes/key-change.js'
import { keyTable } from '../../support/reference/changes/key-table.js'

/** Where only what is live decides, and two files alone tell less or more. */
const byTheWorld: Readonly<Record<string, Effect>> = {
  // Told as what happens where an image's name, or a directory, means something else.
  'servers.*.image.owner': 'replacement',
  'servers.*.image.name': 'replacement',
  'servers.*.image.architecture': 'replacement',
  'servers.*.image.ssm': 'replacement',
  // Whether a group is there already is nothing that a file says.
  'securityGroups.*.network': 'in-place',
  // Nor is whether a volume has snapshots.
  'volumes.*.snapshots.share': 'in-place',
  // Nor is whether there are copies.
  'volumes.*.snapshots.regions[].encrypted': 'nothing',
  'volumes.*.snapshots.regions[].kmsKey': 'nothing',
  'archives.*.regions[].encrypted': 'nothing',
  'archives.*.regions[].kmsKey': 'nothing',
  'archives.*.from': 'in-place',
  'sync.*.from': 'in-place',
}

const entries = /^(keyPairs|securityGroups|servers|volumes|sync|archives)\b/
const contents = new Map<string, string>()
const changes = Object.entries(keyTable).flatMap(([path, { changes }]) =>
  changes === 'as the value' || !entries.test(path)
    ? []
    : changes.map((change) => ({ path, when: change.when ?? '', change })),
)

/** As docs/stack-file.md words it, which a test tries on the planner. */
function effectOf(found: readonly RevisionChange[]): Effect {
  const kinds = new Set(found.map(({ kind }) => kind))
  if (found.some(({ refused }) => refused !== undefined)) return 'refused'
  if (kinds.has('create') && kinds.has('remove')) return 'anew'
  if (kinds.has('create')) return 'created'
  if (kinds.has('remove')) return 'removed'
  if (kinds.has('replace')) return 'replacement'
  const harm = found.map(({ impact }) => impact).find((impact) => impact === 'downtime' || impact === 'restart')
  if (harm === 'downtime' || harm === 'restart') return harm
  if (kinds.has('update')) return 'in-place'
  return found.some(({ diffs }) => diffs.some(({ effect }) => effect === 'left')) ? 'left' : 'nothing'
}

describe('what is said of a change between two revisions', () => {
  it.each(changes)('$path $when: $change.does', ({ path, when, change }) => {
    const { before, after, addresses } = changedTexts(path, change)
    const [old, young] = [before, after].map((text) => parseStack({ file: 'stack.yaml', text, variables: {} }))
    const [was, is] = [old, young].map((read) => (read?.ok ? { spec: read.spec, contents } : undefined))
    const { changes: found } = compareRevisions(was, is)
    const own = found.filter(({ address }) => addresses.test(address))
    // Some files are refused by themselves.
    const seen = was && is ? effectOf(own) : 'refused'
    expect(seen).toBe(byTheWorld[`${path} ${when}`.trim()] ?? change.does)
  })
})
