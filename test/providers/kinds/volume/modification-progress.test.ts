import type { VolumeModification } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { changeState, newestByVolume } from '../../../../src/providers/ec2/kinds/volume/modification-progress.js'

const target = { sizeGiB: 20, type: 'gp3', iops: 4000, throughputMiBps: 250 } as const
const full = { TargetSize: 20, TargetVolumeType: 'gp3', TargetIops: 4000, TargetThroughput: 250 } as const
const grown = { Size: 20, VolumeType: 'gp3', Iops: 4000, Throughput: 250 } as const
const small = { ...grown, Size: 10 } as const

function record(state: VolumeModification['ModificationState'], at: number, more: VolumeModification = {}) {
  return { VolumeId: 'vol-1', ...full, ModificationState: state, StartTime: new Date(at), ...more } as const
}

describe('the change of a volume', () => {
  it.each<[what: string, VolumeModification | undefined, typeof small | typeof grown, string]>([
    ['is under way while EC2 modifies', record('modifying', 2), small, 'under-way'],
    ['can be relied on while EC2 optimizes', record('optimizing', 2), small, 'usable'],
    ['can be relied on when it is completed', record('completed', 2), small, 'usable'],
    ['has failed where EC2 says so', record('failed', 2), small, 'failed'],
    ['is under way as long as nothing is shown', undefined, small, 'under-way'],
    ['is there where the volume shows it, whatever is shown beside', undefined, grown, 'usable'],
    // Only what is named is compared: some leave out the throughput, some all but the size.
    ['may leave a target out', record('optimizing', 2, { TargetThroughput: undefined }), small, 'usable'],
    ['is not another one', record('completed', 2, { TargetSize: 15 }), small, 'under-way'],
    ['is not one that ended before', record('completed', 1), small, 'under-way'],
    ['is not one that failed before', record('failed', 1), small, 'under-way'],
    ['is there where the volume shows it, behind an older one', record('failed', 1), grown, 'usable'],
  ])('%s', (_, modification, volume, state) => {
    expect(changeState({ modification, volume }, target, 1)).toBe(state)
  })

  it('is told by the newest of several modifications, in whatever order they come', () => {
    const found = [record('optimizing', 3), record('completed', 1), record('failed', 2)]
    for (const order of [found, found.toReversed()]) {
      expect(newestByVolume(order).get('vol-1')?.ModificationState).toBe('optimizing')
    }
  })
})
