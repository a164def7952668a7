import { required } from '../../core/assert.js'
import { addressOf } from '../../model/address.js'
import type { ImageSource, ImageSpec } from '../../model/kinds/image.js'
import { reportAt } from '../context.js'
import type { Context } from '../context.js'
import { ignore, type Path, type TextReport } from '../problem.js'
import { findServer, serverAddress } from '../references/find-server.js'
import { created } from '../references/waits.js'
import type { BuiltImageShape } from '../shape/stack-shape.generated.js'
import { checkCopyRegions, copyRegionsOf } from './copy-regions.js'
import { inOrder, tagsOf } from './entries.js'
import { isOneTime } from './server/spot.js'
import type { SpecKind } from './spec-kind.js'

/** Images that the stack makes of its servers, or of snapshots, and keeps in versions. */
export const builtImage: SpecKind<'image'> = {
  word: 'image',
  entries: ({ images }) => images,
  pathOf: (name) => ['images', name],
  attributes: ['id'],
  isGenerated: false,
  isAwaited: true,
  templates: {},
  check: checkImages,
  specs: (context) => inOrder(context.images).map(([name, entry]) => imageOf(context, name, entry)),
  tellWaits: (context, waits) => {
    for (const [name, entry] of context.images) {
      const server =
        entry?.from === undefined || isSnapshot(entry.from) ? undefined : findServer(context, entry.from, ignore)
      if (server) waits.add(created(`image.${name}`), { to: `server.${server.name}`, path: ['images', name, 'from'] })
      waits.add(`image.${name}`, { to: created(`image.${name}`) })
    }
    for (const [name, entry] of context.servers) {
      if (typeof entry?.image !== 'string' || !entry.image.startsWith('image.')) continue
      waits.add(created(`server.${name}`), { to: created(entry.image), path: ['servers', name, 'image'] })
    }
  },
}

function imageOf(context: Context, name: string, entry: BuiltImageShape): ImageSpec {
  return {
    address: addressOf('image', name),
    source: sourceOf(context, entry),
    description: entry.description,
    keep: entry.keep,
    regions: copyRegionsOf(context, entry.regions),
    share: entry.share && [...new Set(entry.share.map((one) => required(one, 'share')))].sort(),
    protect: entry.protect ?? false,
    tags: tagsOf(context, entry.tags),
  }
}

function sourceOf(context: Context, entry: BuiltImageShape): ImageSource {
  const from = required(entry.from, 'from')
  if (!isSnapshot(from)) {
    const server = required(findServer(context, from, ignore), 'the server of an image')
    return { kind: 'server', server: required(serverAddress(server), 'the address of a server') }
  }
  return {
    kind: 'snapshot',
    snapshotId: from,
    architecture: entry.architecture ?? 'x86_64',
    rootDeviceName: entry.rootDevice ?? '/dev/xvda',
    bootMode: entry.bootMode,
    user: entry.user,
  }
}

function isSnapshot(from: string): boolean {
  return /^snap-([0-9a-f]{8}|[0-9a-f]{17})$/.test(from)
}

/** What is said of images of snapshots alone. */
const ofSnapshots = ['architecture', 'rootDevice', 'bootMode', 'user'] as const

/** Reports what is wrong with each image. */
function checkImages(context: Context): void {
  for (const [name, entry] of context.images) {
    if (!entry) continue
    const path = ['images', name]
    checkSource(context, path, entry)
    checkCopyRegions(context, path, entry.regions)
  }
}

function checkSource(context: Context, path: Path, entry: BuiltImageShape): void {
  const { from } = entry
  if (from === undefined || isSnapshot(from)) return
  const server = findServer(context, from, sourceHints(reportAt(context, [...path, 'from'])))
  if (server && isOneTime(context.servers.get(server.name) ?? {})) {
    const message = `no image is made of server.${server.name}: it is a spot instance with \`interruption: terminate\`, which cannot be brought to rest`
    const hint = 'write `spot: { interruption: stop }` for it, or take its `spot` out'
    reportAt(context, [...path, 'from'])({ code: 'SPEC_CONFLICTING_KEYS', message, hint })
  }
  for (const key of ofSnapshots) {
    if (!(key in entry)) continue
    const message = `\`${key}\` is said of an image of a snapshot; that of a server has what the server has`
    reportAt(context, [...path, key], 'key')({ code: 'SPEC_BAD_IMAGE', message, hint: 'leave it out' })
  }
}

/** A source that names nothing may have been meant as either. */
function sourceHints(report: TextReport): TextReport {
  return (problem) => report({ hint: 'write server.<name>, or the id of a snapshot', ...problem })
}
