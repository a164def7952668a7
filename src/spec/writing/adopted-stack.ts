import { namePattern } from '../../model/address.js'
import { fstypeFromBlkid } from '../../model/inside/fstype.js'
import type { HostFacts } from '../../model/inside/host-facts.js'
import type { LiveKeyPair } from '../../model/kinds/key-pair.js'
import {
  peerWords,
  ruleSides,
  type LiveRule,
  type LiveSecurityGroup,
  type RuleSide,
} from '../../model/kinds/security-group.js'
import type { LiveServer } from '../../model/kinds/server.js'
import type { LiveVolume } from '../../model/kinds/volume.js'
import type { Tags } from '../../model/tags.js'
import { literalText } from '../variables/interpolation.js'
import { inlineText } from './stack-file-style.js'

/** What belongs to no stack yet and is to be written down. */
export interface Adopted {
  readonly servers: readonly (Omit<LiveServer, 'address'> & { readonly unsaid: readonly string[] })[]
  readonly volumes: readonly Omit<LiveVolume, 'address'>[]
  readonly securityGroups: readonly Omit<LiveSecurityGroup, 'address'>[]
  readonly keyPairs: readonly Omit<LiveKeyPair, 'address'>[]
}

export interface AdoptedStack {
  readonly text: string
  /** What the file does not say, in sentences: they stand in it as comments, too. */
  readonly notices: readonly string[]
}

/**
 * A stack file whose entries name live ids. `wanted` are names by id; others are made of tags. `inside` is what was seen in servers,
 * by instance id: where a volume's was not seen, the file leaves it unmounted.
 */
export function adoptedStackText(
  stack: string,
  target: unknown,
  adopted: Adopted,
  wanted: ReadonlyMap<string, string>,
  inside: ReadonlyMap<string, HostFacts>,
  key?: { readonly path: string; readonly text: string },
): AdoptedStack {
  const notices: string[] = []
  const serverNames = nameAll(adopted.servers, (one) => one.tags['Name'], 'server')
  const groupNames = nameAll(adopted.securityGroups, (one) => one.tags['Name'] ?? one.groupName, 'group')
  const keyNames = nameAll(adopted.keyPairs, (one) => one.keyName, 'key')
  const volumeNames = nameAll(adopted.volumes, volumeName, 'volume')
  const sections = [
    section('keyPairs', adopted.keyPairs, keyNames, keyPairLines),
    section('securityGroups', adopted.securityGroups, groupNames, groupLines),
    section('servers', adopted.servers, serverNames, serverLines),
    section('volumes', adopted.volumes, volumeNames, volumeLines),
  ]
  const text = [headText(stack, target), ...sections.filter((one) => one !== '')].join('\n')
  return { text, notices }

  function nameAll<Live extends { readonly id: string; readonly tags: Tags }>(
    all: readonly Live[],
    tagged: (live: Live) => string | undefined,
    fallback: string,
  ): ReadonlyMap<string, string> {
    const own = new Map<string, string>()
    const taken = new Set<string>()
    for (const live of all) {
      const plain = plainName(wanted.get(live.id) ?? tagged(live) ?? '') || fallback
      let name = plain
      for (let number = 2; taken.has(name); number += 1) name = `${plain.slice(0, 36)}-${number}`
      taken.add(name)
      own.set(live.id, name)
    }
    return own
  }

  function volumeName({ tags, attachment }: Omit<LiveVolume, 'address'>): string | undefined {
    const server = attachment && serverNames.get(attachment.instanceId)
    return tags['Name'] ?? (server && `${server}-${attachment.deviceName.split('/').at(-1) ?? ''}`)
  }

  function keyPairLines({ id, publicKey }: Adopted['keyPairs'][number]): readonly string[] {
    return [
      `keyPairId: ${id}`,
      ...(publicKey === undefined
        ? []
        : [`publicKey: ${inlineText(literalText(key?.text.startsWith(publicKey) === true ? key.path : publicKey))}`]),
    ]
  }

  function groupLines(group: Adopted['securityGroups'][number], name: string): readonly string[] {
    return [
      `groupId: ${group.id}`,
      `description: ${inlineText(literalText(group.description))}`,
      ...ruleSides.flatMap((side) => ruleLines(group, name, side)),
    ]
  }

  /** Ways out are said where they are not what EC2 makes. */
  function ruleLines(group: Adopted['securityGroups'][number], name: string, side: RuleSide): readonly string[] {
    const rules = group[side]?.map((rule) => ruleText(rule, side, groupNames))
    if (rules === undefined) return []
    const unsaid = rules.flatMap((rule) => ('unsaid' in rule ? rule.unsaid : []))
    const said = rules.flatMap((rule) => ('text' in rule ? `  - ${rule.text}` : []))
    const none = side === 'egress' ? ['egress: []'] : []
    return [
      ...unsaid.map((text) => told(`securityGroup.${name}`, `the rule ${text}, which an apply closes`)),
      ...(said.length > 0 ? [`${side}:`, ...new Set(said)] : none),
    ]
  }

  function serverLines(server: Adopted['servers'][number], name: string): readonly string[] {
    const pair = adopted.keyPairs.find(({ keyName }) => keyName === server.keyName)
    const groups = server.securityGroupIds.flatMap((id) => groupNames.get(id) ?? [])
    return [
      `instanceId: ${server.id}`,
      `image: ${server.imageId}`,
      `type: ${server.type}`,
      `subnet: ${server.subnetId}`,
      ...(pair
        ? [`keyPair: ${keyNames.get(pair.id)}`]
        : [told(`server.${name}`, 'a key pair: it has none in EC2, and gets one of the stack’s own')]),
      `securityGroups: [${groups.join(', ')}]`,
      ...(server.state === 'stopped' || server.state === 'stopping' ? ['state: stopped'] : []),
      ...server.unsaid.map((what) => told(`server.${name}`, what)),
      ...(server.elasticIp === undefined
        ? []
        : [told(`server.${name}`, `the elastic address ${server.elasticIp}, which stays on it`)]),
    ]
  }

  function volumeLines(volume: Adopted['volumes'][number], name: string): readonly string[] {
    const { id, attachment, sizeGiB, type, iops, throughputMiBps, encrypted } = volume
    const server = attachment && serverNames.get(attachment.instanceId)
    const hasIops = type === 'io1' || type === 'io2' || (type === 'gp3' && iops !== 3000)
    if (attachment && server === undefined)
      told(`volume.${name}`, `${attachment.instanceId}, which has it and is not in the file`)
    return [
      `volumeId: ${id}`,
      ...(server === undefined ? [`zone: ${volume.zone}`] : [`server: ${server}`]),
      `size: ${sizeGiB}`,
      `type: ${type}`,
      ...(hasIops && iops !== undefined ? [`iops: ${iops}`] : []),
      ...(type === 'gp3' && throughputMiBps !== undefined && throughputMiBps !== 125
        ? [`throughput: ${throughputMiBps}`]
        : []),
      ...(encrypted ? ['encrypted: true'] : []),
      ...(server === undefined ? [] : insideLines(volume, name)),
      'onRemove: retain',
    ]
  }

  /** Nothing is said of what nobody has seen: an adopted volume is never formatted. */
  function insideLines({ id, attachment }: Adopted['volumes'][number], name: string): readonly string[] {
    const facts = attachment && inside.get(attachment.instanceId)
    if (facts?.kind !== 'read')
      return [
        told(
          `volume.${name}`,
          'what is on it: its server was not entered (name the key that opens it with --key, or write fstype and mount before an apply)',
        ),
        'unmounted: true',
      ]
    const content = facts.devices.find(({ volumeId }) => volumeId === id)?.content
    const fstype = content && fstypeFromBlkid(content.fstype)
    if (!content || fstype === undefined) return ['fstype: raw']
    const mount = facts.mounts.find(({ volumeId }) => volumeId === id)
    const line = facts.fstab.find(({ path }) => path === mount?.path)
    const options = line?.options.split(',').filter((option) => option !== 'defaults' && option !== 'nofail') ?? []
    return [
      `fstype: ${fstype}`,
      ...(mount ? [`mount: ${inlineText(literalText(mount.path))}`] : ['unmounted: true']),
      ...(mount && options.length > 0 ? [`options: ${inlineText(literalText(options.join(',')))}`] : []),
    ]
  }

  function told(address: string, what: string): string {
    notices.push(`${address}: the file does not say ${what}`)
    return `# not said: ${what.replaceAll(/\s+/g, ' ')}`
  }
}

