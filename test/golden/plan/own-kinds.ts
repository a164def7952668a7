import type { LiveImageVersion } from '../../../src/model/kinds/image.js'
import type { LiveNetwork } from '../../../src/model/kinds/network.js'
import type { LiveInterface } from '../../../src/model/kinds/network-interface.js'
import type { LiveStack } from '../../../src/model/live-stack.js'
import { emptyLive, specOf } from '../../support/live-stack.js'
import type { GoldenCase } from './golden-case.js'
import { settled } from './settled.js'

/** The world without a part of a network, and with others as `change` makes them. */
function withNetworks(live: LiveStack, change: (part: LiveNetwork) => LiveNetwork | undefined): LiveStack {
  return { ...live, networks: (live.networks ?? []).flatMap((part) => change(part) ?? []) }
}

/** What the file was before it lost its way out and an endpoint. */
function withWayOut(text: string): string {
  return text
    .replace('    acl:', '    nat: single\n    acl:')
    .replace('s3 }', 's3 }, ssm: { service: ssm, subnets: [back], securityGroups: [inside] }')
}

function withInterfaces(live: LiveStack, change: (one: LiveInterface) => LiveInterface | undefined): LiveStack {
  return { ...live, interfaces: (live.interfaces ?? []).flatMap((one) => change(one) ?? []) }
}

const storage =
  '      storage: { subnet: network.lab.back, privateIp: 10.20.2.10, secondaryPrivateIps: [10.20.2.11], securityGroups: [inside] }\n'

const lab = `networks:
  lab:
    cidr: 10.20.0.0/16
    subnets: { front: { cidr: 10.20.1.0/24, zone: us-east-1a } }
`

function versionsOf(live: LiveStack, change: (version: LiveImageVersion) => LiveImageVersion | undefined): LiveStack {
  const builtImages = (live.builtImages ?? []).map((image) => ({
    ...image,
    versions: image.versions.flatMap((version) => change(version) ?? []),
  }))
  return { ...live, builtImages }
}

/** Networks, interfaces, images, placement groups, alternatives, and what security groups let out. */
export const ownKindCases: Readonly<Record<string, GoldenCase>> = {
  'own-network': { world: (text) => emptyLive(specOf(text)), options: { revision: '4f0c2aa', run: 'run-1' } },
  // A rule of the ACL has gone and another has come, the NAT gateway was deleted, the gateway taken off, names switched off.
  'own-network-drift': {
    world: (text) =>
      withNetworks(settled(text), (part) => {
        if (part.part === 'nat') return undefined
        if (part.part === 'gateway') return { ...part, vpcId: undefined }
        if (part.part === 'vpc') return { ...part, dnsHostnames: false }
        if (part.part !== 'acl') return part
        const [first, ...others] = part.entries
        return { ...part, entries: [...others, ...(first ? [{ ...first, number: 99, fromPort: 8080, toPort: 8080 }] : [])] }
      }),
  },
  'own-network-fewer': { world: (text) => settled(withWayOut(text)) },
  'own-network-in-use': {
    world: (text) => {
      const live = settled(`${text}${lab}`)
      const vpcId = live.networks?.find(({ part }) => part === 'vpc')?.id ?? ''
      const subnetId = live.networks?.find(({ part }) => part === 'subnet')?.id ?? ''
      const found = { id: 'eni-0theirs', vpcId, subnetId, instanceId: undefined, type: 'lambda', description: 'AWS Lambda VPC ENI' }
      return { ...live, networkTenants: [found, { id: 'sg-0theirs', vpcId }] }
    },
  },
  'own-network-destroyed': { world: (text) => settled(text), destroy: 'with-file' },
  interfaces: { world: (text) => emptyLive(specOf(text)), options: { revision: '4f0c2aa', run: 'run-1' } },
  // Addresses, groups and the check of one are others, and one is in another subnet.
  'interfaces-change': {
    world: (text) =>
      settled(
        text
          .replace('control: { subnet: network.lab.back }', 'control: { subnet: network.lab.front }')
          .replace('[10.20.2.11], securityGroups: [inside]', '[10.20.2.12], sourceDestCheck: false'),
      ),
  },
  // The server is replaced, and one of its interfaces is another server's from now on, with its addresses.
  'interfaces-move': {
    world: (text) =>
      settled(
        `${text.slice(0, text.indexOf('  standby:')).replace(/ {4}onUserDataChange: replace\n {4}userData: .*\n/u, '')}${storage}`,
      ),
  },
  // One was deleted; the other was detached, let pass on what is others', and has another group.
  'interfaces-drift': {
    world: (text) =>
      withInterfaces(settled(text), (one) =>
        one.address.endsWith('control')
          ? undefined
          : { ...one, instanceId: undefined, isAttached: false, sourceDestCheck: false, securityGroupIds: ['sg-0theirs'] },
      ),
  },
  'interfaces-destroyed': { world: (text) => settled(text), destroy: 'with-file' },
  'image-first': { world: (text) => emptyLive(specOf(text)), options: { revision: '4f0c2aa', run: 'run-1' } },
  // Of the first version a server of somebody else was launched, which keeps it.
  'image-version': {
    world: (text) => {
      const live = settled(text.replace('newer', 'golden'))
      const ids = live.servers.filter(({ address }) => address.startsWith('server.web')).map(({ id }) => id)
      return versionsOf(live, (version) => ({
        ...version,
        ...(version.region === live.region && { usedBy: [...ids, 'i-0theirs'] }),
      }))
    },
  },
  // EC2 could not make the copy, and somebody may launch the image who should not.
  'image-failed': {
    world: (text) => {
      const live = settled(text)
      return versionsOf(live, (version) =>
        version.region === live.region ? { ...version, sharedWith: ['123456789012', '210987654321'] } : { ...version, state: 'failed' },
      )
    },
  },
  'image-destroyed': { world: (text) => settled(text), destroy: 'with-file' },
  'placement-groups': { world: (text) => emptyLive(specOf(text)), options: { revision: '4f0c2aa', run: 'run-1' } },
  // A server goes into the group, another out of it, and a group that nobody names goes.
  'placement-group-moved': {
    world: (text) =>
      settled(
        text
          .replace('cluster }', 'cluster }\n  old: { strategy: spread }')
          .replace(', placement: { group: near }', '')
          .replace('us-east-1a }\n', 'us-east-1a, placement: { group: old } }\n'),
      ),
  },
  alternatives: { world: (text) => emptyLive(specOf(text)), options: { revision: '4f0c2aa', run: 'run-1' } },
  egress: { world: (text) => emptyLive(specOf(text)), options: { revision: '4f0c2aa', run: 'run-1' } },
  // Of one a way out was closed by hand, and one was opened.
  'egress-drift': {
    world: (text) => {
      const live = settled(text)
      return {
        ...live,
        securityGroups: live.securityGroups.map((group) => {
          const { egress = [] } = group
          if (group.address === 'securityGroup.web') return { ...group, egress: egress.slice(1) }
          if (group.address !== 'securityGroup.db') return group
          // Without a word of them: out to everywhere.
          const { egress: _closed, ...opened } = group
          return opened
        }),
      }
    },
  },
}
