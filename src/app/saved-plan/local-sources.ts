import type { Session } from '../session.js'

interface Source {
  readonly address: string
  readonly sources: readonly string[]
  readonly include: readonly string[]
  readonly exclude: readonly string[]
}

/**
 * By address of each rule and archive that copies from this machine, a digest of the contents: what a plan that is carried
 * out elsewhere is compared by. The rules of a `web[*]` are read once. What cannot be read has no entry.
 */
export async function readLocalSources({ spec, ports }: Session): Promise<Readonly<Record<string, string>>> {
  const wanted: readonly Source[] = [
    ...spec.syncs.flatMap(({ address, from, include, exclude }) => {
      const sources = from.flatMap((end) => (end.kind === 'local' ? [end.path] : []))
      return sources.length === from.length ? [{ address, sources, include, exclude }] : []
    }),
    ...spec.archives.map(({ address, from, exclude }) => ({ address, sources: [from], include: [], exclude })),
  ]
  const digests: Record<string, string> = {}
  const known = new Map<string, string | undefined>()
  for (const { address, sources, include, exclude } of wanted) {
    const request = { sources, include, exclude }
    const key = JSON.stringify(request)
    if (!known.has(key)) known.set(key, await ports.sync.contentDigest(request).catch(() => undefined))
    const digest = known.get(key)
    if (digest !== undefined) digests[address] = digest
  }
  return digests
}