function headText(stack: string, target: unknown): string {
  return `# yaml-language-server: $schema=stack.schema.json
#
# What was there already: each entry names its live id. A plan shows what changes beside tags.

evenkeel: 1
stack: ${inlineText(stack)}
target: ${inlineText(target)}
`
}

function section<Live extends { readonly id: string }>(
  key: string,
  all: readonly Live[],
  names: ReadonlyMap<string, string>,
  linesOf: (live: Live, name: string) => readonly string[],
): string {
  if (all.length === 0) return ''
  const entries = all.map((live) => {
    const name = names.get(live.id) ?? ''
    return [`  ${name}:`, ...linesOf(live, name).map((line) => `    ${line}`)].join('\n')
  })
  return `${key}:\n${entries.join('\n')}\n`
}

function plainName(text: string): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/-+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 40)
  const name = plain.replace(/-+$/, '')
  return namePattern.test(name) ? name : ''
}

function ruleText(
  { protocol, fromPort, toPort, source }: LiveRule,
  side: RuleSide,
  groups: ReadonlyMap<string, string>,
): { readonly text: string } | { readonly unsaid: string } {
  const peer =
    source.kind === 'cidr'
      ? source.cidr
      : source.kind === 'security-group'
        ? groupWord(groups.get(source.groupId))
        : undefined
  const where =
    source.kind === 'cidr' ? source.cidr : source.kind === 'security-group' ? source.groupId : source.prefixListId
  const known = ['tcp', 'udp', 'icmp', 'all', '-1'].includes(protocol)
  const word = peerWords[side]
  if (peer === undefined || !known) return { unsaid: `${protocol} ${fromPort}-${toPort} ${word} ${where}` }
  const end = { [word]: peer }
  if (protocol === 'all' || protocol === '-1') return { text: inlineText({ port: 'all', ...end }) }
  if (protocol === 'icmp') return { text: inlineText({ protocol, ...end }) }
  const port = fromPort === toPort ? fromPort : `${fromPort}-${toPort}`
  return { text: inlineText(protocol === 'tcp' ? { port, ...end } : { port, protocol, ...end }) }
}

function groupWord(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `securityGroup.${name}`
}
