import type { KeyTable } from './key-change.js'

const subnets = {
  a: { cidr: '10.20.1.0/24', zone: 'us-east-1a', public: true },
  b: { cidr: '10.20.2.0/24', zone: 'us-east-1a' },
}
const plain = { networks: { lab: { cidr: '10.20.0.0/16', subnets } } }
const everything = [{ port: 'all', from: '0.0.0.0/0' }]
const acl = { in: everything, out: [{ port: 22, to: '0.0.0.0/0' }] }
const withAcl = { networks: { lab: { cidr: '10.20.0.0/16', subnets, acl } } }
const withOwnAcl = { networks: { lab: { cidr: '10.20.0.0/16', subnets: { ...subnets, a: { ...subnets.a, acl } } } } }
const withNat = { networks: { lab: { cidr: '10.20.0.0/16', subnets, nat: 'single' } } }
const withRoute = {
  networks: {
    lab: {
      cidr: '10.20.0.0/16',
      subnets: { ...subnets, a: { ...subnets.a, routes: [{ to: '10.30.0.0/16', by: 'pcx-0123456789abcdef0' }] } },
    },
  },
}
const withEndpoint = {
  networks: { lab: { cidr: '10.20.0.0/16', subnets, endpoints: { s3: { service: 'ssm', subnets: ['a'] } } } },
}

const rulesOf = (path: string, where: Readonly<Record<string, unknown>>): KeyTable => ({
  [path]: {
    leftOut: 'the network ACL that EC2 makes along with a network, by which everything passes.',
    changes: [
      {
        when: 'the rules',
        to: { in: everything },
        does: 'in-place',
        by: 'modify-network',
        where,
        says: 'rules come and go one by one.',
      },
      {
        when: 'it leaves the file',
        to: undefined,
        does: 'removed',
        by: 'delete-network',
        where,
        says: 'its subnets get the ACL that EC2 made along with the network, then it is deleted.',
      },
    ],
  },
  [`${path}.in`]: {
    leftOut: 'nothing comes in.',
    changes: [
      {
        to: [],
        does: 'in-place',
        by: 'modify-network',
        where,
        says: 'rules come and go one by one; their numbers are 10, 20 and so on, by their order.',
      },
    ],
  },
  [`${path}.out`]: {
    leftOut: 'nothing goes out.',
    changes: [
      {
        to: [],
        does: 'in-place',
        by: 'modify-network',
        where,
        says: 'rules come and go one by one; their numbers are 10, 20 and so on, by their order.',
      },
    ],
  },
  [`${path}.in[].port`]: {
    leftOut: 'only where `protocol` has no ports.',
    changes: [
      { from: 22, to: 443, does: 'in-place', by: 'modify-network', where, says: 'the rule is replaced in one step.' },
    ],
  },
  [`${path}.in[].protocol`]: {
    leftOut: 'tcp, and all protocols with `port: all`.',
    changes: [
      {
        from: 'tcp',
        to: 'udp',
        does: 'in-place',
        by: 'modify-network',
        where,
        says: 'the rule is replaced in one step.',
      },
    ],
  },
  [`${path}.in[].from`]: {
    leftOut: 'it must be there under `in`.',
    changes: [
      { to: '10.0.0.0/8', does: 'in-place', by: 'modify-network', where, says: 'the rule is replaced in one step.' },
    ],
  },
  [`${path}.in[].to`]: {
    leftOut: 'it stands under `out` alone.',
    changes: [
      { to: '10.0.0.0/8', does: 'refused', code: 'SPEC_CONFLICTING_KEYS', where, says: 'what comes in says `from`.' },
    ],
  },
  [`${path}.in[].action`]: {
    changes: [{ to: 'deny', does: 'in-place', by: 'modify-network', where, says: 'the rule is replaced in one step.' }],
  },
})

/** `in` and `out` hold the same. */
function bothSides(table: KeyTable): KeyTable {
  const out = Object.entries(table).filter(([path]) => path.includes('.in[].'))
  return {
    ...table,
    ...Object.fromEntries(
      out.map(([path, facts]) => {
        const key = path.slice(path.lastIndexOf('.') + 1)
        const mirrored = path.replace('.in[].', '.out[].')
        if (key !== 'from' && key !== 'to') return [mirrored, facts]
        const other = table[path.replace(/(from|to)$/, key === 'from' ? 'to' : 'from')]
        const words = JSON.stringify(other)
          .replace('under `out` alone', 'under `in` alone')
          .replace('must be there under `in`', 'must be there under `out`')
          .replace('what comes in says `from`', 'what goes out says `to`')
        return [mirrored, JSON.parse(words) as typeof facts]
      }),
    ),
  }
}

