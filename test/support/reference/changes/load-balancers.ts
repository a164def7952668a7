import type { KeyChange, KeyTable } from './key-change.js'

const changed = (from: unknown, to: unknown, says: string): { readonly changes: readonly KeyChange[] } => ({
  changes: [{ from, to, does: 'in-place', by: 'modify-load-balancer', says }],
})

const another = 'another load balancer takes its place, and has another DNS name.'
const group =
  'another target group takes the place of the one; requests may fail until its servers have answered well once.'

/** The golden stack has none of its own: each change is tried where there is one. */
const where = {
  loadBalancers: {
    front: {
      securityGroups: ['web'],
      listeners: [{ port: 80, protocol: 'http' }],
      targets: { servers: 'web', port: 80 },
    },
  },
}

const keys: KeyTable = {
  loadBalancers: { changes: [{ to: undefined, does: 'removed', by: 'delete-load-balancer', says: 'see its keys.' }] },
  'loadBalancers.*.kind': {
    changes: [
      {
        to: 'network',
        does: 'refused',
        code: 'SPEC_BAD_LOAD_BALANCER',
        says: `${another} Its listeners have a protocol of the other kind then.`,
      },
    ],
  },
  'loadBalancers.*.internal': {
    changes: [{ to: true, does: 'replacement', by: 'create-load-balancer', says: another }],
  },
  'loadBalancers.*.subnets': {
    leftOut: 'default subnets of the zones in which its servers are.',
    ...changed(
      undefined,
      ['subnet-0123456789abcdef0', { tag: 'tier=edge' }],
      'its nodes move; clients find the others by its DNS name.',
    ),
  },
  'loadBalancers.*.subnets[].tag': { changes: 'as the value' },
  'loadBalancers.*.securityGroups': {
    leftOut: 'nobody gets in; of a network load balancer everybody.',
    ...changed(['web'], ['web', 'door'], 'who gets in changes at once.'),
  },
  'loadBalancers.*.securityGroups[].tag': {
    leftOut: 'the group is named by its entry or its id.',
    changes: 'as the value',
  },
  'loadBalancers.*.listeners': {
    leftOut: 'port 80.',
    ...changed([{ port: 80 }], [{ port: 80 }, { port: 81 }], 'clients come to these ports from then on.'),
  },
  'loadBalancers.*.listeners[].port': changed(80, 81, 'clients come to that port from then on.'),
  'loadBalancers.*.listeners[].protocol': {
    leftOut: 'http, and tcp of a network load balancer.',
    changes: [
      {
        from: 'http',
        to: 'https',
        does: 'refused',
        code: 'SPEC_BAD_LOAD_BALANCER',
        says: 'https needs a `certificate` too.',
      },
    ],
  },
  'loadBalancers.*.listeners[].certificate': {
    leftOut: 'none.',
    changes: [
      {
        to: 'arn:aws:acm:us-east-1:123456789012:certificate/1',
        does: 'refused',
        code: 'SPEC_BAD_LOAD_BALANCER',
        says: 'it belongs to https.',
      },
    ],
  },
  'loadBalancers.*.targets': changed({ servers: 'web' }, { servers: 'web', drainSeconds: 5 }, 'see its keys.'),
  'loadBalancers.*.targets.servers': {
    leftOut: 'the members of the scaling groups that name it.',
    changes: [
      {
        from: 'web',
        to: ['web', 'spare'],
        does: 'in-place',
        by: 'register-target',
        says: 'what comes is registered when it is ready; what goes finishes what it does.',
      },
    ],
  },
  'loadBalancers.*.targets.port': {
    leftOut: 'the port of the first listener; 80 behind https.',
    changes: [{ from: 80, to: 81, does: 'downtime', by: 'modify-load-balancer', says: group }],
  },
  'loadBalancers.*.targets.drainSeconds': changed(30, 5, 'what leaves from then on has that long.'),
  'loadBalancers.*.targets.stickySeconds': {
    leftOut: 'each request goes to any server.',
    ...changed(undefined, 60, 'clients stay with their server from then on.'),
  },
  'loadBalancers.*.targets.health': {
    leftOut: 'as its keys say.',
    ...changed(undefined, { path: '/well' }, 'see its keys.'),
  },
  'loadBalancers.*.targets.health.path': changed('/', '/well', 'servers are asked so from then on.'),
  'loadBalancers.*.targets.health.protocol': {
    leftOut: 'as the targets are asked.',
    changes: [
      {
        to: 'tcp',
        does: 'refused',
        code: 'SPEC_BAD_LOAD_BALANCER',
        says: 'an application load balancer asks by http; a network load balancer by either.',
      },
    ],
  },
  'loadBalancers.*.targets.health.codes': changed('200', '200-299', 'servers are judged so from then on.'),
  'loadBalancers.*.targets.health.interval': changed(30, 10, 'servers are asked so often from then on.'),
  'loadBalancers.*.targets.health.timeout': {
    leftOut: '5, and 10 of tcp, or what the interval allows.',
    ...changed(5, 4, 'servers have that long from then on.'),
  },
  'loadBalancers.*.targets.health.healthy': changed(5, 2, 'servers are judged so from then on.'),
  'loadBalancers.*.targets.health.unhealthy': changed(2, 3, 'servers are judged so from then on.'),
  'loadBalancers.*.protect': changed(
    false,
    true,
    'AWS refuses to delete it by hand from then on; `destroy` lifts the protection first.',
  ),
  'loadBalancers.*.tags': {
    leftOut: 'the stack’s.',
    changes: [
      {
        to: { tier: 'edge' },
        does: 'in-place',
        by: 'tag-resource',
        says: 'the load balancer and its target group are tagged.',
      },
    ],
  },
}

/** `loadBalancers`. */
export const loadBalancerKeys: KeyTable = Object.fromEntries(
  Object.entries(keys).map(([path, facts]) => [
    path,
    {
      ...facts,
      changes:
        typeof facts.changes === 'string' ? facts.changes : facts.changes.map((change) => ({ ...change, where })),
    },
  ]),
)
