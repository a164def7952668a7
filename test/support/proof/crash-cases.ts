import { exampleNames, exampleText } from '../example-stacks.js'
import { pairStack, image } from '../stacks.js'
import { imageCases } from './cases/image-cases.js'
import { interfaceCases } from './cases/interface-cases.js'
import { networkCases } from './cases/network-cases.js'
import { serverCases } from './cases/server-cases.js'
import { servingCases } from './cases/serving-cases.js'
import { apply, type CrashCase } from './cases/crash-case.js'

export type { CrashCase } from './cases/crash-case.js'

/** The first apply of every example. */
const examples: readonly CrashCase[] = exampleNames.map((name) => ({
  name: `example-${name.replace('.yaml', '')}`,
  before: [],
  work: apply(exampleText(name)),
}))

const pool = (more: string, volumes = '') => `evenkeel: 1
stack: pool
target: sandbox
volumes:
  data: { size: 1, zone: us-east-1a${more} }
  other: { size: 1, zone: us-east-1a }
${volumes}`

/** Alike servers, which one call launches. */
const many = (count: number) => `evenkeel: 1
stack: many
target: sandbox
servers:
  web: { count: ${count}, image: ${image}, type: t3.small, zone: us-east-1a }
`

/** A volume for each member of a count. */
const members = (count: number) => `${many(count)}volumes:
  data: { server: 'web[*]', size: 1, mount: /srv/data }
`

const swap = (of: string, more = '') => `evenkeel: 1
stack: swap
target: sandbox
servers:
  web: { image: ${of}, type: t3.small, zone: us-east-1a${more} }
volumes:
  data: { server: web, size: 1, mount: /srv/data }
`
const newer = image.replace('12', '13')

/** A server that was there once is the first of two. */
const counted = swap(image, ', count: 2, elasticIp: true').replace('server: web', "server: 'web[0]'")

/** What is renamed, with a snapshot. */
const named = `evenkeel: 1
stack: named
target: sandbox
keyPairs: { deploy: {} }
securityGroups:
  web: { description: web, ingress: [{ port: all, from: securityGroup.web }] }
servers:
  web: { count: 2, image: ${image}, type: t3.small, zone: us-east-1a, elasticIp: true, keyPair: deploy, securityGroups: [web] }
volumes:
  data: { server: 'web[0]', size: 1, snapshots: { every: 1h, consistent: none } }
sync:
  site: { from: volume.data, to: volume.copy, method: clone }
`.replace('sync:', '  copy: { size: 1, zone: us-east-1a }\nsync:')

const renamed = (of = image) =>
  `${named.replaceAll(/\b(web|data|deploy|site)\b/g, (name) => (name === 'web' ? 'front' : `${name}-now`)).replace(image, of)}moved:
  - { from: server.web, to: server.front }
  - { from: securityGroup.web, to: securityGroup.front }
  - { from: keyPair.deploy, to: keyPair.deploy-now }
  - { from: volume.data, to: volume.data-now }
  - { from: sync.site, to: sync.site-now }
`.replace('description: front', 'description: web')

/** Servers behind a load balancer. */
const tier = (servers: string, balancer: string) => `evenkeel: 1
stack: tier
target: sandbox
securityGroups: { edge: { ingress: [{ port: 80, from: 0.0.0.0/0 }] } }
servers:
  web: { image: ${image}, zone: us-east-1a, rolling: { maxUnavailable: 1 }, ${servers} }
${balancer && `loadBalancers: { front: { securityGroups: [edge], ${balancer} } }\n`}`
const balanced = tier('count: 2, type: t3.small', 'targets: { servers: web, port: 8080 }')

