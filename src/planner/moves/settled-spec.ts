import { addressOf, displayName, parseAddress, type Address } from '../../model/address.js'
import type { VolumeSpec } from '../../model/kinds/volume.js'
import type { LiveStack } from '../../model/live-stack.js'
import { renamingOf } from '../../model/moves/renaming.js'
import type { StackSpec } from '../../model/stack-spec.js'
import { tagKeys } from '../../model/tags.js'

/**
 * What the file says, with what a rename does not change: a default mount stays where it was made under an earlier name, unless
 * another volume of the file has that place, and so for a new one beside it; and a snapshot is found by the name that its volume had.
 */
export function settledSpec(spec: StackSpec, live: LiveStack): StackSpec {
  const renaming = renamingOf(spec)
  const mounts = new Map<Address, string>()
  for (const { address, tags } of live.volumes) {
    const path = tags[tagKeys.mount]
    const isOurs = tags[tagKeys.stack] === spec.stack && tags[tagKeys.retained] === undefined
    if (isOurs && path?.startsWith(defaultDirectory(spec)) === true) mounts.set(address, path)
  }
  const wanted = new Set(spec.volumes.map(({ server, mount }) => `${server ?? ''} ${mount?.path ?? ''}`))
  const volumes = spec.volumes.map((volume) => {
    const { snapshot } = volume
    const kept = keptMount(volume)
    const name = snapshot?.kind === 'name' ? currentName(snapshot.name) : undefined
    if (kept === undefined && name === undefined) return volume
    return {
      ...volume,
      ...(kept !== undefined && volume.mount && { mount: { ...volume.mount, path: kept } }),
      ...(name !== undefined && snapshot?.kind === 'name' && { snapshot: { ...snapshot, name } }),
    }
  })
  return { ...spec, volumes }

  /** The default mount of another name, where the file asks for the default one. */
  function keptMount({ address, server, mount }: VolumeSpec): string | undefined {
    const { name, index } = parseAddress(address) ?? {}
    const path = mounts.get(address) ?? (index === undefined ? undefined : mountBeside(name))
    const isDefault = name !== undefined && mount?.path === `${defaultDirectory(spec)}${name}`
    if (!isDefault || path === undefined || wanted.has(`${server ?? ''} ${path}`)) return undefined
    return path
  }

  /** A volume that is new beside the others of its entry is mounted where they all are. */
  function mountBeside(name: string | undefined): string | undefined {
    const paths = new Set(
      [...mounts].flatMap(([address, path]) => {
        const other = parseAddress(address)
        return other?.name === name && other?.index !== undefined ? [path] : []
      }),
    )
    return paths.size === 1 ? [...paths][0] : undefined
  }

  function currentName(name: string): string | undefined {
    const address = (['volume', 'archive'] as const).map((kind) => addressOf(kind, name))
    const moved = address.map(renaming).find((one) => !address.includes(one))
    // Of which member a volume is made says its own index.
    return moved && parseAddress(moved)?.index === undefined ? displayName(moved) : undefined
  }
}

function defaultDirectory({ stack }: StackSpec): string {
  return `/mnt/${stack}/`
}
