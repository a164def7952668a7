import { createColors } from 'picocolors'
import type { LiveSnapshot } from '../../model/kinds/volume-snapshot.js'
import { liveLists } from '../../model/kinds/kinds.js'
import type { LiveStack } from '../../model/live-stack.js'
import { tagKeys, type Tagged } from '../../model/tags.js'
import type { Colors } from '../colors.js'
import { legibleData } from '../legible.js'
import { wishText } from '../wish-text.js'
import { byAddress, ownSnapshots, shownFacts, type ShownServer, type ShownVolume } from './show-facts.js'
import { serviceLines } from './show-service.js'

/** The live stack for people: servers with what is attached to them, free volumes, snapshots. */
export function showText(observed: LiveStack, options: { readonly color: boolean }): string {
  const colors = createColors(options.color)
  const live = legibleData(observed)
  const { servers, volumes } = shownFacts(live)
  const lines = [`${colors.bold(live.stack)}  ${colors.dim(live.region)}`]
  const others = otherResources(live)
  const snapshots = ownSnapshots(live)
  const service = serviceLines(live, colors)
  const images = imageLines(live, colors)
  if (servers.length + volumes.length + snapshots.length + others.length + service.length + images.length === 0) {
    lines.push('', 'Nothing of this stack is live.')
  }
  const attached = volumesByServer(volumes)
  for (const shown of servers) {
    lines.push('', ...serverLines(shown, colors))
    for (const volume of attached.get(shown.server.id) ?? []) lines.push(`    ${volumeLine(volume, colors)}`)
  }
  const free = volumes.filter(({ server }) => server === undefined)
  if (free.length > 0) lines.push('', ...free.map((volume) => `  ${volumeLine(volume, colors)}`))
  if (others.length > 0) lines.push('', ...others.map((other) => `  ${otherLine(other, colors)}`))
  lines.push(...service)
  if (images.length > 0) lines.push('', colors.bold('Images'), ...images.map((line) => `  ${line}`))
  if (snapshots.length > 0) {
    lines.push(
      '',
      colors.bold('Snapshots'),
      ...byAddress(snapshots).map((snapshot) => `  ${snapshotLine(snapshot, colors)}`),
    )
  }
  lines.push(...wishLines(live, colors))
  return `${lines.join('\n')}\n`
}

function wishLines({ ledger }: LiveStack, colors: Colors): readonly string[] {
  const wishes = ledger?.wishes ?? []
  if (wishes.length === 0) return []
  const hint = colors.dim('`evenkeel apply` goes on with it, `evenkeel withdraw ADDRESS` takes it back')
  return ['', colors.bold('Asked for, and not done yet'), ...wishes.map((wish) => `  ${wishText(wish)}`), `  ${hint}`]
}

function volumesByServer(volumes: readonly ShownVolume[]): ReadonlyMap<string, readonly ShownVolume[]> {
  const byServer = new Map<string, ShownVolume[]>()
  for (const volume of volumes) {
    const { instanceId } = volume
    if (instanceId === undefined) continue
    const others = byServer.get(instanceId)
    if (others) others.push(volume)
    else byServer.set(instanceId, [volume])
  }
  return byServer
}

/** Resources of the kinds that have no lines of their own, in the order of reports. */
function otherResources(live: LiveStack): readonly Tagged[] {
  const lists = liveLists.filter(
    (list) => !['builtImages', 'servers', 'volumes', 'scalingGroups', 'loadBalancers'].includes(list),
  )
  return lists.flatMap((list): readonly Tagged[] => byAddress<Tagged>(live[list] ?? []))
}

function otherLine(other: Tagged, colors: Colors): string {
  const { address, id } = other
  const facts = ['publicIp', 'cidr', 'zone'].flatMap((key) => {
    const fact: unknown = (other as unknown as Readonly<Record<string, unknown>>)[key]
    return typeof fact === 'string' ? `  ${fact}` : []
  })
  return `${address}${facts.join('')}  ${colors.dim(id)}`
}

/** Each version where it is. */
function imageLines({ builtImages = [], region: home }: LiveStack, colors: Colors): readonly string[] {
  return byAddress(builtImages).flatMap(({ address, versions, unread = {} }) => [
    ...versions.map(({ version, region, name, state, createdAt, id, usedBy = [] }) =>
      [
        `${address}, version ${version}`,
        region === home ? '' : `in ${region}`,
        name,
        createdAt,
        state === 'available' ? '' : colors.yellow(state),
        usedBy.length === 0 ? '' : `used by ${usedBy.length}`,
        colors.dim(id),
      ]
        .filter((part) => part !== '')
        .join('  '),
    ),
    ...Object.entries(unread).map(
      ([region, why]) => `${address}  ${colors.red(`${region} could not be read`)}: ${why}`,
    ),
  ])
}

function serverLines({ server, inside, reason, supersedes }: ShownServer, colors: Colors): readonly string[] {
  const state = server.state === 'running' ? colors.green(server.state) : colors.yellow(server.state)
  const addresses = [server.publicIp, server.privateIp].filter((address) => address !== undefined).join(' ')
  const head = `  ${colors.bold(server.address)}  ${state}  ${server.type}  ${server.zone}  ${addresses}  ${colors.dim(server.id)}`
  const taking =
    supersedes === undefined ? [] : [`    ${colors.yellow('takes the place of')} ${supersedes}, which is still there`]
  if (inside !== 'unreadable') return [head, ...taking]
  return [head, ...taking, `    ${colors.red('its inside could not be read')}: ${reason ?? ''}`]
}

function volumeLine(shown: ShownVolume, colors: Colors): string {
  const { volume, filesystem, label, mount, isRead, isRetained } = shown
  const unmounted = volume.attachment ? (isRead ? 'not mounted' : 'not looked into') : volume.state
  const parts = [
    colors.bold(volume.address),
    `${volume.sizeGiB} GiB ${volume.type}`,
    filesystem === undefined ? '' : label === undefined ? filesystem : `${filesystem} (${label})`,
    mount === undefined ? unmounted : `on ${mount}`,
    isRetained ? colors.yellow('retained') : '',
    colors.dim(volume.id),
  ]
  return parts.filter((part) => part !== '').join('  ')
}

function snapshotLine({ address, id, state, startedAt, sizeGiB, tags }: LiveSnapshot, colors: Colors): string {
  const version = tags[tagKeys.version]
  const name = version === undefined ? address : `${address}, version ${version}`
  return [name, `${sizeGiB} GiB`, startedAt, state === 'completed' ? '' : colors.yellow(state), colors.dim(id)]
    .filter((part) => part !== '')
    .join('  ')
}
