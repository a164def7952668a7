import { describe, expect, it } from 'vitest'
import { deviceNames, freeDeviceNames } from '../../../../src/providers/ec2/kinds/volume/device-names.js'

describe('freeDeviceNames', () => {
  it('begins with /dev/sdf', () => {
    expect(freeDeviceNames(['/dev/sda1'])[0]).toBe('/dev/sdf')
  })

  it('takes /dev/xvdf and sdf for the same name', () => {
    expect(freeDeviceNames(['/dev/xvda', '/dev/xvdf', 'sdg'])[0]).toBe('/dev/sdh')
  })

  it('goes on with /dev/xvdba behind /dev/sdp', () => {
    expect(freeDeviceNames(deviceNames.slice(0, 11))[0]).toBe('/dev/xvdba')
  })

  it('ends when all are taken', () => {
    expect(freeDeviceNames(deviceNames)).toEqual([])
  })

  it('knows only names that EC2 takes for data volumes', () => {
    expect(deviceNames.filter((name) => !/^\/dev\/(?:sd[f-p]|xvd[bc][a-z])$/.test(name))).toEqual([])
  })
})
