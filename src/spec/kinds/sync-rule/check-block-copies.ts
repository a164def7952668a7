import { reportAt } from '../../context.js'
import type { Context } from '../../context.js'
import type { Member } from '../../references/counted-members.js'
import { serverAddress } from '../../references/find-server.js'
import type { Path } from '../../problem.js'
import type { SyncRuleShape, VolumeShape } from '../../shape/stack-shape.generated.js'
import { volumeCalled } from '../volume/volume-members.js'
import { parseWrittenEndpoint } from './written-endpoint.js'
import { canonicalUuid, filesystemRules } from '../../../model/inside/volume-rules.js'

/** Options that speak of files, or of a comparison that is made anyway. */
const fileOptions = [
  'delete',
  'include',
  'exclude',
  'owner',
  'chmod',
  'checksum',
  'bandwidthKiBps',
  'partial',
  'onChange',
  'rolling',
] as const

/** Reports rules with `method: blocks` or `clone` that no volume can be copied by, and `overwrite` where it says nothing. */
export function checkBlockCopies(context: Context): void {
  const writers = new Map<string, string>()
  for (const [name, sync] of context.sync) {
    if (!sync) continue
    const path = ['sync', name]
    const say = (at: Path, message: string, hint?: string) =>
      reportAt(context, [...path, ...at])({ code: 'SPEC_BAD_SYNC', message, hint })
    if (sync.overwrite === true && sync.method !== 'blocks') {
      say(['overwrite'], '`overwrite` is for rules with `method: blocks`', 'leave `overwrite` out')
    }
    if (sync.method !== 'blocks' && sync.method !== 'clone') continue
    checkOptions(sync, sync.method, say)
    if (sync.method === 'blocks' && sync.via === 'direct') {
      const message = 'blocks go from one server to another through this machine, not directly yet'
      reportAt(context, [...path, 'via'])({ code: 'SPEC_NOT_YET', message, hint: 'leave `via` out' })
    }
    const [from, to] = [volumeOf(context, sync.from), volumeOf(context, sync.to)]
    if (sync.from !== undefined && !from) say(['from'], wholeVolume(sync.method), 'write from: volume.NAME')
    if (sync.to !== undefined && !to) say(['to'], wholeVolume(sync.method), 'write to: volume.NAME')
    if (!from || !to) continue
    if (from.name === to.name) say(['to'], `volume \`${to.name}\` cannot be copied to itself`)
    else checkPair(sync.method, from, to, say)
    const other = writers.get(to.name)
    if (other !== undefined) say(['to'], `sync \`${other}\` writes the whole of volume \`${to.name}\` too`)
    writers.set(to.name, name)
  }
}

type Say = (at: Path, message: string, hint?: string) => void

interface Whole {
  readonly name: string
  /** Undefined where the file names a volume that it does not have, which is told elsewhere. */
  readonly volume: VolumeShape | undefined
  readonly server: Member | undefined
}

function wholeVolume(method: string): string {
  return `\`method: ${method}\` copies whole volumes, from one to one`
}

/** The volume that an end names, and nothing below it. */
function volumeOf(context: Context, written: SyncRuleShape['from']): Whole | undefined {
  if (typeof written !== 'string') return undefined
  const end = parseWrittenEndpoint(written)
  if (end.kind !== 'volume' || end.path !== '') return undefined
  const called = volumeCalled(context, end.volume)
  return { name: end.volume, volume: called?.entry, server: called?.member.server }
}

function checkOptions(sync: SyncRuleShape, method: 'blocks' | 'clone', say: Say): void {
  for (const key of fileOptions) {
    if (sync[key] === undefined || sync[key] === false) continue
    say([key], `\`${key}\` says nothing with \`method: ${method}\``, `leave \`${key}\` out`)
  }
  if (method === 'clone') {
    for (const key of ['compress', 'via'] as const) {
      if (sync[key] === undefined || sync[key] === false) continue
      say([key], `\`${key}\` says nothing with \`method: clone\`: nothing is sent`, `leave \`${key}\` out`)
    }
  }
}

/** What makes two volumes such that one can be a copy of the other. */
function checkPair(method: 'blocks' | 'clone', from: Whole, to: Whole, say: Say): void {
  const [source, destination] = [from.volume, to.volume]
  if (!source || !destination) return
  if (method === 'blocks') {
    for (const [key, { name, volume }] of Object.entries({ from, to })) {
      if (volume && !('server' in volume)) {
        say([key], `volume \`${name}\` has no server that could read or write it`, 'give the volume a `server`')
      }
    }
  }
  for (const key of method === 'clone' ? (['volumeId', 'snapshot', 'reuse'] as const) : []) {
    if (destination[key] === undefined || destination[key] === false) continue
    say(
      ['to'],
      `volume \`${to.name}\` is made as a clone, so that its \`${key}\` cannot be`,
      `leave \`${key}\` out there`,
    )
  }
  const fstype = source.fstype ?? 'ext4'
  if ((destination.fstype ?? 'ext4') !== fstype) {
    const message = `volume \`${to.name}\` will hold the ${fstype} of volume \`${from.name}\`, and its entry says ${destination.fstype ?? 'ext4'}`
    return say(['to'], message, `write fstype: ${fstype} there`)
  }
  for (const key of ['label', 'uuid'] as const) {
    const text = (value: string | undefined) =>
      value === undefined || key === 'label' ? value : canonicalUuid(value, fstype)
    if (destination[key] === undefined || text(destination[key]) === text(source[key])) continue
    const message = `volume \`${to.name}\` will have the ${key} of volume \`${from.name}\``
    say(['to'], message, `leave \`${key}\` out there`)
  }
  const servers = [from, to].map(({ server }) => server && serverAddress(server))
  const isOneServer = servers[0] !== undefined && servers[0] === servers[1]
  const isUsed = [source, destination].some(({ unmounted }) => unmounted !== true)
  if (!isOneServer || !isUsed || fstype === 'raw' || !filesystemRules[fstype].isMountable) return
  say(
    ['to'],
    `volumes \`${from.name}\` and \`${to.name}\` would be mounted on one server with one UUID: which of them a boot mounts is chance`,
    'write `unmounted: true` for both, or give one of them another server',
  )
}
