import { describe, expect, it } from 'vitest'
import { fstabOptions } from '../../../src/model/inside/fstab-line.js'

describe('the options of a managed fstab line', () => {
  it.each([
    [undefined, 'defaults,nofail'],
    ['', 'defaults,nofail'],
    ['noatime', 'noatime,nofail'],
    ['nofail,noatime', 'nofail,noatime'],
    ['ro,x-systemd.automount', 'ro,x-systemd.automount,nofail'],
  ])('for %j are %s', (options, line) => {
    expect(fstabOptions({ options })).toBe(line)
  })
})
