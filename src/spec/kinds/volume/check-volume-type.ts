import { reportAt } from '../../context.js'
import type { Context } from '../../context.js'
import { isUnreadable } from '../../problem.js'
import type { Path } from '../../problem.js'
import type { VolumeShape } from '../../shape/stack-shape.generated.js'
import { gp3Baseline, volumeTypeRules } from '../../../model/inside/volume-rules.js'

/** Reports a size, iops or throughput that EC2 refuses for the type of volume. */
export function checkVolumeType(context: Context, path: Path, volume: VolumeShape): void {
  if (isUnreadable(volume, 'type')) return
  const type = volume.type ?? 'gp3'
  const { sizeGiB, iops, throughputMiBps } = volumeTypeRules[type]
  const [minimum, maximum] = sizeGiB
  const sizeMistake =
    volume.size !== undefined && (volume.size < minimum || volume.size > maximum)
      ? `a volume of type ${type} has ${minimum} to ${maximum} GiB, not ${volume.size}`
      : undefined
  tell('size', sizeMistake)
  tell('iops', iopsMistake(), 'iops' in volume || !iops ? undefined : `give \`iops\`, ${iops.range.join(' to ')}`)
  tell('throughput', throughputMistake())

  function tell(key: 'size' | 'iops' | 'throughput', message: string | undefined, hint?: string): void {
    if (message === undefined) return
    const at = key in volume ? reportAt(context, [...path, key]) : reportAt(context, [...path, 'type'])
    at({ code: 'SPEC_VOLUME_TYPE', message, hint })
  }

  function iopsMistake(): string | undefined {
    if (volume.iops === undefined) {
      return iops?.isRequired && !('iops' in volume) ? `a volume of type ${type} needs \`iops\`` : undefined
    }
    if (!iops) return `a volume of type ${type} has no iops to set`
    const [lowest, highest] = iops.range
    if (volume.iops < lowest || volume.iops > highest) {
      return `a volume of type ${type} has ${lowest} to ${highest} iops, not ${volume.iops}`
    }
    if (volume.size === undefined || sizeMistake) return undefined
    const limit = Math.max(volume.size * iops.perGiBMax, lowest)
    if (volume.iops <= limit) return undefined
    return `${volume.size} GiB of ${type} take at most ${limit} iops (${iops.perGiBMax} per GiB), not ${volume.iops}`
  }

  function throughputMistake(): string | undefined {
    if (volume.throughput === undefined) return undefined
    if (!throughputMiBps) return `a volume of type ${type} has no throughput to set`
    if (isUnreadable(volume, 'iops')) return undefined
    const [lowest, highest] = throughputMiBps.range
    if (volume.throughput < lowest || volume.throughput > highest) {
      return `a volume of type ${type} has ${lowest} to ${highest} MiB/s, not ${volume.throughput}`
    }
    const given = volume.iops ?? gp3Baseline.iops
    const limit = Math.floor(given * throughputMiBps.perIopsMax)
    if (volume.throughput <= limit) return undefined
    return `${given} iops take at most ${limit} MiB/s, not ${volume.throughput}; raise \`iops\` with it`
  }
}
