import { checkDependencies } from '../../references/dependencies.js'
import { checkVolumeType } from './check-volume-type.js'
import { reportAt } from '../../context.js'
import type { Context } from '../../context.js'
import type { Path, TextProblem } from '../../problem.js'
import type { VolumeShape } from '../../shape/stack-shape.generated.js'
import { checkZone } from '../check-zone.js'
import { checkCopyRegions } from '../copy-regions.js'
import { checkIgnored } from '../ignore-changes.js'
import { memberServer, volumeMembers } from './volume-members.js'

/** Reports what is wrong with each volume as EC2 sees it; check-filesystems.ts looks inside. */
export function checkVolumes(context: Context): void {
  for (const [name, volume] of context.volumes) {
    if (!volume) continue
    const path = ['volumes', name]
    checkOrigin(context, path, volume)
    checkVolumeType(context, path, volume)
    checkPlace(context, name, path, volume)
    checkMembers(context, path, volume)
    checkSnapshots(context, path, volume)
    checkCopyRegions(context, [...path, 'snapshots'], volume.snapshots?.regions)
    checkIgnored(context, 'volume', path, volume)
    checkDependencies(context, [...path, 'dependsOn'], volume.dependsOn)
    if (volume.kmsKey !== undefined && volume.encrypted === false) {
      const message = '`kmsKey` cannot stand beside `encrypted: false`'
      reportAt(context, [...path, 'kmsKey'], 'key')({ code: 'SPEC_CONFLICTING_KEYS', message })
    }
  }
}

/** A schedule has a pace; who may use snapshots can be said without one. */
function checkSnapshots(context: Context, path: Path, { snapshots, encrypted, kmsKey }: VolumeShape): void {
  if (snapshots === undefined) return
  const { share } = snapshots
  const isScheduled = ['keep', 'consistent', 'regions'].some((key) => key in snapshots) || !('share' in snapshots)
  if (isScheduled && !('every' in snapshots)) {
    const message = `volume \`${path[1]}\` says of its snapshots not how often they are taken`
    const hint = 'write `every: 24h`'
    reportAt(context, [...path, 'snapshots', 'every'], 'key')({ code: 'SPEC_MISSING_KEY', message, hint })
  }
  if (share?.includes('public') !== true || (encrypted !== true && kmsKey === undefined)) return
  const message = 'snapshots of an encrypted volume cannot be public'
  const hint = 'name accounts, or leave `encrypted` and `kmsKey` out'
  reportAt(context, [...path, 'snapshots', 'share'])({ code: 'SPEC_CONFLICTING_KEYS', message, hint })
}

function checkOrigin(context: Context, path: Path, volume: VolumeShape): void {
  if ('volumeId' in volume && 'snapshot' in volume) {
    const message = '`snapshot` cannot stand beside `volumeId`: a volume that exists is made from nothing'
    const hint = 'leave one of them out'
    reportAt(context, [...path, 'snapshot'], 'key')({ code: 'SPEC_CONFLICTING_KEYS', message, hint })
  }
  if ('size' in volume || 'snapshot' in volume || 'volumeId' in volume) return
  const message = `volume \`${path[1]}\` has neither size, nor snapshot, nor volumeId`
  reportAt(context, [...path, 'size'], 'key')({ code: 'SPEC_MISSING_KEY', message, hint: 'give `size` in GiB' })
}

/** Where a server of a count has to be chosen, all of them can be meant as well. */
function hintOf({ code, hint }: TextProblem, { server = '' }: VolumeShape): TextProblem['hint'] {
  const isChoice = code === 'SPEC_BAD_INDEX' && typeof hint === 'string' && !server.includes('[')
  return isChoice ? `${hint}, or \`${server}[*]\` for a volume on each` : hint
}

/** What names one thing in EC2, or in a filesystem, stands for one volume. */
function checkMembers(context: Context, path: Path, volume: VolumeShape): void {
  if (memberServer(volume) === undefined) return
  const say = (key: 'uuid' | 'volumeId', message: string, hint: string) => {
    if (volume[key] !== undefined) {
      reportAt(context, [...path, key], 'key')({ code: 'SPEC_CONFLICTING_KEYS', message, hint })
    }
  }
  const each = `\`server: ${volume.server}\`, which makes a volume for each member`
  say('uuid', `one UUID cannot stand beside ${each}`, 'leave `uuid` out: each filesystem gets one of its own')
  say(
    'volumeId',
    `one volume cannot stand beside ${each}`,
    'give what is adopted an entry of its own, with `server: web[0]`',
  )
}

function checkPlace(context: Context, name: string, path: Path, volume: VolumeShape): void {
  const isInRegion = checkZone(context, [...path, 'zone'], volume.zone)
  if (volume.server === undefined) return
  const report = reportAt(context, [...path, 'server'])
  const [member] = volumeMembers(context, name, volume, (problem) =>
    report({ ...problem, hint: hintOf(problem, volume) }),
  )
  const server = member?.server
  const serverZone = server && context.servers.get(server.name)?.zone
  if (!isInRegion || serverZone === undefined || volume.zone === undefined || serverZone === volume.zone) return
  const message = `the volume is in zone ${volume.zone} and its server \`${server?.name}\` in ${serverZone}`
  const hint = 'leave `zone` out: a volume is made where its server is'
  reportAt(context, [...path, 'zone'])({ code: 'SPEC_ZONE_MISMATCH', message, hint })
}
