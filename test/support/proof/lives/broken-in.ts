import type { Found } from '../account-census.js'
import type { Command } from '../proof-world.js'

/**
 * What must hold after whatever has converged: one of each address, nothing of nobody, and every volume that ever was, by its
 * rule in `volumes`: there, or a snapshot of it. What of these does not, for people.
 */
export function brokenIn(
  census: readonly Found[],
  volumes: ReadonlyMap<string, string>,
  { kind }: Command,
): readonly string[] {
  const broken: string[] = []
  const single = new Map<string, number>()
  for (const { says, address } of census) {
    if (/ of nobody|temporary/.test(says)) broken.push(`orphan: ${says}`)
    if (says.startsWith('snapshot') || says.includes('retained') || address === undefined) continue
    // The members of a scaling group, and their disks, all have its address.
    if (/^(?:instance|volume) \S+\/scalingGroup\./.test(says)) continue
    const key = `${says.split(' ')[0]} ${address}`
    single.set(key, (single.get(key) ?? 0) + 1)
  }
  for (const [key, count] of single) if (count > 1) broken.push(`${count} times: ${key}`)
  if (kind === 'destroy') broken.push(...[...single.keys()].map((key) => `left by destroy: ${key}`))
  for (const [id, rule] of volumes)
    if (rule !== 'delete' && !isKept(id, census)) broken.push(`lost: ${id}, onRemove ${rule}`)
  return broken
}

/** Whether a volume is there, or a snapshot of it. */
export function isKept(id: string, census: readonly Found[]): boolean {
  return census.some((found) => found.id === id || found.volumeId === id)
}
