import { expect, test } from 'vitest'
import { resolveVolume } from '../../../src/sandbox/model/volume-types.js'

test('volumes get the IOPS of their type', () => {
  const request = { sizeGiB: 100, iops: undefined, throughput: undefined }
  expect(resolveVolume({ ...request, type: 'gp3' })).toMatchObject({ iops: 3000, throughput: 125 })
  expect(resolveVolume({ ...request, type: 'gp2' })).toMatchObject({ iops: 300, throughput: undefined })
  expect(() => resolveVolume({ ...request, type: 'gp3', throughput: 2000 })).toThrow('ratio')
  expect(() => resolveVolume({ ...request, type: 'io1', iops: 6000 })).toThrow('ratio')
})
