import { describe, expect, it } from 'vitest'
import type { Schema } from '../support/reference/schema-keys.js'
import { schemaKeys } from '../support/reference/schema-keys.js'
import { keyTable } from '../support/reference/changes/key-table.js'
import { tryChange } from '../support/reference/changed-plan.js'
import { readText } from '../support/source-tree.js'

const schema = JSON.parse(readText('schema/stack.schema.json')) as Schema
const keys = schemaKeys(schema)

const changes = Object.entries(keyTable).flatMap(([path, { changes }]) =>
  changes === 'as the value' ? [] : changes.map((change) => ({ path, when: change.when ?? '', change })),
)

describe('what a change of a key does', () => {
  it('is told of every key of the schema, and of no other', () => {
    expect(keys.length).toBeGreaterThan(100)
    expect(Object.keys(keyTable).toSorted()).toEqual(keys.map(({ path }) => path).toSorted())
  })

  it.each(changes)('$path $when: $change.does', ({ path, change }) => {
    const seen = tryChange(path, change)
    expect(seen).toMatchObject({ does: [change.does] })
    if (change.by !== undefined) expect(seen.steps).toContain(change.by)
    if (change.code === undefined) expect(seen.codes).toEqual([])
    else expect(seen.codes).toContain(change.code)
  })
})
