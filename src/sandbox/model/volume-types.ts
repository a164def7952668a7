import { ApiError, invalidCombination, invalidValue, missingParameter } from '../wire/api-error.js'

export type VolumeType = 'gp3' | 'gp2' | 'io1' | 'io2' | 'st1' | 'sc1' | 'standard'

interface VolumeTypeLimits {
  readonly sizeGiB: readonly [minimum: number, maximum: number]
  /** Absent: Iops cannot be given. */
  readonly iops?: { readonly range: readonly [number, number]; readonly perGiB: number; readonly default?: number }
  /** MiB/s; absent: Throughput cannot be given. */
  readonly throughput?: {
    readonly range: readonly [number, number]
    readonly perIops: number
    readonly default: number
  }
  readonly bootable: boolean
}

/** Limits of 2026: Amazon EBS User Guide, "Amazon EBS volume types", and the model of CreateVolume. */
export const volumeTypes: Readonly<Record<VolumeType, VolumeTypeLimits>> = {
  gp3: {
    sizeGiB: [1, 65_536],
    iops: { range: [3_000, 80_000], perGiB: 500, default: 3_000 },
    throughput: { range: [125, 2_000], perIops: 0.25, default: 125 },
    bootable: true,
  },
  gp2: { sizeGiB: [1, 16_384], bootable: true },
  io1: { sizeGiB: [4, 16_384], iops: { range: [100, 64_000], perGiB: 50 }, bootable: true },
  io2: { sizeGiB: [4, 65_536], iops: { range: [100, 256_000], perGiB: 1_000 }, bootable: true },
  st1: { sizeGiB: [125, 16_384], bootable: false },
  sc1: { sizeGiB: [125, 16_384], bootable: false },
  standard: { sizeGiB: [1, 1_024], bootable: true },
}

function isVolumeType(text: string): text is VolumeType {
  return Object.hasOwn(volumeTypes, text)
}

export interface VolumeRequest {
  readonly type: VolumeType
  readonly sizeGiB: number
  readonly iops: number | undefined
  readonly throughput: number | undefined
}

/** A volume that a launch will make. */
export interface PlannedVolume extends VolumeRequest {
  readonly deviceName: string
  readonly root: boolean
  readonly deleteOnTermination: boolean
  readonly snapshotId: string | undefined
  readonly contentId: string | undefined
  readonly encrypted: boolean
  readonly kmsKeyId: string | undefined
}

/** What a volume of this request has: gp3 gets its defaults, gp2 its size's IOPS. Throws EC2's error when it cannot be. */
export function resolveVolume(request: VolumeRequest): VolumeRequest {
  const limits = volumeTypes[request.type]
  checkSize(request, limits)
  return { ...request, iops: resolveIops(request, limits), throughput: resolveThroughput(request, limits) }
}

function checkSize({ type, sizeGiB }: VolumeRequest, { sizeGiB: [minimum, maximum] }: VolumeTypeLimits): void {
  if (sizeGiB < minimum)
    throw invalidValue(`Volume size of ${sizeGiB} is too small; minimum is ${minimum} GiB for volume type '${type}'.`)
  if (sizeGiB > maximum)
    throw invalidValue(`Volume size of ${sizeGiB} is too large; maximum is ${maximum} GiB for volume type '${type}'.`)
}

function resolveIops({ type, sizeGiB, iops }: VolumeRequest, limits: VolumeTypeLimits): number | undefined {
  if (!limits.iops) {
    if (iops !== undefined) {
      throw invalidCombination(`The parameter iops is not supported for ${type} volumes.`)
    }
    return type === 'gp2' ? Math.min(16_000, Math.max(100, 3 * sizeGiB)) : undefined
  }
  const { range, perGiB, default: standard } = limits.iops
  if (iops === undefined) {
    if (standard === undefined) throw missingParameter('iops')
    return standard
  }
  if (iops < range[0]) throw invalidValue(`Volume iops of ${iops} is too low; minimum is ${range[0]}.`)
  if (iops > range[1]) throw invalidValue(`Volume iops of ${iops} is too high; maximum is ${range[1]}.`)
  if (iops > range[0] && iops > perGiB * sizeGiB) {
    throw invalidValue(
      `Iops to volume size ratio of ${iops / sizeGiB} is too high; maximum is ${perGiB} for volume type '${type}'.`,
    )
  }
  return iops
}

function resolveThroughput(request: VolumeRequest, limits: VolumeTypeLimits): number | undefined {
  const { type, throughput } = request
  if (!limits.throughput) {
    if (throughput !== undefined)
      throw invalidCombination(`The parameter throughput is not supported for ${type} volumes.`)
    return undefined
  }
  const { range, perIops, default: standard } = limits.throughput
  if (throughput === undefined) return standard
  if (throughput < range[0]) throw invalidValue(`Throughput of ${throughput} is too low; minimum is ${range[0]}.`)
  if (throughput > range[1]) throw invalidValue(`Throughput of ${throughput} is too high; maximum is ${range[1]}.`)
  const iops = request.iops ?? limits.iops?.default ?? 0
  if (throughput > perIops * iops) {
    throw invalidValue(
      `Throughput (MiBps) to iops ratio of ${throughput / iops} is too high; maximum is ${perIops} MiBps per iops.`,
    )
  }
  return throughput
}

/** Throws UnknownVolumeType when the text names no type. */
export function readVolumeType(text: string | undefined, standard: VolumeType): VolumeType {
  if (text === undefined) return standard
  if (isVolumeType(text)) return text
  throw new ApiError('UnknownVolumeType', `Unsupported volume type '${text}' for volume creation.`)
}
