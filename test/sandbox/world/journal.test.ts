import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Journal, type Entry } from '../../../src/sandbox/world/journal.js'

describe('the journal', () => {
  const dir = mkdtempSync(join(tmpdir(), 'evenkeel-journal-'))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))
  const read = (path: string) => {
    const entries: Entry[] = []
    new Journal(path).replay((entry) => entries.push(entry))
    return entries
  }

  test('a commit is one line, and is there after the process', () => {
    const path = join(dir, 'one.jsonl')
    const journal = new Journal(path)
    journal.start(() => [['a', '1', { x: 1 }]])
    journal.note(['a', '2', { x: 2 }])
    journal.note(['a', '1', null])
    expect(read(path)).toHaveLength(1)
    journal.commit()
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(2)
    expect(read(path)).toEqual([
      ['a', '1', { x: 1 }],
      ['a', '2', { x: 2 }],
      ['a', '1', null],
    ])
    journal.close()
  })

  test('one that has outgrown its world is written anew while it is in use', () => {
    const path = join(dir, 'two.jsonl')
    const journal = new Journal(path)
    let current: Entry = ['a', '1', 'first']
    journal.start(() => [current])
    for (let round = 0; round < 20; round += 1) {
      current = ['a', '1', `${round}`.padEnd(1 << 20, 'x')]
      journal.note(current)
      journal.commit()
    }
    expect(statSync(path).size).toBeLessThan(8 * 2 ** 20)
    journal.close()
    expect(read(path).at(-1)).toEqual(current)
  })
})
