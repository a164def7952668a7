import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRunJournal } from '../../src/app/run-journal.js'
import { temporaryDirectory } from '../support/evenkeel.js'

let directory: ReturnType<typeof temporaryDirectory>
let before: string | undefined
let failures: string[]

beforeEach(() => {
  directory = temporaryDirectory('journal')
  before = process.env['XDG_STATE_HOME']
  process.env['XDG_STATE_HOME'] = directory.path
  failures = []
})
afterEach(() => {
  if (before === undefined) delete process.env['XDG_STATE_HOME']
  else process.env['XDG_STATE_HOME'] = before
  directory.remove()
})

const open = (run: string) => openRunJournal({ stack: 'music', run }, (text) => failures.push(text))
const runs = () => join(directory.path, 'evenkeel', 'runs', 'music')

describe('the journal of a run', () => {
  it("is its owner's alone, and has every line", () => {
    const journal = open('one')
    journal.write('{"a":1}\n')
    journal.write('{"a":2}\n')
    expect(readFileSync(join(runs(), 'one.jsonl'), 'utf8')).toBe('{"a":1}\n{"a":2}\n')
    expect(statSync(join(runs(), 'one.jsonl')).mode & 0o777).toBe(0o600)
    expect(statSync(runs()).mode & 0o777).toBe(0o700)
    expect(failures).toEqual([])
  })

  it('is not made by a run that says nothing', () => {
    open('silent')
    expect(readdirSync(directory.path)).toEqual([])
  })

  it('that cannot be written is told once, and ends nothing', () => {
    writeFileSync(join(directory.path, 'evenkeel'), 'a file is in the way')
    const journal = open('refused')
    journal.write('a\n')
    journal.write('b\n')
    expect(failures).toHaveLength(1)
    expect(failures[0]).toContain('cannot be written')
    rmSync(join(directory.path, 'evenkeel'))
    // Half a journal would be none.
    journal.write('c\n')
    expect(readdirSync(directory.path)).toEqual([])
  })

  it('ends before it fills the disk', () => {
    const journal = open('long')
    const line = `${'x'.repeat(2 ** 20 - 1)}\n`
    for (let mebibytes = 0; mebibytes < 70; mebibytes += 1) journal.write(line)
    expect(statSync(join(runs(), 'long.jsonl')).size).toBe(64 * 2 ** 20)
    expect(failures).toEqual([expect.stringContaining('it has 64 MiB, which is as long as one gets')])
  })

  it('makes room: the newest fifty of a stack are kept, and nothing else there is touched', () => {
    mkdirSync(runs(), { recursive: true })
    for (let age = 1; age <= 60; age += 1) {
      const path = join(runs(), `old-${age}.jsonl`)
      writeFileSync(path, '')
      utimesSync(path, 1_000_000 - age, 1_000_000 - age)
    }
    writeFileSync(join(runs(), 'notes.txt'), 'mine')
    open('new').write('{}\n')
    const kept = readdirSync(runs())
    expect(kept.filter((name) => name.endsWith('.jsonl'))).toHaveLength(50)
    for (const name of ['new.jsonl', 'old-1.jsonl', 'old-49.jsonl', 'notes.txt']) expect(kept).toContain(name)
    expect(kept).not.toContain('old-50.jsonl')
  })
})
