import { parseApplied, type AppliedKey, type AppliedRecord } from '../../../model/applied.js'
import { loginUser } from '../../../model/inside/login-user.js'
import type { Address } from '../../../model/address.js'
import { imageName, type ImageSource, type ImageSpec } from '../../../model/kinds/image.js'
import type { LiveImage } from '../../../model/launch/image.js'
import { tagKeys } from '../../../model/tags.js'
import type { World } from '../../world.js'
import type { ServerDecision, StandingServerDecision } from '../servers/server-decision.js'
import { imageOf } from '../servers/server-properties.js'
import type { Builder } from './image-decision.js'

/** What an image would be made of now. */
export interface Material {
  readonly source: ImageSource
  /** Digested into the record: another word asks for another version. */
  readonly word: unknown
  readonly builder?: Builder
  readonly shape: Pick<LiveImage, 'architecture' | 'rootDeviceName' | 'rootSizeGiB'>
  /** Who logs in to what is launched of it; undefined: guessed from its name. */
  readonly user: string | undefined
}

/** Of what is recorded of a server, what lies on its root disk. */
const contentKeys: readonly AppliedKey[] = ['key', 'root', 'setup', 'user', 'userdata']

/** What the file's image is made of; undefined where the server that it is made of cannot be planned. */
export function materialOf(
  world: World,
  { source }: ImageSpec,
  servers: ReadonlyMap<Address, ServerDecision>,
): Material | undefined {
  if (source.kind === 'server') return serverMaterial(world, source, servers.get(source.server))
  const { architecture, rootDeviceName, user } = source
  const shape = { architecture, rootDeviceName, rootSizeGiB: 0 }
  return { source, word: source, shape, user }
}

function serverMaterial(
  world: World,
  source: Extract<ImageSource, { kind: 'server' }>,
  decision: ServerDecision | undefined,
): Material | undefined {
  if (!decision || !('outlook' in decision) || decision.kind === 'remove') return undefined
  const { server } = source
  const spec = world.servers.get(server)
  if (!spec) return undefined
  const launched = 'launch' in decision ? decision.launch : undefined
  const live = 'launch' in decision ? undefined : decision.live
  const image = launched?.image ?? imageOf(world, spec)
  const record = launched?.record ?? ('launch' in decision ? undefined : recordAfter(decision))
  const imageId = launched?.image.id ?? live?.imageId
  const content = contentKeys.map((key) => [key, record?.[key] ?? null] as const)
  return {
    source,
    word: { image: wordOfImage(world, imageId ?? '', launched?.image), content: Object.fromEntries(content) },
    builder: { server, instanceId: live?.id, runs: decision.outlook.runsAfter },
    shape: {
      architecture: live?.architecture ?? image?.architecture ?? '',
      rootDeviceName: image?.rootDeviceName ?? '/dev/xvda',
      rootSizeGiB: live?.rootVolume?.sizeGiB ?? spec.rootVolume.sizeGiB ?? image?.rootSizeGiB ?? 0,
    },
    user: live?.tags[tagKeys.user] ?? loginUser(spec, image),
  }
}

/** An image of the stack by its name: that of one which is still to be made is known before its id is. */
function wordOfImage(world: World, id: string, launched: LiveImage | undefined): string {
  if (launched?.madeBy !== undefined) return launched.name
  for (const { versions } of world.live.builtImages.values()) {
    const own = versions.find((version) => version.id === id)
    if (own) return own.name
  }
  return id
}

/** What is recorded of a server that stays, once the plan is done with it. */
function recordAfter({ live, tagging }: StandingServerDecision): AppliedRecord | undefined {
  return parseApplied(tagging.tags[tagKeys.applied] ?? live.tags[tagKeys.applied])
}

/** The image that a plan makes, as those see it who are launched of it. */
export function comingImage(world: World, spec: ImageSpec, material: Material, version: number): LiveImage {
  const { address } = spec
  return {
    id: '',
    name: imageName(world.spec.stack, address, version),
    owner: '',
    ...material.shape,
    ...(material.user !== undefined && { user: material.user }),
    madeBy: address,
  }
}
