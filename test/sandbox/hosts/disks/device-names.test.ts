import { expect, test } from 'vitest'
import { byIdNamesOf, kernelNameFor, partitionNameOf } from '../../../../src/sandbox/hosts/disks/device-names.js'

test.each([
  ['nvme', '/dev/sdf', [], 'nvme1n1'],
  ['nvme', '/dev/sdf', ['nvme1n1', 'nvme3n1'], 'nvme2n1'],
  ['xen', '/dev/sdf', [], 'xvdf'],
  ['xen', '/dev/xvdba', ['xvdf'], 'xvdba'],
  ['xen', 'sdg', [], 'xvdg'],
] as const)('on %s, %s besides %j is %s', (naming, deviceName, taken, expected) => {
  expect(kernelNameFor(naming, deviceName, new Set(taken))).toBe(expected)
})

test('a partition is named as the kernel does', () => {
  expect([partitionNameOf('nvme1n1', 1), partitionNameOf('xvdf', 2)]).toEqual(['nvme1n1p1', 'xvdf2'])
})

test('by-id links bear the volume id without its dash, on Nitro types alone', () => {
  expect(byIdNamesOf('nvme', 'vol-0a1b')[0]).toBe('nvme-Amazon_Elastic_Block_Store_vol0a1b')
  expect(byIdNamesOf('xen', 'vol-0a1b')).toEqual([])
})
