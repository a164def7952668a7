import type { VolumeSpec } from '../../../model/kinds/volume.js'
import type { AppliedKey } from '../../../model/applied.js'
import type { DiffValue } from '../../../model/change.js'
import type { Property, Wishes } from '../../compare/comparison.js'
import { heededTags } from '../../../model/kinds/ignored-changes.js'
import { userTagsWord } from '../../compare/desired-tags.js'
import { fstabOptions } from '../../../model/inside/fstab-line.js'
import type { LiveVolume } from '../../../model/kinds/volume.js'
import { tagKeys } from '../../../model/tags.js'
import { isGuarded } from '../guarded.js'

/** What a gp3 volume has when nobody asks for more (EBS User Guide, "General Purpose SSD volumes"). */
const gp3Baseline = { iops: 3000, throughputMiBps: 125 }

/** Keys of the applied tag that tell what is inside a volume or where it is mounted. */
export const insideKeys = ['fs', 'label', 'uuid', 'mount', 'opts', 'owner', 'mode'] as const

type Word = Pick<Property, 'key' | 'word'>

/** What the file says of a volume as EC2 knows it, without where it is attached. */
export function volumeWords(spec: VolumeSpec): readonly Word[] {
  return [
    { key: 'size', word: spec.sizeGiB },
    { key: 'type', word: spec.type },
    { key: 'iops', word: spec.iops },
    { key: 'rate', word: spec.throughputMiBps },
    { key: 'io', word: spec.autoEnableIo },
    { key: 'crypt', word: spec.encrypted },
    { key: 'kms', word: spec.kmsKey },
    { key: 'zone', word: spec.zone },
    { key: 'remove', word: spec.onRemove },
    { key: 'protect', word: spec.protect },
    { key: 'tags', word: userTagsWord(heededTags(spec)) },
  ]
}

/** What the file says of a volume's inside. */
export function insideWords(spec: VolumeSpec): readonly Word[] {
  const { mount } = spec
  return [
    { key: 'fs', word: spec.fstype },
    { key: 'label', word: spec.label },
    { key: 'uuid', word: spec.uuid },
    { key: 'mount', word: mount?.path },
    { key: 'opts', word: mount && fstabOptions(mount) },
    { key: 'owner', word: mount?.owner },
    { key: 'mode', word: mount?.mode },
  ] satisfies readonly { readonly key: AppliedKey; readonly word: unknown }[]
}

/**
 * IOPS and throughput that a volume shall have: gp3 has a baseline, which is always sent along because EC2 does not keep
 * what it is not told; an adopted one keeps what it has where the file does not say.
 */
export function performanceOf(
  spec: VolumeSpec,
  adopted: LiveVolume | undefined,
): { readonly iops: number | undefined; readonly throughputMiBps: number | undefined } {
  if (spec.type !== 'gp3') return { iops: spec.iops, throughputMiBps: spec.throughputMiBps }
  const kept = adopted?.type === 'gp3' ? adopted : undefined
  return {
    iops: spec.iops ?? kept?.iops ?? gp3Baseline.iops,
    throughputMiBps: spec.throughputMiBps ?? kept?.throughputMiBps ?? gp3Baseline.throughputMiBps,
  }
}

/** The properties that EC2 shows, but for attachment and tags; what neither file nor default says is not compared. */
export function volumeProperties(
  spec: VolumeSpec,
  live: LiveVolume,
  isAdopted: boolean,
): readonly Property<'volume'>[] {
  const wanted = performanceOf(spec, isAdopted ? live : undefined)
  const properties: Property<'volume'>[] = [
    { path: 'type', key: 'type', word: spec.type, before: live.type, after: spec.type },
    {
      path: 'onRemove',
      key: 'remove',
      word: spec.onRemove,
      before: live.tags[tagKeys.onRemove] ?? null,
      after: spec.onRemove,
    },
    {
      path: 'protect',
      key: 'protect',
      word: spec.protect,
      before: isGuarded(live),
      after: spec.protect === true,
    },
  ]
  const add = (
    path: Property<'volume'>['path'],
    key: AppliedKey,
    word: unknown,
    before: DiffValue | undefined,
    after: DiffValue | undefined,
  ) => {
    if (before !== undefined && after !== undefined) properties.push({ path, key, word, before, after })
  }
  add('size', 'size', spec.sizeGiB, live.sizeGiB, spec.sizeGiB)
  add('iops', 'iops', spec.iops, live.iops, wanted.iops)
  add('throughput', 'rate', spec.throughputMiBps, live.throughputMiBps, wanted.throughputMiBps)
  add('autoEnableIO', 'io', spec.autoEnableIo, live.autoEnableIo, spec.autoEnableIo)
  add('encrypted', 'crypt', spec.encrypted, live.encrypted, spec.encrypted)
  add('zone', 'zone', spec.zone, live.zone, spec.zone)
  return properties
}

/** What stands in the plan of a volume that is made. */
export function volumeWishes(
  spec: VolumeSpec,
  zone: string,
  snapshot: { readonly id: string; readonly sizeGiB: number } | undefined,
): Wishes<'volume'> {
  const { mount } = spec
  return {
    size: spec.sizeGiB ?? snapshot?.sizeGiB,
    type: spec.type,
    iops: spec.iops,
    throughput: spec.throughputMiBps,
    autoEnableIO: spec.autoEnableIo,
    encrypted: spec.encrypted,
    kmsKey: spec.kmsKey,
    zone,
    snapshot: snapshot?.id,
    attachment: spec.server,
    filesystem: spec.server === undefined ? undefined : spec.fstype,
    label: spec.label,
    uuid: spec.uuid,
    mount: mount?.path,
    options: mount?.options,
    owner: mount?.owner,
    mode: mount?.mode,
    onRemove: spec.onRemove,
    protect: spec.protect,
    ...Object.fromEntries(Object.entries(spec.tags).map(([key, value]) => [`tags.${key}`, value])),
  }
}
