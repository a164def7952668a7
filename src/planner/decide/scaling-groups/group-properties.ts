import type { DiffValue } from '../../../model/change.js'
import { appliedOf } from '../../../model/applied.js'
import type { LiveGroup, LiveTemplate, ScalingGroupSpec } from '../../../model/kinds/scaling-group.js'
import { isSameProfile } from '../../../model/launch/server-options.js'
import { subnetKey } from '../../../model/launch/subnet.js'
import { templateSource } from '../../../model/template.js'
import { knownAfterApply } from '../../../model/change.js'
import type { PlannedScaling } from '../../../model/steps/step.js'
import type { Property, Wishes } from '../../compare/comparison.js'
import { userTagsWord } from '../../compare/desired-tags.js'
import type { World } from '../../world.js'
import { userDataValue } from '../servers/server-properties.js'

/** What the file says of what members are launched from; it is digested into the tags of the template too. */
export function templateWords(spec: ScalingGroupSpec) {
  const { rootVolume, options, securityGroups, userData } = spec
  const hasRoot = rootVolume.sizeGiB !== undefined || rootVolume.type !== undefined
  return [
    { key: 'image', word: spec.image },
    { key: 'type', word: spec.type },
    { key: 'key', word: spec.keyPair },
    { key: 'group', word: securityGroups },
    { key: 'userdata', word: userData && templateSource(userData) },
    { key: 'root', word: hasRoot ? rootVolume : undefined },
    { key: 'iam', word: options?.iamInstanceProfile },
    { key: 'monitor', word: options?.monitoring },
    { key: 'metadata', word: options?.metadata },
  ] as const
}

/** What the file says of a scaling group, as it is digested into the applied tag. */
export function scalingWords(spec: ScalingGroupSpec) {
  return [
    ...templateWords(spec),
    { key: 'zones', word: spec.zones },
    { key: 'subnets', word: spec.subnets?.map(subnetKey) },
    { key: 'min', word: spec.min },
    { key: 'max', word: spec.max },
    { key: 'desired', word: spec.desired },
    { key: 'health', word: spec.health },
    { key: 'balancer', word: spec.loadBalancer },
    { key: 'protect', word: spec.protect ? true : undefined },
    { key: 'tags', word: userTagsWord(spec.tags) },
  ] as const
}

type Word = ReturnType<typeof scalingWords>[number]['key']
type Path = Property<'scalingGroup'>['path']

function properties(spec: ScalingGroupSpec) {
  const words = scalingWords(spec)
  return (path: Path, key: Word, before: DiffValue, after: DiffValue, equal?: boolean): Property<'scalingGroup'> => ({
    path,
    key,
    word: words.find((one) => one.key === key)?.word,
    before,
    after,
    ...(equal !== undefined && { equal }),
  })
}

/** Whether a template is one that evenkeel made for the stack, in the only version that it made. */
export function isOwnTemplate(world: World, { version, tags }: LiveTemplate): boolean {
  return version === '1' && tags['evenkeel:stack'] === world.spec.stack
}

/** What of a live template can be compared with the file, but for its image. */
export function templateProperties(
  world: World,
  spec: ScalingGroupSpec,
  wish: PlannedScaling,
  live: LiveTemplate,
): readonly Property<'scalingGroup'>[] {
  const of = properties(spec)
  const { options = {}, rootVolume } = spec
  const { metadata = {}, iamInstanceProfile: profile } = options
  const groups = live.securityGroupIds.map((id) => world.live.groupsById.get(id)?.address ?? id)
  const userData = templateWords(spec).find(({ key }) => key === 'userdata')?.word
  const isSentSo = appliedOf(live.tags)?.userdata === world.digest(userData)
  const isProfile =
    profile === undefined
      ? live.iamInstanceProfile === undefined
      : live.iamInstanceProfile !== undefined && isSameProfile(live.iamInstanceProfile, profile)
  return [
    of('type', 'type', live.type, spec.type),
    of('keyPair', 'key', live.keyName ?? null, wish.template.keyName ?? null),
    of('securityGroups', 'group', groups, spec.securityGroups),
    of('userData', 'userdata', '(as launched before)', userDataValue(world, spec.userData) ?? null, isSentSo),
    of('rootVolume.size', 'root', live.rootVolume.sizeGiB ?? null, rootVolume.sizeGiB ?? null),
    of('rootVolume.type', 'root', live.rootVolume.type ?? null, rootVolume.type ?? null),
    of('iamInstanceProfile', 'iam', live.iamInstanceProfile ?? null, profile ?? null, isProfile),
    of('monitoring', 'monitor', live.monitoring, options.monitoring ?? false),
    of('metadata.tokens', 'metadata', live.metadata.tokens ?? null, metadata.tokens ?? 'required'),
    of('metadata.hopLimit', 'metadata', live.metadata.hopLimit ?? null, metadata.hopLimit ?? null),
    of('metadata.endpoint', 'metadata', live.metadata.endpoint ?? null, metadata.endpoint ?? null),
    of('metadata.instanceTags', 'metadata', live.metadata.instanceTags ?? null, metadata.instanceTags ?? null),
  ]
}

/** What of a live group can be compared with the file, but for what it launches from. `balancer`: who sends it traffic. */
export function groupProperties(
  spec: ScalingGroupSpec,
  wish: PlannedScaling,
  live: LiveGroup,
  balancer: { readonly before: string | null; readonly isSame: boolean },
): readonly Property<'scalingGroup'>[] {
  const of = properties(spec)
  const places = live.subnetIds.length > 0 ? live.subnetIds : live.zones
  const subnets = [...wish.subnetIds, ...wish.subnets].sort()
  return [
    of('min', 'min', live.min, spec.min),
    of('max', 'max', live.max, spec.max),
    ...(spec.desired === undefined ? [] : [of('desired', 'desired', live.desired, spec.desired)]),
    spec.zones === undefined ? of('subnets', 'subnets', places, subnets) : of('zones', 'zones', places, spec.zones),
    of('health.check', 'health', live.health.check, spec.health.check),
    of('health.grace', 'health', live.health.graceSeconds, spec.health.graceSeconds),
    of('loadBalancer', 'balancer', balancer.before, spec.loadBalancer ?? null, balancer.isSame),
    of('protect', 'protect', live.protect, spec.protect),
  ]
}

/** All that is wanted of a new one. */
export function scalingWishes(world: World, spec: ScalingGroupSpec, wish: PlannedScaling): Wishes<'scalingGroup'> {
  const { template } = wish
  const { options = {}, rootVolume, health } = spec
  return {
    image: template.imageId ?? knownAfterApply,
    type: spec.type,
    keyPair: spec.keyPair,
    securityGroups: spec.securityGroups,
    userData: userDataValue(world, spec.userData),
    'rootVolume.size': rootVolume.sizeGiB,
    'rootVolume.type': rootVolume.type,
    iamInstanceProfile: options.iamInstanceProfile,
    monitoring: options.monitoring,
    'metadata.tokens': options.metadata?.tokens,
    'metadata.hopLimit': options.metadata?.hopLimit,
    'metadata.endpoint': options.metadata?.endpoint,
    'metadata.instanceTags': options.metadata?.instanceTags,
    zones: spec.zones,
    subnets: spec.subnets && [...wish.subnetIds, ...wish.subnets].sort(),
    min: spec.min,
    max: spec.max,
    desired: spec.desired,
    'health.check': health.check,
    'health.grace': health.graceSeconds,
    loadBalancer: spec.loadBalancer,
    protect: spec.protect || undefined,
  }
}
