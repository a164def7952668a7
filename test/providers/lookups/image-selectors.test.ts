import { describe, expect, it } from 'vitest'
import { liveImage } from '../../../src/providers/ec2/lookups/image-selectors.js'

describe('facts of images', () => {
  it('take the first mapping for the root when the image names none that it has', () => {
    const image = liveImage({
      RootDeviceName: '/dev/sda',
      BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 8 } }],
    })
    expect(image).toMatchObject({ rootDeviceName: '/dev/sda1', rootSizeGiB: 8 })
  })
})
