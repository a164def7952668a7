import { byLaunch } from './server-images.js'
import type { KeyTable } from './key-change.js'

/** Without volumes, which keep a server in their zone. */
const withOne = { volumes: undefined, sync: undefined, 'servers.web.alternatives': [{ type: 't3.large' }] }
const restarts = 'the server is stopped, changed, and started.'

const byMarket =
  'whether a server is a spot instance, and of which request, is fixed at launch. A persistent request is cancelled before its server ends.'

/** What a server is launched with beside what and where it is. */
export const serverOptionKeys: KeyTable = {
  'servers.*.alternatives': {
    leftOut: 'none: where EC2 has no room, the launch fails.',
    changes: [
      {
        to: [{ type: 't3.medium' }],
        does: 'in-place',
        by: 'tag-resource',
        says: 'it holds for the next launch. Where the server was launched as one that goes, its type or zone changes.',
      },
    ],
  },
  'servers.*.alternatives[].type': {
    leftOut: 'as the server has it.',
    changes: [
      { to: 't3.medium', does: 'in-place', by: 'tag-resource', where: withOne, says: 'as for `alternatives`.' },
    ],
  },
  'servers.*.alternatives[].zone': {
    leftOut: 'as the server has it.',
    changes: [
      { to: 'us-east-1b', does: 'in-place', by: 'tag-resource', where: withOne, says: 'as for `alternatives`.' },
    ],
  },
  'servers.*.iamInstanceProfile': {
    leftOut: 'none; one that it was given by hand stays.',
    changes: [
      {
        from: 'web',
        to: 'db',
        does: 'in-place',
        by: 'modify-server',
        says: 'its programs get the credentials of the other role within minutes.',
      },
      {
        when: 'when it leaves the file',
        from: 'web',
        to: undefined,
        does: 'in-place',
        by: 'modify-server',
        says: 'the profile is taken off.',
      },
    ],
  },
  'servers.*.monitoring': {
    leftOut: '`false`; when it leaves the file, it is switched off.',
    changes: [
      { from: false, to: true, does: 'in-place', by: 'modify-server', says: 'figures come every minute, at a price.' },
    ],
  },
  'servers.*.cpu': {
    leftOut: 'all of the type; when it leaves the file, the server keeps what it has.',
    changes: [
      {
        to: { cores: 1, threadsPerCore: 1 },
        does: 'restart',
        by: 'modify-server',
        says: restarts,
      },
    ],
  },
  'servers.*.cpu.cores': {
    changes: [
      {
        from: 2,
        to: 1,
        does: 'restart',
        by: 'modify-server',
        where: { 'servers.web.cpu': { threadsPerCore: 1 } },
        says: restarts,
      },
    ],
  },
  'servers.*.cpu.threadsPerCore': {
    changes: [
      {
        from: 2,
        to: 1,
        does: 'restart',
        by: 'modify-server',
        where: { 'servers.web.cpu': { cores: 1 } },
        says: restarts,
      },
    ],
  },
  'servers.*.metadata': {
    leftOut: '`tokens: required` at launch, and else as the image says; what leaves the file stays as it is.',
    changes: [{ to: { hopLimit: 2 }, does: 'in-place', by: 'modify-server', says: 'see its keys.' }],
  },
  'servers.*.metadata.tokens': {
    leftOut: '`required` at launch.',
    changes: [{ from: 'required', to: 'optional', does: 'in-place', by: 'modify-server', says: 'at once.' }],
  },
  'servers.*.metadata.hopLimit': {
    leftOut: 'as the image says.',
    changes: [{ from: 1, to: 2, does: 'in-place', by: 'modify-server', says: 'at once.' }],
  },
  'servers.*.metadata.endpoint': {
    leftOut: '`enabled`.',
    changes: [
      {
        from: 'enabled',
        to: 'disabled',
        does: 'in-place',
        by: 'modify-server',
        says: 'at once. cloud-init asks it at each boot, and goes on without.',
      },
    ],
  },
  'servers.*.metadata.instanceTags': {
    leftOut: '`disabled`.',
    changes: [{ from: 'disabled', to: 'enabled', does: 'in-place', by: 'modify-server', says: 'at once.' }],
  },
  'servers.*.placement': {
    leftOut: 'EC2 chooses; when it leaves the file, the server leaves its group.',
    changes: [{ to: { group: 'rack' }, does: 'restart', by: 'modify-server', says: 'see its keys.' }],
  },
  'servers.*.placement.group': {
    leftOut: 'in no group.',
    changes: [{ from: 'near', to: 'rack', does: 'restart', by: 'modify-server', says: restarts }],
  },
  'servers.*.placement.partition': {
    changes: [
      {
        from: 1,
        to: 2,
        does: 'restart',
        by: 'modify-server',
        where: { 'servers.web.placement': { group: 'rack' } },
        says: restarts,
      },
    ],
  },
  'servers.*.placement.tenancy': {
    leftOut: '`default`.',
    changes: [{ from: 'default', to: 'dedicated', does: 'replacement', by: 'create-server', says: byLaunch }],
  },
  'servers.*.placement.hostId': {
    changes: [
      {
        from: 'h-0123456789abcdef0',
        to: 'h-0fedcba9876543210',
        does: 'restart',
        by: 'modify-server',
        where: { 'servers.web.placement': { tenancy: 'host' } },
        says: restarts,
      },
    ],
  },
  'servers.*.spot': {
    leftOut: 'on demand; when it leaves the file, another server, on demand, takes the place.',
    changes: [
      { to: {}, does: 'replacement', by: 'create-server', says: byMarket },
      {
        when: 'when it leaves the file',
        from: { interruption: 'stop' },
        to: undefined,
        does: 'replacement',
        by: 'cancel-spot-request',
        says: byMarket,
      },
    ],
  },
  'servers.*.spot.interruption': {
    leftOut: '`terminate`.',
    changes: [{ from: 'stop', to: 'terminate', does: 'replacement', by: 'create-server', says: byMarket }],
  },
  'servers.*.spot.maxPrice': {
    leftOut: 'the price on demand.',
    changes: [
      {
        from: 0.5,
        to: 0.6,
        does: 'replacement',
        by: 'create-server',
        code: 'PLAN_SPOT_ROOT_RUNNING',
        says: byMarket,
      },
    ],
  },
  'servers.*.stopProtection': {
    leftOut: '`false`; when it leaves the file, it is lifted.',
    changes: [
      {
        to: true,
        does: 'in-place',
        by: 'modify-server',
        says: 'while it stands, a plan that has to stop, replace or remove the server refuses.',
      },
      {
        when: 'to false',
        from: true,
        to: false,
        does: 'in-place',
        by: 'modify-server',
        says: 'it is lifted; before the stop, where the same plan stops the server.',
      },
    ],
  },
  'servers.*.shutdownBehavior': {
    leftOut: '`stop`; when it leaves the file, that is set again.',
    changes: [
      {
        from: 'stop',
        to: 'terminate',
        does: 'in-place',
        by: 'modify-server',
        says: 'it holds for the next shutdown from inside. A server that ends so is made anew by the next apply.',
      },
    ],
  },
  'servers.*.privateIp': {
    leftOut: 'EC2 chooses one; the one that a server has stays when it leaves the file.',
    changes: [
      {
        from: '172.31.0.20',
        to: '172.31.0.21',
        does: 'replacement',
        by: 'create-server',
        says: byLaunch,
      },
    ],
  },
  'servers.*.secondaryPrivateIps': {
    leftOut: 'none is asked for; when it leaves the file, those of it are given back.',
    changes: [
      {
        to: ['172.31.0.22'],
        does: 'in-place',
        by: 'modify-server',
        says: 'they are assigned and given back in EC2. Inside a server its image has to take them up.',
      },
    ],
  },
  'servers.*.sourceDestCheck': {
    leftOut: '`true`; when it leaves the file, that is set again.',
    changes: [{ from: true, to: false, does: 'in-place', by: 'modify-server', says: 'it holds at once.' }],
  },
}

