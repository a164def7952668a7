import type { ServerSpec } from '../model/stack-spec.js'
import type { AppliedKey, AppliedRecord } from '../model/applied.js'
import type { Diff } from '../model/change.js'
import { causeOf } from './compare/comparison.js'
import { imageKey, type LiveServer } from '../model/live-stack.js'
import { refuse, warn, type Planning } from './planning.js'
import { imageOf, rootWord, userDataWord } from './server-properties.js'

/** A changed selector that means another image replaces the server; the same selector that means a newer one is told, and replaces when asked to. */
export function imageDiffs(
  planning: Planning,
  spec: ServerSpec,
  live: LiveServer,
  applied: AppliedRecord | undefined,
  keptKeys: Set<AppliedKey>,
): readonly Diff[] {
  const { address } = spec
  const image = imageOf(planning, spec)
  const isNewWord = applied !== undefined && causeOf(planning.digest, applied, 'image', spec.image) === 'pending'
  if (!image) {
    keptKeys.add('image')
    if (isNewWord)
      refuse(
        planning,
        address,
        'PLAN_IMAGE_NOT_FOUND',
        `no image is ${imageKey(spec.image)}, which the file names for ${address}`,
      )
    return []
  }
  if (image.id === live.imageId) return []
  const isAsked = planning.options.updateImages?.includes(address) ?? false
  if (isNewWord || isAsked) return [{ path: 'image', before: live.imageId, after: image.id, cause: 'pending' }]
  warn(
    planning,
    address,
    'PLAN_IMAGE_NEWER',
    `${address} runs ${live.imageId}; what the file names is ${image.id} (${image.name}) by now`,
    `to replace the server, keeping its volumes: --update-images ${address}`,
  )
  return []
}

/** A root volume shrinks by replacement alone; one that should grow is left as it is, with a word about it. */
export function rootVolumeDiffs(
  planning: Planning,
  spec: ServerSpec,
  live: LiveServer,
  applied: AppliedRecord | undefined,
  keptKeys: Set<AppliedKey>,
): readonly Diff[] {
  const wanted = spec.rootVolume.sizeGiB
  const root = live.rootVolume
  if (!root) return []
  const isNewWord = applied !== undefined && causeOf(planning.digest, applied, 'root', rootWord(spec)) === 'pending'
  if (wanted !== undefined && wanted < root.sizeGiB && isNewWord) {
    return [{ path: 'rootVolume.size', before: root.sizeGiB, after: wanted, cause: 'pending' }]
  }
  const type = spec.rootVolume.type
  if ((wanted !== undefined && wanted !== root.sizeGiB) || (type !== undefined && type !== root.type)) {
    keptKeys.add('root')
    warn(
      planning,
      spec.address,
      'PLAN_ROOT_VOLUME_LEFT',
      `the root volume of ${spec.address} is ${root.sizeGiB} GiB ${root.type}; the file asks for ${wanted ?? root.sizeGiB} GiB ${type ?? root.type}`,
      'root volumes are not changed in place yet: change it by hand, or replace the server',
    )
  }
  return []
}

export function noteUserData(
  planning: Planning,
  spec: ServerSpec,
  applied: AppliedRecord | undefined,
  keptKeys: Set<AppliedKey>,
): void {
  if (spec.onUserDataChange !== 'ignore' || applied === undefined) return
  if (applied.userdata === planning.digest(userDataWord(spec))) return
  keptKeys.add('userdata')
  warn(
    planning,
    spec.address,
    'PLAN_USER_DATA_IGNORED',
    `the user data of ${spec.address} is not what it was launched with, and is not sent again`,
    'onUserDataChange: replace makes a new server when it changes',
  )
}
