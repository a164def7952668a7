import type { Volume, VolumeModification } from '@aws-sdk/client-ec2'
import type { Effect, VolumeCloud } from '../../../../executor/ports.js'
import type { LiveModification, ModificationTarget } from '../../../../model/kinds/volume.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import { readOwned } from '../../tags/ownership.js'
import { createWatcher } from '../../waiting/waiters.js'
import type { Ec2Api } from '../../wire/api.js'
import { filtersOf, readAll, readForEach, type FilterList } from '../../wire/pages.js'
import {
  aimsAt,
  changeState,
  isAsWanted,
  newestByVolume,
  startOf,
  type ChangingVolume,
} from './modification-progress.js'
import { readLastingVolume, readVolumes } from './read-volumes.js'

/** `modifying` lasts seconds to minutes; what follows it may last hours, but the new size can be used. */
const usableLimitMs = 60 * 60_000

type ModifyRequest = Parameters<VolumeCloud['modifyVolume']>[0]

/** How volumes grow and change their type. */
export function createVolumeChangeCalls(api: Ec2Api): Pick<VolumeCloud, 'modifyVolume' | 'readModifications'> {
  const { clock, pollScale, timeoutScale } = api.settings
  const changes = createWatcher<ChangingVolume>({
    clock,
    pollScale,
    timeoutScale,
    read: (ids) => readChanging(api, ids),
    stateOf: ({ modification }) => modification?.ModificationState,
  })
  return {
    readModifications: (volumeIds) => readModifications(api, volumeIds),
    modifyVolume: async (request): Promise<Effect> => {
      const { volumeId, owner, onProgress } = request
      const volume = await readOwned(api, volumeId, owner, readLastingVolume)
      if (volume === undefined) {
        throw providerError('EC2_NOT_FOUND', 'absent', `${volumeId} (${owner.address}) does not exist any more`, {
          hint: 'plan again to see what the stack has now',
        })
      }
      if ((volume.Size ?? 0) > request.sizeGiB) throw wouldShrink(volume, request)
      const begun = await readModification(api, volumeId)
      const underWay = begun?.ModificationState === 'modifying' && aimsAt(begun, request)
      if (!underWay) {
        if (isAsWanted(volume, request)) return 'unchanged'
        await modify(volume, request)
      }
      // What began before, and is over, tells nothing of this change.
      const sinceMs = begun === undefined || underWay ? -1 : startOf(begun)
      await changes.until(
        volumeId,
        (found) => {
          if (found === undefined) return undefined
          const state = changeState(found, request, sinceMs)
          if (state === 'failed') throw failed(found.modification)
          onProgress?.(found.modification?.Progress ?? 0)
          return state === 'usable' ? true : undefined
        },
        { what: `the modification of ${volumeId}`, timeoutMs: usableLimitMs },
      )
      return 'done'
    },
  }

  async function modify(volume: Volume, request: ModifyRequest): Promise<void> {
    try {
      await api.call('ModifyVolume', modifyInput(volume, request), { seen: true })
    } catch (error) {
      // Its first answer was lost: the modification that stands in the way is our own.
      const begun = isOfClass(error, 'wait-state', 'cool-down')
        ? await readModification(api, request.volumeId)
        : undefined
      if (begun && begun.ModificationState !== 'failed' && aimsAt(begun, request)) return
      if (isOfClass(error, 'cool-down') || hasAwsCode(error, 'IncorrectModificationState')) {
        throw coolingDown(request, begun, error)
      }
      throw error
    }
  }
}

/** One call for everything that differs; IOPS and throughput always, because a change of type resets them (section 7). */
function modifyInput(volume: Volume, { volumeId, sizeGiB, type, iops, throughputMiBps }: ModifyRequest) {
  return {
    VolumeId: volumeId,
    ...(volume.Size === sizeGiB ? {} : { Size: sizeGiB }),
    ...(volume.VolumeType === type ? {} : { VolumeType: type }),
    ...(iops === undefined ? {} : { Iops: iops }),
    ...(throughputMiBps === undefined ? {} : { Throughput: throughputMiBps }),
  }
}

