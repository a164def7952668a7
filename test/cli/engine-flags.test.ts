import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { engineFlags } from '../../src/cli/engine-flags.js'

it('are ones that this V8 knows', () => {
  const { status, stderr } = spawnSync(process.execPath, [...engineFlags(process.versions.v8, false), '-e', '0'], {
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

it('are none for a V8 on which nobody has measured: of one that it does not know it complains on every start', () => {
  expect(engineFlags('11.3.244.8-node.38', true)).not.toEqual([])
  expect(engineFlags('12.4.254.21-node.33', false)).toEqual([])
})
