import type { Address } from './address.js'
import { compareText } from './address-order.js'
import { liveLists } from './kinds/kinds.js'
import type { LiveStack } from './live-stack.js'
import { parseApplied } from './applied.js'
import { tagKeys, type Tagged } from './tags.js'

/** One of several live resources that carry one address. */
export interface Claimant {
  readonly id: string
  readonly tags: Tagged['tags']
  /** ISO 8601; undefined where EC2 does not say. */
  readonly createdAt: string | undefined
  /** What people tell it from the others by: `running`, `has volume.music`, `holds ext4`. */
  readonly facts: readonly string[]
}

/** Those of the ids that carry the address, the oldest first, what has no date last. */
export function claimantsOf(live: LiveStack, address: Address, ids: readonly string[]): readonly Claimant[] {
  const found = liveLists.flatMap((list): readonly Tagged[] => live[list] ?? [])
  return found
    .filter((resource) => resource.address === address && ids.includes(resource.id))
    .map((resource) => {
      const { id, tags } = resource
      const createdAt = 'createdAt' in resource ? (resource.createdAt as string | undefined) : undefined
      return { id, tags, createdAt, facts: factsOf(live, id) }
    })
    .sort((left, right) => compareText(left.createdAt ?? '~', right.createdAt ?? '~') || compareText(left.id, right.id))
}

/** `i-0a1 (older, made 2026-11-01T10:00:00.000Z, running, has volume.music)`. */
export function claimantText({ id, createdAt, facts }: Claimant, claimants: readonly Claimant[]): string {
  const dates = claimants.flatMap((one) => one.createdAt ?? []).sort()
  const isTold = createdAt !== undefined && new Set(dates).size > 1
  const age = isTold ? [createdAt === dates[0] ? 'older' : 'newer'] : []
  const made = createdAt === undefined ? [] : [`made ${createdAt}`]
  const told = [...age, ...made, ...facts]
  return told.length === 0 ? id : `${id} (${told.join(', ')})`
}

function factsOf(live: LiveStack, id: string): readonly string[] {
  const server = live.servers.find((one) => one.id === id)
  if (server) {
    const volumes = live.volumes
      .filter(({ attachment, tags }) => attachment?.instanceId === id && tags[tagKeys.role] !== 'root')
      .map(({ address }) => address)
    const ip = server.publicIp ?? server.privateIp
    return [
      server.state,
      ...(ip === undefined ? [] : [ip]),
      volumes.length > 0 ? `has ${volumes.join(' and ')}` : 'has no volumes',
    ]
  }
  const volume = live.volumes.find((one) => one.id === id)
  if (volume) {
    const holder = volume.attachment && nameOf(live, volume.attachment.instanceId)
    const isFilled = parseApplied(volume.tags[tagKeys.applied])?.fs !== undefined || volume.snapshotId !== undefined
    const holds = volume.tags[tagKeys.fstype] ?? (isFilled ? 'data' : undefined)
    const where = holder === undefined ? 'attached to nothing' : `attached to ${holder}`
    return [`${volume.sizeGiB} GiB`, where, holds === undefined ? 'nothing known of its content' : `holds ${holds}`]
  }
  const group = live.securityGroups.find((one) => one.id === id)
  if (group) {
    const wearers = live.servers
      .filter(({ securityGroupIds }) => securityGroupIds.includes(id))
      .map(({ address }) => address)
    return [group.groupName, `${group.ingress.length} rules`, usedBy(wearers)]
  }
  const pair = live.keyPairs.find((one) => one.id === id)
  if (pair)
    return [
      pair.keyName,
      usedBy(live.servers.filter(({ keyName }) => keyName === pair.keyName).map(({ address }) => address)),
    ]
  const elasticIp = live.elasticIps?.find((one) => one.id === id)
  if (!elasticIp) return []
  const { publicIp, association } = elasticIp
  return [
    publicIp,
    association?.instanceId === undefined ? 'leads nowhere' : `leads to ${nameOf(live, association.instanceId)}`,
  ]
}

function usedBy(servers: readonly Address[]): string {
  return servers.length === 0 ? 'no server of the stack uses it' : `used by ${servers.join(' and ')}`
}

function nameOf({ servers }: LiveStack, instanceId: string): string {
  const address = servers.find(({ id }) => id === instanceId)?.address
  return address === undefined ? instanceId : `${address} (${instanceId})`
}
