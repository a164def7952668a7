import { appendFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holdRound } from '../../../src/fleet/embedded/hold-round.js'
import { beginRound, goOnWithRound, lastRound } from '../../../src/fleet/embedded/round-journal.js'
import { isRunName } from '../../../src/fleet/jobs/job.js'
import { newJob, newRound } from '../../../src/fleet/jobs/new-job.js'
import type { FleetJob, JobReport } from '../../../src/fleet/types.js'
import { temporaryDirectory } from '../../support/evenkeel.js'

const jobsOf = (kind: FleetJob['kind'], round: string) =>
  ['a', 'b'].map((id) => newJob({ id, commit: undefined }, { fleet: 'music', round, kind }))
const report = (id: string, exitCode = 0) =>
  ({
    formatVersion: 1,
    round: 'r1',
    kind: 'plan',
    id,
    state: 'in-sync',
    words: '',
    text: '',
    exitCode,
    beganAt: '2026-11-22T10:15:00.000Z',
    endedAt: '2026-11-22T10:15:00.000Z',
  }) as JobReport

describe('the journal of a round', () => {
  let directory: ReturnType<typeof temporaryDirectory>
  beforeEach(() => (directory = temporaryDirectory('fleet-rounds')))
  afterEach(() => directory.remove())
  const begin = (round: string, kind: FleetJob['kind'] = 'plan') =>
    beginRound(directory.path, { round, kind, jobs: jobsOf(kind, round) })
  const last = (kind: FleetJob['kind'] = 'plan') => lastRound(directory.path, kind)

  it('says what has ended, but for what was interrupted, and when nothing is left', () => {
    expect(last()).toBeUndefined()
    const journal = begin('r1')
    journal.ended(report('a'))
    journal.ended(report('b', 130))
    expect(last()).toMatchObject({ round: 'r1', isFinished: false, reports: [{ id: 'a' }] })
    expect(last()?.jobs).toEqual(jobsOf('plan', 'r1'))
    const again = goOnWithRound(directory.path, { round: 'r1' })
    again.ended(report('b'))
    again.finished()
    expect(last()).toMatchObject({ isFinished: true, reports: [{ id: 'a' }, { id: 'b' }] })
  })

  it('is held by one process, as long as that lives', () => {
    const letGo = holdRound(directory.path, 'r1')
    expect(() => holdRound(directory.path, 'r1')).toThrow(`runs still, in process ${process.pid}`)
    letGo()
    // Killed, and its number is another's by now.
    writeFileSync(
      join(directory.path, 'r1.held'),
      JSON.stringify({ pid: process.pid, startedAt: 'before', nonce: 'killed' }),
    )
    holdRound(directory.path, 'r1')()
    expect(readdirSync(directory.path)).toEqual([])
  })

  it('is of the last round of a kind', () => {
    begin('20261122T101500Z-1')
    begin('20261122T101501Z-1', 'drift')
    begin('20261122T101502Z-1')
    expect(last()?.round).toBe('20261122T101502Z-1')
    expect(last('drift')?.round).toBe('20261122T101501Z-1')
    expect(last('apply')).toBeUndefined()
  })

  it('is read as far as it was written', () => {
    begin('r1').ended(report('a'))
    appendFileSync(join(directory.path, 'r1.jsonl'), '{"event":"ended","report":{"formatV')
    expect(last()).toMatchObject({ reports: [{ id: 'a' }] })
    goOnWithRound(directory.path, { round: 'r1' }).ended(report('b'))
    expect(last()).toMatchObject({ reports: [{ id: 'a' }, { id: 'b' }] })
  })

  it('says so where it cannot be written', () => {
    writeFileSync(join(directory.path, 'file'), '')
    const folder = join(directory.path, 'file', 'rounds')
    const unwritable = expect.objectContaining({ code: 'FILE_UNWRITABLE' }) as Error
    expect(() => beginRound(folder, { round: 'r1', kind: 'plan', jobs: [] })).toThrow(unwritable)
    expect(() => goOnWithRound(folder, { round: 'r1' })).toThrow(unwritable)
    expect(() => holdRound(folder, 'r1')).toThrow(unwritable)
  })

  it('has a name that comes behind that of one that began a moment before', () => {
    const at = Date.parse('2026-11-22T10:15:00.250Z')
    const names = [0, 1, 9, 255, 256, 749, 750].map((ms) => newRound(at + ms))
    expect(names.toSorted()).toEqual(names)
    for (const name of names) expect(isRunName(name)).toBe(true)
  })

  it('is none where somebody else wrote it, or it is another round', () => {
    begin('r1')
    writeFileSync(
      join(directory.path, 'r2.jsonl'),
      `${JSON.stringify({ event: 'round', formatVersion: 1, round: 'r2', kind: 'plan', jobs: [{ formatVersion: 1, kind: 'destroy' }] })}\n`,
    )
    writeFileSync(
      join(directory.path, 'r3.jsonl'),
      `${JSON.stringify({ event: 'round', formatVersion: 1, round: '../r1', kind: 'plan', jobs: [] })}\n`,
    )
    writeFileSync(join(directory.path, 'r4.jsonl'), '\u0000')
    expect(last()?.round).toBe('r1')
  })

  it('lies there for its owner alone, with the newest fifty', () => {
    // Of one that was killed.
    holdRound(directory.path, 'r100')
    for (let at = 0; at < 60; at += 1) begin(`r${at + 100}`)
    const files = readdirSync(directory.path).sort()
    expect(files).toHaveLength(50)
    expect(files.at(-1)).toBe('r159.jsonl')
    expect(statSync(join(directory.path, 'r159.jsonl')).mode & 0o777).toBe(0o600)
  })
})
