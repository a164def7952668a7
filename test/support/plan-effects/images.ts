import type { Address } from '../../../src/model/address.js'
import type { LiveImageVersion } from '../../../src/model/kinds/image.js'
import type { StepOf } from '../../../src/model/steps/step.js'
import { tagKeys, type Tags } from '../../../src/model/tags.js'
import { Refused, withTags, type Mutable, type World } from './world.js'

/** Images, each version of which is known by its address; EC2 makes them of what is stopped, and of what runs by a reboot. */
export const imageEffects = {
  'create-image'(world: World, step: StepOf<'create-image'>) {
    const server = world.instance(step.instanceId ?? world.idOf(step.server))
    if (server.state !== 'stopped') throw new Refused(`${step.server} is not at rest`)
    add(world, step, world.newId('ami', step.id), world.before.region, server)
    world.ids.set(step.address, world.newId('ami', step.id))
  },
  'register-image'(world: World, step: StepOf<'register-image'>) {
    const { architecture, rootDeviceName } = step
    add(world, step, world.newId('ami', step.id), world.before.region, { architecture, rootDeviceName })
    world.ids.set(step.address, world.newId('ami', step.id))
  },
  'await-image'(world: World, { imageId }: StepOf<'await-image'>) {
    version(world, imageId).state = 'available'
  },
  'copy-image'(world: World, step: StepOf<'copy-image'>) {
    const source = version(world, step.imageId ?? world.idOf(step.address))
    if (source.state !== 'available') throw new Refused(`${source.id} is ${source.state}`)
    add(world, step, world.newId('ami', step.id), step.region, source)
  },
  'modify-image'(world: World, { imageId, description, shares, tags, removeTags }: StepOf<'modify-image'>) {
    const known = version(world, imageId)
    known.tags = withTags(known.tags, tags, removeTags)
    if (description !== undefined) known.description = description
    if (!shares) return
    const gone = new Set(shares.removed)
    const before = [...(known.sharedWith ?? []), ...(known.isPublic ? ['public'] : [])]
    Object.assign(known, sharesOf([...before.filter((share) => !gone.has(share)), ...shares.added]))
  },
  'deregister-image'(world: World, { imageId }: StepOf<'deregister-image'>) {
    if (world.servers.some((server) => server.imageId === imageId)) return
    for (const image of world.images) image.versions = image.versions.filter(({ id }) => id !== imageId)
  },
}

function sharesOf(share: readonly string[]): Pick<LiveImageVersion, 'isPublic' | 'sharedWith'> {
  const others = share.filter((one) => one !== 'public').sort()
  return { isPublic: share.includes('public'), sharedWith: others }
}

interface NewImage {
  readonly address: Address
  readonly name: string
  readonly description: string
  readonly tags: Tags
  readonly share: readonly string[]
}

function add(
  world: World,
  { address, name, description, tags, share }: NewImage,
  id: string,
  region: string,
  { architecture, rootDeviceName = '/dev/xvda' }: { readonly architecture: string; readonly rootDeviceName?: string },
): void {
  const made: LiveImageVersion = {
    id,
    region,
    version: Number(tags[tagKeys.version]),
    name,
    description,
    state: 'available',
    createdAt: '2026-11-01T10:00:00.000Z',
    tags,
    ...sharesOf(share),
    usedBy: [],
    architecture,
    rootDeviceName,
    rootSizeGiB: 8,
  }
  if (world.images.some(({ versions }) => versions.some((other) => other.name === name && other.region === region)))
    throw new Refused('InvalidAMIName.Duplicate')
  const known = world.images.find((image) => image.address === address)
  if (known) known.versions = [...known.versions, made]
  else world.images.push({ address, id, tags, versions: [made], strays: [] })
}

function version(world: World, id: string): Mutable<LiveImageVersion> {
  const found = world.images.flatMap(({ versions }) => versions).find((one) => one.id === id)
  if (!found) throw new Refused(`${id} is gone`)
  return found
}
