import { filesystemRules } from '../../../model/inside/volume-rules.js'
import { reportAt } from '../../context.js'
import type { Context } from '../../context.js'
import { parseWrittenEndpoint } from '../sync-rule/written-endpoint.js'
import { memberServer, volumeMembers } from './volume-members.js'

/**
 * Reports volumes on one server that hold the same filesystem, each a copy of one volume: they have one UUID, by which alone
 * they are mounted, and xfs and btrfs refuse the second one. A volume beside its own copy is told where the copy is asked for.
 */
export function checkSameContent(context: Context): void {
  const copies = wholeCopies(context)
  const seen = new Map<string, string>()
  for (const [name, volume] of context.volumes) {
    if (!volume || volume.unmounted === true || volume.server === undefined) continue
    const fstype = volume.fstype ?? 'ext4'
    if (!filesystemRules[fstype].isMountable) continue
    for (const { label, server } of volumeMembers(context, name, volume)) {
      const content = contentOf(context, copies, label)
      if (!server || content.name === undefined) continue
      const key = `${server.name}[${server.index ?? ''}] ${content.name}`
      const other = seen.get(key)
      if (other === undefined) {
        seen.set(key, label)
        continue
      }
      if (copies.get(label)?.from === other || copies.get(other)?.from === label) continue
      reportAt(
        context,
        content.path,
      )({
        code: 'SPEC_DUPLICATE_UUID',
        message: `volumes \`${other}\` and \`${label}\` would be mounted on one server with one UUID: both hold ${content.name}`,
        hint: 'give one of them another server, or `unmounted: true`',
      })
      // One member stands for all.
      break
    }
  }
}

interface WholeCopy {
  readonly from: string
  readonly path: readonly string[]
}

/** Which volume is copied to which as a whole, by the name of the destination. */
function wholeCopies(context: Context): ReadonlyMap<string, WholeCopy> {
  const copies = new Map<string, WholeCopy>()
  for (const [rule, sync] of context.sync) {
    if (!sync || (sync.method !== 'blocks' && sync.method !== 'clone')) continue
    if (typeof sync.from !== 'string' || sync.to === undefined) continue
    const [from, to] = [parseWrittenEndpoint(sync.from), parseWrittenEndpoint(sync.to)]
    if (from.kind !== 'volume' || to.kind !== 'volume') continue
    copies.set(to.volume, { from: from.volume, path: ['sync', rule, 'to'] })
  }
  return copies
}

/** What a volume holds: another's content, as far back as the file tells; and where the file says so. */
function contentOf(
  context: Context,
  copies: ReadonlyMap<string, WholeCopy>,
  name: string,
): { readonly name: string | undefined; readonly path: readonly string[] } {
  const passed = new Set<string>()
  let path: readonly string[] = ['volumes', name]
  for (let current = name; !passed.has(current);) {
    passed.add(current)
    const copy = copies.get(current)
    const origin = copy ? undefined : snapshotOf(context, current)
    if (current === name)
      path = copy?.path ?? ['volumes', entryName(name), ...(origin === undefined ? [] : ['snapshot'])]
    if (origin?.startsWith('snap-')) return { name: `snapshot ${origin}`, path }
    const before = copy?.from ?? origin
    if (before === undefined || before === current) return { name: `what is on \`${current}\``, path }
    current = before
  }
  return { name: undefined, path }
}

/** What a volume is made from: a snapshot's id, or the volume that it was made of; of volumes for each member, of the same one. */
function snapshotOf(context: Context, label: string): string | undefined {
  const snapshot = context.volumes.get(entryName(label))?.snapshot
  if (typeof snapshot !== 'object') return snapshot
  const index = label.slice(entryName(label).length)
  const other = context.volumes.get(snapshot.name ?? '')
  return other && memberServer(other) !== undefined ? `${snapshot.name}${index}` : snapshot.name
}

/** `data[0]` -> `data`. */
function entryName(label: string): string {
  return label.replace(/\[.*$/, '')
}
