import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  conflictingLine,
  type ManagedLine,
  parseFstab,
  removeManagedLine,
  writeManagedLine,
} from '../../../src/hosts/mounts/fstab-text.js'
import { hostileWord } from '../../support/stub-server/hostile-words.js'

const music: ManagedLine = {
  volumeId: 'vol-0123456789abcdef0',
  source: 'UUID=5a1e',
  path: '/srv/my music',
  fstype: 'ext4',
  options: 'noatime,nofail',
  pass: 2,
}
const mark = '# evenkeel vol-0123456789abcdef0 UUID=5a1e'
const line = 'UUID=5a1e\t/srv/my\\040music\text4\tnoatime,nofail\t0\t2'

describe('a managed line', () => {
  test('is added at the end with a comment above it', () => {
    expect(writeManagedLine('LABEL=/ / ext4 defaults 0 1\n', music)).toBe(
      `LABEL=/ / ext4 defaults 0 1\n${mark}\n${line}\n`,
    )
    expect(writeManagedLine('', music)).toBe(`${mark}\n${line}\n`)
  })

  test('does not give the file a last line end that it did not have', () => {
    const text = writeManagedLine('a /a auto', music)
    expect(text).toBe(`a /a auto\n${mark}\n${line}`)
    expect(removeManagedLine(text, music.volumeId)).toBe('a /a auto')
  })

  test('takes the place of the older one', () => {
    const before = writeManagedLine('a /a auto\n', { ...music, options: 'old', source: 'UUID=0000' }) + 'b /b auto\n'
    expect(writeManagedLine(before, music)).toBe(`a /a auto\n${mark}\n${line}\nb /b auto\n`)
  })

  test('is written again below its comment when somebody took it out, and what followed is kept', () => {
    expect(writeManagedLine(`${mark}\nb /b auto\n`, music)).toBe(`${mark}\n${line}\nb /b auto\n`)
    expect(removeManagedLine(`${mark}\nb /b auto\n`, music.volumeId)).toBe('b /b auto\n')
  })

  test('takes over a line of somebody for the same filesystem and mount point', () => {
    expect(writeManagedLine('UUID=5a1e /srv/my\\040music ext4 defaults 0 0\nb /b auto\n', music)).toBe(
      `${mark}\n${line}\nb /b auto\n`,
    )
  })

  test('takes the place of another volume that had its mount point; swap areas have none', () => {
    const other = { ...music, volumeId: 'vol-0a', source: 'UUID=0a' }
    expect(writeManagedLine(writeManagedLine('a /a auto\n', other), music)).toBe(`a /a auto\n${mark}\n${line}\n`)
    const swap = { path: 'none', fstype: 'swap' }
    const text = writeManagedLine(writeManagedLine('', { ...other, ...swap }), { ...music, ...swap })
    expect(parseFstab(text)).toHaveLength(2)
  })

  test('conflicts with a line of somebody else for its mount point, not with its own older one', () => {
    const foreign = '/dev/sdb1   /srv/my\\040music ext4 defaults'
    expect(conflictingLine(`# x\n${foreign}\n`, music)).toBe(foreign)
    expect(conflictingLine(`#${foreign}\n`, music)).toBeUndefined()
    expect(conflictingLine(writeManagedLine('', { ...music, source: 'UUID=0000' }), music)).toBeUndefined()
  })
})

test('lines are read with their escapes, comments and blank lines left out', () => {
  expect(parseFstab(`# a\n\n  UUID=1  /a\\040b\\134c\\303\\251 \t ext4\n/dev/x none swap sw 0 0\r\nbroken\n`)).toEqual([
    { source: 'UUID=1', path: '/a b\\cé', fstype: 'ext4', options: 'defaults' },
    { source: '/dev/x', path: 'none', fstype: 'swap', options: 'sw' },
  ])
})

describe('for every file and every line', () => {
  const otherLine = fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', '')),
    fc.constantFrom(
      '',
      '# comment',
      'UUID=1 / ext4 defaults 0 1',
      'LABEL=x\t/x\txfs\tdefaults\t0\t0\r',
      '# evenkeel vol-0ff UUID=9',
    ),
  )
  const file = fc
    .tuple(fc.array(otherLine, { maxLength: 8 }), fc.boolean())
    .map(([lines, end]) => lines.join('\n') + (end ? '\n' : ''))
  const managed = fc.record({
    volumeId: fc.constantFrom('vol-0aaa', 'vol-0bbb'),
    source: fc.constantFrom('UUID=a', 'UUID=b'),
    path: fc
      .string({ unit: 'binary', minLength: 1 })
      .map((text) => `/${Buffer.from(text.replaceAll('\0', '')).toString()}`),
    fstype: fc.constant('ext4'),
    options: fc.constant('defaults,nofail'),
    pass: fc.constantFrom(0 as const, 2 as const),
  })

  test('writing twice is writing once, and the line is read back', () => {
    fc.assert(
      fc.property(file, managed, (text, wanted) => {
        const once = writeManagedLine(text, wanted)
        expect(writeManagedLine(once, wanted)).toBe(once)
        expect(parseFstab(once)).toContainEqual({
          source: wanted.source,
          path: wanted.path,
          fstype: wanted.fstype,
          options: wanted.options,
        })
      }),
    )
  })

  test('removing what was written restores the file', () => {
    fc.assert(
      fc.property(file, managed, (text, wanted) => {
        expect(removeManagedLine(writeManagedLine(text, wanted), wanted.volumeId)).toBe(text)
      }),
    )
  })

  test('two volumes do not disturb each other', () => {
    fc.assert(
      fc.property(file, managed, managed, (text, first, second) => {
        fc.pre(first.volumeId !== second.volumeId && first.source !== second.source)
        const both = writeManagedLine(writeManagedLine(text, first), second)
        expect(removeManagedLine(removeManagedLine(both, first.volumeId), second.volumeId)).toBe(text)
        expect(removeManagedLine(both, first.volumeId)).toBe(writeManagedLine(text, second))
      }),
    )
  })

  test('mount(8) and its like read the line as it was meant', () => {
    const line = fc.record({ path: hostileWord(), options: hostileWord(), label: hostileWord() })
    const written = fc.sample(line, 150)
    const lines = written.map(({ path, options, label }) =>
      writeManagedLine('', { ...music, source: `LABEL=${label}`, path: `/${path}`, options }),
    )
    const file = join(mkdtempSync(join(tmpdir(), 'evenkeel-fstab-')), 'fstab')
    writeFileSync(file, `${lines.join('\n')}\n`)
    const argv = [
      '--fstab',
      '--tab-file',
      file,
      '--json',
      '--list',
      '--output',
      'SOURCE,TARGET,FSTYPE,OPTIONS,FREQ,PASSNO',
    ]
    const { filesystems } = JSON.parse(execFileSync('findmnt', argv, { encoding: 'utf8' })) as {
      filesystems: unknown[]
    }
    rmSync(dirname(file), { recursive: true })
    const asRead = written.map(({ path, options, label }) => ({
      source: `LABEL=${label}`,
      target: `/${path}`,
      fstype: 'ext4',
      options,
      freq: 0,
      passno: 2,
    }))
    expect(filesystems).toEqual(asRead)
  })
})
