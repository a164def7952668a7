import type { AppliedKey, AppliedRecord } from '../../../model/applied.js'
import { knownAfterApply, type Diff, type DiffValue } from '../../../model/change.js'
import { type LiveServer } from '../../../model/kinds/server.js'
import { imageKey } from '../../../model/launch/image.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { ServerSpec } from '../../../model/kinds/server.js'
import { causeOf } from '../../compare/comparison.js'
import type { World } from '../../world.js'
import { errorOf, inEntry, warningOf } from '../decided.js'
import { imageOf, rootWord, userDataWord } from './server-properties.js'

/** What was found of something that is fixed at launch. */
export interface LaunchFindings {
  readonly diffs: readonly Diff<'server'>[]
  readonly problems: readonly Problem[]
  /** What the record keeps as it was: the plan leaves it as it is. */
  readonly keeps: readonly AppliedKey[]
}

const nothing: LaunchFindings = { diffs: [], problems: [], keeps: [] }

/** A changed selector that means another image replaces the server; the same selector that means a newer one is told, and replaces when asked to. */
export function imageFindings(
  world: World,
  spec: ServerSpec,
  live: LiveServer,
  applied: AppliedRecord | undefined,
): LaunchFindings {
  const { address } = spec
  const image = imageOf(world, spec)
  const isNewWord = applied !== undefined && causeOf(world.digest, applied, 'image', spec.image) === 'pending'
  if (!image) {
    const message = `no image is ${imageKey(spec.image)}, which the file names for ${address}`
    const problems = isNewWord ? [errorOf(address, 'PLAN_IMAGE_NOT_FOUND', message)] : []
    return { ...nothing, problems, keeps: ['image'] }
  }
  if (image.id === live.imageId) return nothing
  const isAsked = world.options.updateImages?.includes(address) ?? false
  if (isNewWord || isAsked) {
    const after = image.id === '' ? knownAfterApply : image.id
    return { ...nothing, diffs: [{ path: 'image', before: live.imageId, after, cause: 'pending' }] }
  }
  const message = `${address} runs ${live.imageId}; what the file names is ${image.id === '' ? 'made in this plan' : image.id} (${image.name})${image.id === '' ? '' : ' by now'}`
  const hint = `to replace the server, keeping its volumes: --update-images ${address}`
  return { ...nothing, problems: [warningOf(address, 'PLAN_IMAGE_NEWER', message, hint)] }
}

/** A root volume shrinks by replacement alone; one that should grow is left as it is, with a word about it. */
export function rootVolumeFindings(
  world: World,
  spec: ServerSpec,
  live: LiveServer,
  applied: AppliedRecord | undefined,
): LaunchFindings {
  const { sizeGiB: wanted, type } = spec.rootVolume
  const root = live.rootVolume
  if (!root) return nothing
  const isNewWord = applied !== undefined && causeOf(world.digest, applied, 'root', rootWord(spec)) === 'pending'
  if (wanted !== undefined && wanted < root.sizeGiB && isNewWord) {
    const diff: Diff<'server'> = { path: 'rootVolume.size', before: root.sizeGiB, after: wanted, cause: 'pending' }
    return { ...nothing, diffs: [diff] }
  }
  const isSame = (wanted === undefined || wanted === root.sizeGiB) && (type === undefined || type === root.type)
  if (isSame) return nothing
  const message = `the root volume of ${spec.address} is ${root.sizeGiB} GiB ${root.type}; the file asks for ${wanted ?? root.sizeGiB} GiB ${type ?? root.type}`
  const hint =
    wanted !== undefined && wanted < root.sizeGiB
      ? `a volume never shrinks: write rootVolume.size: ${root.sizeGiB}`
      : 'root volumes are not changed in place: change it by hand, or replace the server'
  const cause = causeOf(world.digest, applied, 'root', rootWord(spec))
  const differs = (path: 'rootVolume.size' | 'rootVolume.type', before: DiffValue, after: DiffValue | undefined) =>
    after === undefined || after === before ? [] : [{ path, before, after, cause, left: hint } as const]
  return {
    diffs: [...differs('rootVolume.size', root.sizeGiB, wanted), ...differs('rootVolume.type', root.type, type)],
    problems: [inEntry(warningOf(spec.address, 'PLAN_ROOT_VOLUME_LEFT', message, hint), 'rootVolume')],
    keeps: ['root'],
  }
}

/** User data that the file does not want sent again. */
export function userDataFindings(world: World, spec: ServerSpec, applied: AppliedRecord | undefined): LaunchFindings {
  if (spec.onUserDataChange !== 'ignore' || applied === undefined) return nothing
  if (applied.userdata === world.digest(userDataWord(spec))) return nothing
  const message = `the user data of ${spec.address} is not what it was launched with, and is not sent again`
  const hint = 'onUserDataChange: replace makes a new server when it changes'
  return {
    ...nothing,
    problems: [warningOf(spec.address, 'PLAN_USER_DATA_IGNORED', message, hint)],
    keeps: ['userdata'],
  }
}
