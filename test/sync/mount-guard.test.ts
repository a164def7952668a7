import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { guarded, throwIfUnmounted } from '../../src/sync/mount-guard.js'

/** A filesystem that every machine has stands for a volume: what is mounted is read from the kernel's table. */
const procNumber = execFileSync('findmnt', ['-n', '-o', 'MAJ:MIN', '/proc'], { encoding: 'utf8' }).trim()
const machine = { kind: 'unmanaged', host: 'server.web' } as const

describe('a guard before a command', () => {
  const run = (mountPath: string, number: string) =>
    spawnSync('sh', ['-c', guarded([{ machine, mounted: [{ mountPath, number }] }], 'echo ran')], { encoding: 'utf8' })

  it('lets it run where the filesystem is what was found', () => {
    expect(run('/proc', procNumber)).toMatchObject({ status: 0, stdout: 'ran\n' })
  })

  it.each([
    ['another filesystem is there', '/proc', '999:1'],
    ['it is a directory of what is mounted above', '/proc/self', procNumber],
    ['nothing is mounted there', '/no such place', procNumber],
    ['its path is odd', "/a b\\c\td'e[f]", procNumber],
  ])('stops it where %s, and says which path', (_name, mountPath, number) => {
    const { status, stdout, stderr } = run(mountPath, number)
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' })
    // rsync has a status of its own for what it started, so the text alone tells.
    const ended = { exitCode: 12, stderrTail: stderr.trim() }
    expect(() => throwIfUnmounted(ended)).toThrow(`the volume at ${mountPath} on server.web`)
  })

  it('is nothing where no volume is concerned', () => {
    expect(guarded([{ machine, mounted: [] }], 'echo ran')).toBe('echo ran')
    expect(() => throwIfUnmounted({ exitCode: 12, stderrTail: 'rsync error' })).not.toThrow()
  })
})