const fixed =
  'EC2 never changes a placement group: write another entry, let the servers name that one, take this one out.'

/** The keys of a placement group. */
export const placementGroupKeys: KeyTable = {
  placementGroups: {
    leftOut: 'none.',
    changes: [
      {
        when: 'an entry leaves the file',
        to: { near: { strategy: 'cluster' } },
        does: 'removed',
        by: 'delete-placement-group',
        says: 'it is deleted, once no server is in it.',
      },
    ],
  },
  'placementGroups.*.strategy': {
    changes: [
      {
        to: 'cluster',
        does: 'refused',
        code: 'PLAN_PLACEMENT_GROUP_FIXED',
        where: { 'placementGroups.rack.partitions': undefined },
        says: fixed,
      },
    ],
  },
  'placementGroups.*.partitions': {
    changes: [{ from: 2, to: 3, does: 'refused', code: 'PLAN_PLACEMENT_GROUP_FIXED', says: fixed }],
  },
  'placementGroups.*.spreadLevel': {
    changes: [
      {
        from: 'rack',
        to: 'host',
        does: 'refused',
        code: 'PLAN_PLACEMENT_GROUP_FIXED',
        where: { 'placementGroups.rack': { strategy: 'spread' } },
        says: fixed,
      },
    ],
  },
  'placementGroups.*.tags': {
    leftOut: 'those of the stack.',
    changes: [{ to: { team: 'video' }, does: 'in-place', by: 'tag-resource', says: 'the tags alone.' }],
  },
}
