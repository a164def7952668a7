import fc from 'fast-check'
import { subnetKey } from '../../src/model/launch/subnet.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import type { StackSpec } from '../../src/model/stack-spec.js'
import { specOf } from './live-stack.js'

/** What serves and what is served by, beside what `stacks` are made of; each is put on where the stack has a place for it. */
interface Serving {
  /** Of a load balancer in front of the first server; undefined: there is none. */
  readonly balancer: string | undefined
  readonly isPoolBalanced: boolean
  /** Of a scaling group. */
  readonly pool: string | undefined
  /** Of a further interface of the last server. */
  readonly interface: string | undefined
}

const serving: fc.Arbitrary<Serving> = fc.record({
  balancer: fc.option(
    fc.constantFrom('port: 8080', 'port: 8081', 'port: 8080, drainSeconds: 5').map((targets) => targets),
    { nil: undefined, freq: 2 },
  ),
  isPoolBalanced: fc.boolean(),
  pool: fc.option(fc.constantFrom('desired: 1', 'desired: 2', 'type: t3.large', 'tags: { team: a }'), {
    nil: undefined,
    freq: 2,
  }),
  interface: fc.option(
    fc.constantFrom('', 'sourceDestCheck: false', 'privateIp: 172.31.1.7', 'secondaryPrivateIps: [172.31.1.8]'),
    { nil: undefined, freq: 2 },
  ),
})

const subnet = { id: 'subnet-a', zone: 'us-east-1a', vpcId: 'vpc-default', givesPublicIp: true } as const

/** What is read of the account's own network. */
export const surroundings: Pick<LiveStack, 'defaultSubnets' | 'subnets'> = {
  defaultSubnets: [subnet, { ...subnet, id: 'subnet-b', zone: 'us-east-1b' }],
  subnets: { [subnetKey({ kind: 'id', id: 'subnet-0000000a' })]: { ...subnet, id: 'subnet-0000000a' } },
}

/** Those stacks, some of them with load balancers, scaling groups and interfaces. */
export function withServing(stacks: fc.Arbitrary<StackSpec>): fc.Arbitrary<StackSpec> {
  return fc.tuple(stacks, serving).map(([spec, chosen]) => served(spec, chosen))
}

function served(spec: StackSpec, { balancer, isPoolBalanced, pool, interface: more }: Serving): StackSpec {
  const [first] = spec.servers
  const last = spec.servers.at(-1)
  // An interface is in the zone of its server, and outlives no protection.
  const wearer = last?.zone === subnet.zone && last.subnet === undefined ? last : undefined
  const balanced = first && first.subnet === undefined && first.state === 'running' ? first : undefined
  const nameOf = ({ address }: { readonly address: string }) => address.slice(address.indexOf('.') + 1)
  const servers = [...new Set([balanced, wearer].flatMap((server) => (server ? [nameOf(server)] : [])))].map((name) => {
    const has = wearer && more !== undefined && nameOf(wearer) === name
    const interfaces = has ? `, interfaces: { more: { subnet: subnet-0000000a${more && `, ${more}`} } }` : ''
    return `  ${name}: { image: ami-00000001, type: t3.small, zone: us-east-1a, securityGroups: [web]${interfaces} }\n`
  })
  const front =
    balancer && balanced
      ? `loadBalancers: { front: { securityGroups: [web], targets: { servers: ${nameOf(balanced)}, ${balancer} } } }\n`
      : ''
  const behind = front !== '' && isPoolBalanced ? ', loadBalancer: front' : ''
  const type = pool?.startsWith('type') ? '' : 'type: t3.small, '
  const group = pool
    ? `scalingGroups: { pool: { image: ami-0123456789abcdef0, min: 1, max: 4, zones: [us-east-1a], securityGroups: [web], ${type}${pool}${behind} } }\n`
    : ''
  const text = `evenkeel: 1\nstack: random\ntarget: sandbox\nsecurityGroups: { web: {} }\nservers:${servers.length > 0 ? `\n${servers.join('')}` : ' {}\n'}${front}${group}`
  const { loadBalancers, scalingGroups, interfaces } = specOf(text)
  return {
    ...spec,
    ...(loadBalancers && { loadBalancers }),
    ...(scalingGroups && { scalingGroups }),
    ...(interfaces && { interfaces }),
  }
}
