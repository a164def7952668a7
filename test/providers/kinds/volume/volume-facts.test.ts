import { describe, expect, it } from 'vitest'
import { volumeFacts } from '../../../../src/providers/ec2/kinds/volume/volume-facts.js'

describe('facts of volumes', () => {
  it.each(['deleting', 'deleted'] as const)('leave out a volume that is %s', (State) => {
    expect(volumeFacts({ State })).toBeUndefined()
  })

  it('leave out an attachment that has ended', () => {
    const attachment = { InstanceId: 'i-1', Device: '/dev/sdf', State: 'detached' as const }
    expect(volumeFacts({ State: 'available', Attachments: [attachment] })?.attachment).toBeUndefined()
  })
})
