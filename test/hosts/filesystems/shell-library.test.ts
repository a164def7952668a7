import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needFunction } from '../../../src/hosts/filesystems/shell-library.js'
import { temporaryDirectory } from '../../support/evenkeel.js'

test('what an installation says is written to no file that another user may have put there', () => {
  const { path, remove } = temporaryDirectory('need')
  try {
    const [precious, manager] = [join(path, 'precious'), join(path, 'apt-get')]
    writeFileSync(precious, 'kept')
    writeFileSync(manager, '#!/bin/sh\necho "E: Unable to locate package"\nexit 100\n')
    chmodSync(manager, 0o755)
    const script = `ln -s ${precious} /tmp/evenkeel-install.$$ || exit 9\n${needFunction}
trap 'rm -f /tmp/evenkeel-install.$$' EXIT
need program-of-nobody one two three four five 2>&1`
    const env = { PATH: `${path}:/usr/bin:/bin` }
    const said = () => execFileSync('sh', ['-s'], { input: script, env, encoding: 'utf8', stdio: 'pipe' })
    expect(said).toThrow(expect.objectContaining({ status: 70, stdout: expect.stringContaining('Unable to locate') }))
    expect(readFileSync(precious, 'utf8')).toBe('kept')
  } finally {
    remove()
  }
})
