import type { Address } from '../../../model/address.js'
import { type Diff } from '../../../model/change.js'
import { type LiveServer } from '../../../model/kinds/server.js'
import { imageKey } from '../../../model/launch/image.js'
import { loginUser } from '../../../model/inside/login-user.js'
import type { ServerSpec } from '../../../model/kinds/server.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import { createDiffs, existsDiff, recordOf, sortedDiffs } from '../../compare/comparison.js'
import { lastingTags } from '../../compare/desired-tags.js'
import { reasonForCreate } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { refuse } from '../decided.js'
import type { Launch, ServerDecision } from './server-decision.js'
import { factsOf, isRunning, type ServerOutlook } from './server-outlook.js'
import { imageOf, keyNameOf, serverWishes, serverWords, subnetOf } from './server-properties.js'
import { serverZone } from './server-zone.js'

export function decideNewServer(world: World, spec: ServerSpec, replaced: Replacement | undefined): ServerDecision {
  const { address } = spec
  const launch = launchOf(world, spec, replaced?.live)
  if ('kind' in launch) return launch
  const { zone } = launch
  const impossible = world.live.stack.hostsImpossible !== undefined
  const outlook: ServerOutlook = {
    address,
    spec,
    live: replaced?.live,
    action: replaced ? 'replace' : 'create',
    facts: factsOf(world, address),
    inside: impossible ? 'impossible' : spec.state === 'stopped' ? 'closed' : 'new',
    runsNow: isRunning(replaced?.live),
    runsAfter: spec.state === 'running',
    zone,
  }
  const common = { address, outlook, launch, stopsForRelease: false, problems: [] }
  if (replaced) {
    const { reason, live: old } = replaced
    const change = { address, kind: 'replace', reason, diffs: sortedDiffs(replaced.diffs) } as const
    return { ...common, kind: 'replace', old, change }
  }
  const wasThere = world.live.ledger.has(address)
  const wishes = createDiffs(serverWishes(world, spec, launch.image, zone), wasThere ? 'drift' : 'pending')
  const diffs = sortedDiffs<'server'>([...(wasThere ? [existsDiff] : []), ...wishes])
  return { ...common, kind: 'create', change: { address, kind: 'create', reason: reasonForCreate(wasThere), diffs } }
}

/** Why another instance takes the place of a live one. */
export interface Replacement {
  readonly live: LiveServer
  readonly diffs: readonly Diff<'server'>[]
  readonly reason: string
}

/** What a launch takes; what is missing for it is told as an error. */
function launchOf(world: World, spec: ServerSpec, live: LiveServer | undefined): Launch | ServerDecision {
  const { address } = spec
  const image = imageOf(world, spec)
  if (!image) return imageNotFound(spec)
  const subnet = subnetOf(world, spec)
  if (spec.subnet && !subnet) {
    return refuse(address, 'PLAN_SUBNET_NOT_FOUND', `no subnet fits what the file says of ${address}`)
  }
  const zone = serverZone(world, spec, live, volumesOf(world, address))
  if (zone === undefined) {
    return refuse(address, 'PLAN_ZONE_NOT_FOUND', `no zone of ${world.live.stack.region} is available`)
  }
  const impossible = world.live.stack.hostsImpossible !== undefined
  const words = serverWords(spec).filter(({ key }) => !(impossible && key === 'setup'))
  return {
    spec,
    image,
    subnet,
    zone,
    keyName: keyNameOf(world, spec.keyPair),
    tags: serverTags(world, spec),
    record: recordOf(world.digest, words),
    setupRuns: spec.setup.length > 0,
  }
}

function imageNotFound({ address, image }: ServerSpec): ServerDecision {
  const message = `no image is ${imageKey(image)}, which the file names for ${address}`
  return refuse(address, 'PLAN_IMAGE_NOT_FOUND', message)
}

/** Tags that a server keeps for good. The login user is left out where nothing is known of the image. */
export function serverTags(world: World, spec: ServerSpec): Tags {
  const image = imageOf(world, spec)
  return lastingTags(world, spec.address, spec.tags, {
    ...(spec.user === undefined && !image ? {} : { [tagKeys.user]: loginUser(spec, image) }),
    ...(spec.protect ? { [tagKeys.protect]: 'true' } : {}),
  })
}

function volumesOf(world: World, server: Address): readonly VolumeSpec[] {
  return world.volumesByServer.get(server) ?? []
}
