import type { FoundImage, ImagesWanted } from '../../model/launch/on-offer.js'
import { legibleData, legibleJson } from '../legible.js'
import { momentText } from '../tables/table.js'
import { listed } from './listed.js'

const imagesFormatVersion = 1

/** A line an image, and how a stack file names the newest. */
export function imagesText(
  observed: readonly FoundImage[],
  wanted: ImagesWanted,
  { limit, color }: { readonly limit: number; readonly color: boolean },
): string {
  const found = legibleData(observed)
  const [newest] = found
  if (!newest) return `${noneText(wanted)}\n`
  const rows = found.map(({ id, name, owner, architecture, createdAt, parameter, rootVolumeGiB }) => [
    ...(wanted.kind === 'parameters' ? [parameter ?? ''] : []),
    name,
    architecture,
    createdAt === undefined ? '-' : momentText(createdAt),
    rootVolumeGiB === undefined ? '-' : `${rootVolumeGiB} GiB`,
    owner,
    id,
  ])
  const head = ['NAME', 'ARCHITECTURE', 'CREATED', 'ROOT DISK', 'OWNER', 'ID']
  const foot = [
    'The first in a stack file:',
    `  image: ${stackFileText(newest, wanted)}`,
    `  image: ${newest.id}   # this one, for ever`,
  ]
  return listed(wanted.kind === 'parameters' ? ['PARAMETER', ...head] : head, rows, { color, limit, foot })
}

function noneText(wanted: ImagesWanted): string {
  if (wanted.kind === 'parameters') return `No parameter below ${wanted.path} leads to an image that is available.`
  const whose = wanted.owner === 'self' ? 'of your own account' : `of ${wanted.owner}`
  const hint = wanted.owner === 'self' ? ' Those of others are found with --owner, e.g. 136693071363 for Debian.' : ''
  return `There is no image ${whose}${wanted.name === undefined ? '' : ` that is called ${wanted.name}`}.${hint}`
}

/** By a pattern where one was given: a new server gets the newest of them then. */
function stackFileText(image: FoundImage, wanted: ImagesWanted): string {
  const { name, owner, architecture, ssm } = stackFileImage(image, wanted)
  if (ssm !== undefined) return `{ ssm: ${ssm} }`
  return `{ owner: "${owner}", name: ${JSON.stringify(name)}, architecture: ${architecture} }`
}

type StackFileImage = Readonly<Partial<Record<'owner' | 'name' | 'architecture' | 'ssm', string>>>

function stackFileImage({ name, owner, architecture, parameter }: FoundImage, wanted: ImagesWanted): StackFileImage {
  if (parameter !== undefined) return { ssm: parameter }
  return { owner, name: (wanted.kind === 'owner' ? wanted.name : undefined) ?? name, architecture }
}

/** As `images find --json` prints them (schema/images.schema.json). */
export function imagesJson(found: readonly FoundImage[], wanted: ImagesWanted, limit: number): string {
  const images = found.slice(0, limit).map((image) => ({
    id: image.id,
    name: image.name,
    owner: image.owner,
    architecture: image.architecture,
    createdAt: image.createdAt ?? null,
    rootVolumeGiB: image.rootVolumeGiB ?? null,
    image: stackFileImage(image, wanted),
  }))
  return `${legibleJson({ formatVersion: imagesFormatVersion, found: found.length, images }, 2)}\n`
}