/** Modifications and volumes side by side, for all who wait. */
async function readChanging(api: Ec2Api, ids: readonly string[]): Promise<ReadonlyMap<string, ChangingVolume>> {
  const [modifications, volumes] = await Promise.all([
    readForEach(ids, (Values) => describeModifications(api, [{ Name: 'volume-id', Values }])),
    readForEach(ids, (Values) => readVolumes(api, [{ Name: 'volume-id', Values }])),
  ])
  const newest = newestByVolume(modifications)
  const shown = new Map(volumes.map((volume) => [volume.VolumeId, volume]))
  return new Map(ids.map((id) => [id, { modification: newest.get(id), volume: shown.get(id) }]))
}

function describeModifications(api: Ec2Api, filters: FilterList): Promise<readonly VolumeModification[]> {
  return readAll(
    api,
    'DescribeVolumesModifications',
    { Filters: filtersOf(filters) },
    ({ VolumesModifications }) => VolumesModifications,
  )
}

const modificationStates = ['modifying', 'optimizing', 'completed', 'failed'] as const

async function readModifications(
  api: Ec2Api,
  volumeIds: readonly string[],
): Promise<Readonly<Record<string, readonly LiveModification[]>>> {
  const described = await readForEach(volumeIds, (Values) =>
    describeModifications(api, [{ Name: 'volume-id', Values }]),
  )
  const found: Record<string, LiveModification[]> = {}
  for (const modification of described) {
    const { VolumeId, ModificationState, Progress, StartTime } = modification
    const state = modificationStates.find((name) => name === ModificationState)
    if (VolumeId === undefined || state === undefined || StartTime === undefined) continue
    const modifications = (found[VolumeId] ??= [])
    modifications.push({
      state,
      progress: Progress ?? 0,
      startedAt: StartTime.toISOString(),
      target: targetOf(modification),
    })
  }
  for (const modifications of Object.values(found)) {
    modifications.sort((left, right) => (left.startedAt < right.startedAt ? 1 : -1))
  }
  return found
}

function targetOf(modification: VolumeModification): ModificationTarget {
  const { TargetSize, TargetVolumeType, TargetIops, TargetThroughput } = modification
  return { sizeGiB: TargetSize, type: TargetVolumeType, iops: TargetIops, throughputMiBps: TargetThroughput }
}

/** The newest modification of a volume; undefined when it never had one. */
async function readModification(api: Ec2Api, volumeId: string): Promise<VolumeModification | undefined> {
  return newestByVolume(await describeModifications(api, [{ Name: 'volume-id', Values: [volumeId] }])).get(volumeId)
}

function wouldShrink(volume: Volume, { volumeId, sizeGiB, owner }: ModifyRequest) {
  return providerError(
    'EC2_REJECTED',
    'bad-request',
    `${volumeId} (${owner.address}) has ${volume.Size ?? 0} GiB and cannot shrink to ${sizeGiB} GiB`,
    { hint: 'volumes grow, never shrink; correct `size` in the stack file', action: 'ModifyVolume' },
  )
}

function failed({ VolumeId, StatusMessage }: VolumeModification = {}) {
  return providerError(
    'EC2_MODIFICATION_FAILED',
    'wait-state',
    `EC2 could not modify ${VolumeId}${StatusMessage === undefined || StatusMessage === '' ? '' : `: ${StatusMessage}`}`,
    { hint: 'the volume is as it was; apply again', action: 'ModifyVolume' },
  )
}

function coolingDown({ volumeId, owner }: ModifyRequest, begun: VolumeModification | undefined, cause: unknown) {
  const since = begun?.StartTime === undefined ? '' : `, begun ${begun.StartTime.toISOString()}`
  const state = begun?.ModificationState ?? 'unknown'
  const progress = begun?.Progress === undefined ? '' : ` at ${begun.Progress} %`
  return providerError(
    'EC2_COOLING_DOWN',
    'cool-down',
    `${volumeId} (${owner.address}) cannot be modified yet: its last modification${since} is ${state}${progress}. ${cause instanceof Error ? cause.message : ''}`.trim(),
    {
      hint: 'EC2 takes the next change of a volume when the last one is completed, and four in 24 hours at most (older rule: six hours apart); apply again then',
      action: 'ModifyVolume',
      cause,
    },
  )
}