const changes: readonly CrashCase[] = [
  { name: 'balancer-create', before: [], work: apply(balanced) },
  {
    name: 'balancer-change',
    before: [apply(balanced)],
    work: apply(
      tier(
        'count: 3, type: t3.small',
        'listeners: [{ port: 80 }, { port: 81 }], tags: { team: music }, targets: { servers: web, port: 8081, drainSeconds: 5 }',
      ),
    ),
  },
  {
    name: 'balancer-roll',
    before: [apply(balanced)],
    work: apply(balanced.replace('t3.small', 't3.medium')),
  },
  {
    name: 'balancer-replace',
    before: [apply(balanced)],
    work: apply(balanced.replace('front: {', 'front: { internal: true,')),
  },
  { name: 'balancer-remove', before: [apply(balanced)], work: apply(tier('count: 2, type: t3.small', '')) },
  { name: 'balancer-destroy', before: [apply(balanced)], work: { kind: 'destroy', text: balanced } },
  { name: 'create', before: [], work: apply(pairStack()) },
  {
    name: 'volume-io',
    before: [apply(pool(''))],
    work: apply(pool(', autoEnableIO: true', '  new: { size: 1, zone: us-east-1a, autoEnableIO: true }\n')),
  },
  {
    name: 'update',
    before: [apply(pairStack())],
    work: apply(
      pairStack({ type: 't3.medium' })
        .replace('port: 80-81', 'port: 443')
        .replace('securityGroups:\n', 'tags: { team: music }\nsecurityGroups:\n'),
    ),
  },
  { name: 'grow', before: [apply(pairStack())], work: apply(pairStack({ size: 3 })) },
  {
    name: 'move',
    before: [apply(pairStack())],
    work: apply(pairStack().replace("server: 'web[0]', size: 1", "server: 'web[1]', size: 1")),
  },
  { name: 'zone-move', before: [apply(pool(''))], work: apply(pool('').replace('us-east-1a', 'us-east-1b')) },
  {
    name: 'zone-move-retain',
    before: [apply(pool(', onRemove: retain'))],
    work: apply(pool(', onRemove: retain').replace('us-east-1a', 'us-east-1b')),
  },
  { name: 'replace', before: [apply(swap(image))], work: apply(swap(newer)) },
  {
    name: 'replace-terminate-first',
    before: [apply(swap(image))],
    work: apply(swap(newer, ', replace: terminate-first')),
  },
  {
    name: 'replace-elastic',
    before: [apply(swap(image, ', elasticIp: true'))],
    work: apply(swap(newer, ', elasticIp: true')),
  },
  {
    name: 'replace-asked',
    before: [apply(swap(image))],
    work: { kind: 'apply', text: swap(image), replace: ['server.web'] },
    after: apply(swap(image)),
    asked: { action: 'RunInstances' },
  },
  {
    name: 'only',
    before: [apply(members(2))],
    work: { kind: 'apply', text: members(4), only: ['server.web[2]'] },
    after: apply(members(4)),
  },
  { name: 'create-elastic', before: [], work: apply(swap(image, ', elasticIp: true')) },
  { name: 'drop-elastic', before: [apply(swap(image, ', elasticIp: true'))], work: apply(swap(image)) },
  { name: 'create-encrypted', before: [], work: apply(pool(', encrypted: true')) },
  { name: 'create-many', before: [], work: apply(many(5)) },
  { name: 'create-many-fewer', before: [], work: apply(many(5)), after: apply(many(3)) },
  { name: 'create-many-more', before: [], work: apply(many(5)), after: apply(many(8)) },
  { name: 'grow-many', before: [apply(many(2))], work: apply(many(5)) },
  { name: 'rename', before: [apply(named)], work: apply(renamed()) },
  { name: 'rename-replace', before: [apply(named)], work: apply(renamed(newer)) },
  { name: 'create-renamed', before: [], work: apply(named), after: apply(renamed()) },
  {
    name: 'rename-destroy',
    before: [apply(named)],
    work: apply(renamed()),
    after: { kind: 'destroy', text: renamed() },
  },
  { name: 'count-added', before: [apply(swap(image, ', elasticIp: true'))], work: apply(counted) },
  { name: 'count-dropped', before: [apply(counted)], work: apply(swap(image, ', elasticIp: true')) },
  { name: 'create-members', before: [], work: apply(members(2)) },
  { name: 'members-more', before: [apply(members(1))], work: apply(members(3)) },
  { name: 'members-fewer', before: [apply(members(3))], work: apply(members(1)) },
  { name: 'remove-server', before: [apply(pairStack())], work: apply(pairStack().replace('count: 2', 'count: 1')) },
  {
    name: 'remove-volume',
    before: [apply(pairStack())],
    work: apply(pairStack().replace(/\n {2}spare: .*/, '')),
  },
  {
    name: 'stop',
    before: [apply(pairStack())],
    work: apply(pairStack().replace('type: t3.small', 'type: t3.small, state: stopped')),
  },
  {
    name: 'snapshot',
    before: [apply(pool(''))],
    work: { kind: 'snapshot', text: pool(''), volume: 'volume.data' },
    after: apply(pool('')),
    asked: { action: 'CreateSnapshot' },
  },
  {
    name: 'checkpoint',
    before: [apply(pool(''))],
    work: { kind: 'checkpoint', text: pool(''), name: 'first' },
    refusal: /has a checkpoint first already/,
  },
  {
    name: 'restore',
    before: [apply(pool('')), { kind: 'checkpoint', text: pool(''), name: 'first' }],
    work: { kind: 'restore', text: pool(''), checkpoint: 'first' },
    after: apply(pool('')),
    // The wish for it, in the ledger.
    asked: { action: 'CreateLaunchTemplateVersion', of: 'template evenkeel-pool' },
  },
  {
    name: 'clone',
    before: [apply(pool(''))],
    work: apply(
      pool(
        '',
        '  copy: { size: 1, zone: us-east-1a }\nsync:\n  twin: { from: volume.data, to: volume.copy, method: clone }\n',
      ),
    ),
  },
  { name: 'reuse', before: [apply(pool('')), { kind: 'destroy', text: pool('') }], work: apply(pool(', reuse: true')) },
  { name: 'destroy', before: [apply(pairStack())], work: { kind: 'destroy', text: pairStack() } },
  {
    name: 'destroy-elastic',
    before: [apply(swap(image, ', elasticIp: true, rootVolume: { onRemove: snapshot }'))],
    work: { kind: 'destroy', text: swap(image, ', elasticIp: true, rootVolume: { onRemove: snapshot }') },
  },
]

export const crashCases: readonly CrashCase[] = [
  ...examples,
  ...changes,
  ...networkCases,
  ...interfaceCases,
  ...imageCases,
  ...serverCases,
  ...servingCases,
]