/** The keys of networks. */
export const networkKeys: KeyTable = {
  networks: {
    leftOut: 'the default network of the account.',
    changes: [
      {
        when: 'an entry leaves the file',
        to: {},
        does: 'removed',
        by: 'delete-network',
        where: plain,
        says: 'all its parts are deleted, in the order that EC2 asks for. Where something is in it that is not of the stack, the whole of it stays, and the plan names that.',
      },
    ],
  },
  'networks.*.cidr': {
    changes: [
      {
        to: '10.20.0.0/17',
        does: 'refused',
        code: 'PLAN_NETWORK_FIXED',
        where: plain,
        says: 'a network has its addresses for good: make another one under a new name, and let the servers move there.',
      },
    ],
  },
  'networks.*.dnsSupport': {
    changes: [
      {
        to: false,
        does: 'in-place',
        by: 'modify-network',
        where: { networks: { lab: { cidr: '10.20.0.0/16', dnsHostnames: false } } },
        says: 'the attribute alone.',
      },
    ],
  },
  'networks.*.dnsHostnames': {
    changes: [
      {
        to: false,
        does: 'in-place',
        by: 'modify-network',
        where: plain,
        says: 'the attribute alone; running servers keep their names until they are started again.',
      },
    ],
  },
  'networks.*.subnets': {
    leftOut: 'none.',
    changes: [
      {
        when: 'more',
        to: { ...subnets, c: { cidr: '10.20.3.0/24', zone: 'us-east-1a' } },
        does: 'created',
        by: 'create-network',
        where: plain,
        says: 'it is made beside the others.',
      },
      {
        when: 'one leaves the file',
        to: { a: subnets.a },
        does: 'removed',
        by: 'delete-network',
        where: plain,
        says: 'it goes after the servers that leave it.',
      },
    ],
  },
  'networks.*.subnets.*.cidr': {
    changes: [
      {
        to: '10.20.4.0/24',
        does: 'refused',
        code: 'PLAN_NETWORK_FIXED',
        where: plain,
        says: 'a subnet has its addresses for good: add one under a new name, and let the servers move there.',
      },
    ],
  },
  'networks.*.subnets.*.zone': {
    changes: [
      {
        to: 'us-east-1b',
        does: 'refused',
        code: 'PLAN_NETWORK_FIXED',
        where: plain,
        says: 'a subnet stays in its zone: add one under a new name, and let the servers move there.',
      },
    ],
  },
  'networks.*.subnets.*.public': {
    changes: [
      {
        to: false,
        does: 'removed',
        by: 'modify-network',
        where: plain,
        says: 'the way to the internet gateway is closed, and the gateway goes with the last public subnet. Servers keep the public addresses that they have, which lead nowhere then.',
      },
    ],
  },
  'networks.*.subnets.*.nat': {
    changes: [
      {
        to: true,
        does: 'refused',
        code: 'SPEC_CONFLICTING_KEYS',
        where: plain,
        says: 'in a public subnet. In another one its route to the NAT gateway comes or goes, in place.',
      },
    ],
  },
  'networks.*.subnets.*.routes': {
    leftOut: 'none.',
    changes: [
      {
        to: [{ to: '10.30.0.0/16', by: 'pcx-0123456789abcdef0' }],
        does: 'in-place',
        by: 'modify-network',
        where: plain,
        says: 'routes come and go one by one.',
      },
    ],
  },
  'networks.*.subnets.*.routes[].to': {
    changes: [
      {
        to: '10.31.0.0/16',
        does: 'in-place',
        by: 'modify-network',
        where: withRoute,
        says: 'the new route comes before the old one goes.',
      },
    ],
  },
  'networks.*.subnets.*.routes[].by': {
    changes: [
      {
        to: 'pcx-0123456789abcdef1',
        does: 'in-place',
        by: 'modify-network',
        where: withRoute,
        says: 'the route is replaced in one step.',
      },
    ],
  },
  'networks.*.nat': {
    leftOut: 'servers without a public address reach nothing outside the network.',
    changes: [
      {
        when: 'it comes',
        to: 'single',
        does: 'created',
        by: 'create-network',
        where: plain,
        says: 'the gateways are made, each with an elastic address, and the private subnets get their route.',
      },
      {
        when: 'it goes',
        to: undefined,
        does: 'removed',
        by: 'delete-network',
        where: withNat,
        says: 'the routes go, then the gateways, then their addresses, which do not come back.',
      },
    ],
  },
  ...bothSides(rulesOf('networks.*.acl', withAcl)),
  ...bothSides(rulesOf('networks.*.subnets.*.acl', withOwnAcl)),
  'networks.*.endpoints': {
    leftOut: 'none.',
    changes: [
      {
        when: 'one comes',
        to: { s3: { service: 's3' } },
        does: 'created',
        by: 'create-network',
        where: plain,
        says: 'it is made.',
      },
      {
        when: 'one leaves the file',
        to: {},
        does: 'removed',
        by: 'delete-network',
        where: withEndpoint,
        says: 'it is deleted.',
      },
    ],
  },
  'networks.*.endpoints.*.service': {
    changes: [
      {
        to: 'sts',
        does: 'refused',
        code: 'PLAN_NETWORK_FIXED',
        where: withEndpoint,
        says: 'an endpoint has its service for good: write another entry.',
      },
    ],
  },
  'networks.*.endpoints.*.subnets': {
    leftOut: 's3 and dynamodb are reached by a route; other services must have some.',
    changes: [
      {
        to: ['b'],
        does: 'in-place',
        by: 'modify-network',
        where: withEndpoint,
        says: 'addresses come and go one by one.',
      },
    ],
  },
  'networks.*.endpoints.*.securityGroups': {
    changes: [
      {
        to: ['web'],
        does: 'refused',
        code: 'PLAN_GROUP_IN_OTHER_NETWORK',
        where: withEndpoint,
        says: 'where a group is in another network already. In the same one, groups come and go in place.',
      },
    ],
  },
  'networks.*.endpoints.*.privateDns': {
    changes: [{ to: false, does: 'in-place', by: 'modify-network', where: withEndpoint, says: 'the switch alone.' }],
  },
  'networks.*.tags': {
    leftOut: 'those of the whole stack.',
    changes: [
      { to: { use: 'lab' }, does: 'in-place', by: 'tag-resource', where: plain, says: 'the tags of all its parts.' },
    ],
  },
  'securityGroups.*.network': {
    changes: [
      {
        to: 'lab',
        does: 'refused',
        code: 'PLAN_GROUP_IN_OTHER_NETWORK',
        where: plain,
        says: 'a group stays in the network in which it was made: write another entry.',
      },
    ],
  },
}
