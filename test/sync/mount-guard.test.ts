import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { guarded, throwIfUnmounted } from '../../src/sync/mount-guard.js'

/** This machine's own root filesystem stands for a volume: what is mounted is read from the kernel's table. */
const rootNumber = execFileSync('findmnt', ['-n', '-o', 'MAJ:MIN', '/'], { encoding: 'utf8' }).trim()

describe('a guard before a command', () => {
  const run = (mountPath: string, number: string) =>
    spawnSync('sh', ['-c', guarded([{ mounted: [{ mountPath, number }] }], 'echo ran')], { encoding: 'utf8' })

  it('lets it run where the filesystem is what was found', () => {
    expect(run('/', rootNumber)).toMatchObject({ status: 0, stdout: 'ran\n' })
  })

  it.each([
    ['another filesystem is there', '/', '999:1'],
    ['nothing is mounted there', '/no such place', rootNumber],
    ['its path is odd', "/a b\\c\td'e[f]", rootNumber],
  ])('stops it where %s, and says which path', (_name, mountPath, number) => {
    const { status, stdout, stderr } = run(mountPath, number)
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' })
    // rsync has a status of its own for what it started, so the text alone tells.
    const ended = { exitCode: 12, stderrTail: stderr.trim() }
    expect(() => throwIfUnmounted(ended, 'server.web')).toThrow(`the volume at ${mountPath} on server.web`)
  })

  it('is nothing where no volume is concerned', () => {
    expect(guarded([{ mounted: [] }], 'echo ran')).toBe('echo ran')
    expect(() => throwIfUnmounted({ exitCode: 12, stderrTail: 'rsync error' }, 'server.web')).not.toThrow()
  })
})
