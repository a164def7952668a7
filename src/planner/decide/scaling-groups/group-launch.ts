import { displayName, type Address } from '../../../model/address.js'
import { appliedOf, appliedTags } from '../../../model/applied.js'
import { knownAfterApply, type Diff } from '../../../model/change.js'
import type { LiveGroup, LiveScalingGroup, ScalingGroupSpec } from '../../../model/kinds/scaling-group.js'
import type { LiveImage } from '../../../model/launch/image.js'
import { nameTag } from '../../../model/names.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { PlannedScaling } from '../../../model/steps/step.js'
import { tagKeys } from '../../../model/tags.js'
import { causeOf, compareProperties, recordOf } from '../../compare/comparison.js'
import { lastingTags } from '../../compare/desired-tags.js'
import type { World } from '../../world.js'
import { warningOf } from '../decided.js'
import { subnetFor } from '../networks/network-subnets.js'
import { imageOf, keyNameOf } from '../servers/server-properties.js'
import { isOwnTemplate, templateProperties, templateWords } from './group-properties.js'

/** All that the group is to be, with what its members are launched from. */
export function wishOf(
  world: World,
  spec: ScalingGroupSpec,
  image: LiveImage,
  live: LiveGroup | undefined,
): PlannedScaling {
  const { address, subnets = [], keyPair } = spec
  const found = subnets.map((subnet) => subnetFor(world, subnet))
  const record = recordOf(world.digest, templateWords(spec))
  const imageId = heldImage(world, spec, image, live) ?? (image.id === '' ? undefined : image.id)
  return {
    name: live?.name ?? freeName(world, address),
    template: {
      imageId,
      ...(imageId === undefined && image.madeBy !== undefined && { image: image.madeBy }),
      rootDeviceName: image.rootDeviceName,
      type: spec.type,
      keyName: keyPair === undefined ? undefined : keyNameOf(world, { keyPair }),
      securityGroups: spec.securityGroups,
      userData: spec.userData,
      rootVolume: spec.rootVolume,
      ...(spec.options && { options: spec.options }),
      volumeTags: {
        [tagKeys.name]: nameTag(world.spec.stack, address),
        [tagKeys.stack]: world.spec.stack,
        [tagKeys.address]: address,
      },
      templateTags: { ...lastingTags(world, address, {}), ...appliedTags(record) },
    },
    min: spec.min,
    max: spec.max,
    desired: spec.desired,
    zones: spec.zones ?? [],
    subnetIds: found.flatMap((subnet) => (subnet && !subnet.made ? [subnet.id] : [])).sort(),
    subnets: found.flatMap((subnet) => subnet?.made?.subnet ?? []),
    health: spec.health,
    loadBalancer: spec.loadBalancer,
    protect: spec.protect,
  }
}

/** What differs in what members are launched from. */
export function launchDiffs(
  world: World,
  spec: ScalingGroupSpec,
  wish: PlannedScaling,
  live: LiveScalingGroup,
  { template }: LiveGroup,
): readonly Diff<'scalingGroup'>[] {
  const own = `the stack’s`
  if (!template) return [{ path: 'template', before: null, after: own, cause: 'drift' }]
  const isOwn = isOwnTemplate(world, template)
  const other: readonly Diff<'scalingGroup'>[] = isOwn
    ? []
    : [{ path: 'template', before: `${template.id} version ${template.version}`, after: own, cause: 'drift' }]
  const applied = appliedOf(live.tags)
  const compared = compareProperties<'scalingGroup'>(
    world.digest,
    applied,
    templateProperties(world, spec, wish, template).filter(({ path }) => isOwn || path !== 'userData'),
  )
  const imageId = wish.template.imageId ?? knownAfterApply
  const image: readonly Diff<'scalingGroup'>[] =
    imageId === template.imageId
      ? []
      : [
          {
            path: 'image',
            before: template.imageId,
            after: imageId,
            cause: isOwn ? 'pending' : causeOf(world.digest, applied, 'image', spec.image),
          },
        ]
  return [...other, ...image, ...compared]
}

/** Tells of an image that the file's words mean by now, and that nobody has asked for. */
export function newerImage(world: World, spec: ScalingGroupSpec, { template }: LiveGroup): readonly Problem[] {
  const image = imageOf(world, spec)
  if (!image || !template || image.id === template.imageId || isImageChanged(world, spec)) return []
  const { address } = spec
  const message = `${address} launches ${template.imageId}; what the file names is ${image.id === '' ? 'made in this plan' : image.id} (${image.name})${image.id === '' ? '' : ' by now'}`
  return [warningOf(address, 'PLAN_IMAGE_NEWER', message, `to replace its members: --update-images ${address}`)]
}

/** The image that members have: the same word may mean a newer one by now, which they get when it is asked for. */
function heldImage(
  world: World,
  spec: ScalingGroupSpec,
  image: LiveImage,
  live: LiveGroup | undefined,
): string | undefined {
  const present = live?.template?.imageId
  if (present === undefined || present === '' || present === image.id) return undefined
  return isImageChanged(world, spec) ? undefined : present
}

function isImageChanged(world: World, spec: ScalingGroupSpec): boolean {
  const live = world.live.scalingGroups.get(spec.address)
  const { template } = live?.group ?? {}
  // Whoever has it launch from a template of his own has chosen its image too.
  if (!live || !template || !isOwnTemplate(world, template)) return true
  const isNewWord = causeOf(world.digest, appliedOf(live.tags), 'image', spec.image) === 'pending'
  return isNewWord || (world.options.updateImages?.includes(spec.address) ?? false)
}

/** The name of its entry, unless another group of the stack has kept that from before it was renamed. */
function freeName(world: World, address: Address): string {
  const others = [...world.live.scalingGroups.values()].filter((other) => other.address !== address)
  const taken = new Set(others.map(({ group }) => group?.name))
  const name = `${world.spec.stack}/${displayName(address)}`
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}-${number}`
    if (!taken.has(candidate)) return candidate
  }
}
