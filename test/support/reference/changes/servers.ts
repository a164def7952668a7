import { byLaunch } from './server-images.js'
import { leftAlone, type KeyTable } from './key-change.js'

/** Without the zone, which would decide the subnet too. */
const inSubnet = { 'servers.web.zone': undefined }
const alone = { volumes: undefined, sync: undefined }
const many = { ...alone, 'servers.web.count': 3 }
const rolled = { ...many, 'servers.web.rolling': { health: 'true' } }
const nextTime = 'it holds for the next change that takes members out of service.'

/** The keys of a server. */
export const serverKeys: KeyTable = {
  servers: {
    leftOut: 'none.',
    changes: [
      {
        when: 'an entry leaves the file',
        to: {},
        does: 'removed',
        by: 'terminate-server',
        where: alone,
        says: 'the server is terminated, its root disk goes by `rootVolume.onRemove`.',
      },
      {
        when: 'an entry with `protect: true` leaves the file',
        to: {},
        does: 'refused',
        code: 'PLAN_PROTECTED',
        where: { ...alone, 'servers.web.protect': true },
        says: 'the plan refuses: set `protect: false` and apply that first.',
      },
    ],
  },
  'servers.*.count': {
    changes: [
      {
        when: 'added or dropped as a whole',
        from: undefined,
        to: 1,
        does: 'in-place',
        by: 'tag-resource',
        where: alone,
        says: '`server.web` is `server.web[0]` from then on, and the other way round: tags change, and nothing else. When it is dropped, the others are removed as if their entry had left the file.',
      },
      {
        when: 'more',
        from: 1,
        to: 3,
        does: 'created',
        by: 'create-server',
        where: alone,
        says: 'servers are added at the end; the others stay.',
      },
      {
        when: 'fewer',
        from: 3,
        to: 1,
        does: 'removed',
        by: 'terminate-server',
        where: alone,
        says: 'those with the highest numbers are removed as if their entry had left the file.',
      },
    ],
  },
  'servers.*.type': {
    changes: [
      {
        to: 't3.medium',
        does: 'restart',
        by: 'modify-server',
        says: 'the server is stopped, takes the type, and is started.',
      },
    ],
  },
  'servers.*.zone': {
    leftOut: 'that of the live server, else of its volumes, else the first zone with a default subnet and the type.',
    changes: [
      {
        to: 'us-east-1b',
        does: 'replacement',
        by: 'create-server',
        says: `${byLaunch} Its volumes follow by way of a snapshot.`,
      },
    ],
  },
  'servers.*.subnet': {
    leftOut: 'the default subnet of the zone.',
    changes: [
      {
        from: 'subnet-00000001',
        to: 'subnet-0123456789abcdef0',
        does: 'replacement',
        by: 'create-server',
        where: inSubnet,
        says: byLaunch,
      },
    ],
  },
  'servers.*.subnet.tag': {
    changes: [
      {
        from: 'tier=db',
        to: 'tier=web',
        does: 'replacement',
        by: 'create-server',
        where: { ...inSubnet, 'servers.web.subnet': {} },
        says: 'where it means another subnet, as for `subnet`.',
      },
    ],
  },
  'servers.*.keyPair': {
    leftOut: 'the only key pair of the file, else a generated one.',
    changes: [
      {
        to: 'spare',
        does: 'in-place',
        by: 'authorize-key',
        says: 'the new key is let in over SSH and tried, then the old one goes.',
      },
    ],
  },
  'servers.*.securityGroups': {
    leftOut: 'a group that lets your own address in by SSH.',
    changes: [
      {
        to: ['door', 'web'],
        does: 'in-place',
        by: 'modify-server',
        says: 'the server wears the other groups at once.',
      },
    ],
  },
  'servers.*.keyPair.name': {
    leftOut: 'the pair is named by its entry, its id or a tag.',
    changes: [
      {
        from: 'operators',
        to: 'administrators',
        does: 'in-place',
        by: 'authorize-key',
        where: { 'servers.web.keyPair': {} },
        says: 'the new key is let in over SSH and tried; the old one, which the stack does not own, stays where it is.',
      },
    ],
  },
  'servers.*.keyPair.tag': {
    leftOut: 'the pair is named by its entry, its id or its name.',
    changes: [
      {
        from: 'team=audio',
        to: 'team=video',
        does: 'in-place',
        by: 'authorize-key',
        where: { 'servers.web.keyPair': {} },
        says: 'as for `keyPair.name`.',
      },
    ],
  },
  'servers.*.securityGroups[].tag': {
    leftOut: 'the group is named by its entry or its id.',
    changes: [
      {
        from: 'tier=web',
        to: 'tier=db',
        does: 'in-place',
        by: 'modify-server',
        where: { 'servers.web.securityGroups': [{}] },
        says: 'as for `securityGroups`: the server wears the other group.',
      },
    ],
  },
  'servers.*.instanceId': {
    leftOut: 'evenkeel makes it.',
    changes: [
      {
        to: 'i-0123456789abcdef0',
        does: 'refused',
        code: 'PLAN_ADOPTED_TAKEN',
        says: 'another one has the entry already. Where the entry has none yet, the named one is adopted: its tags change, and nothing else.',
      },
    ],
  },
  'servers.*.user': {
    changes: [
      {
        to: 'ubuntu',
        does: 'in-place',
        by: 'tag-resource',
        says: 'evenkeel enters as that user from now on; it makes no user.',
      },
    ],
  },
  'servers.*.state': {
    changes: [
      { when: 'to stopped', to: 'stopped', does: 'downtime', by: 'stop-server', says: 'the server is stopped.' },
      {
        when: 'to running',
        from: 'stopped',
        to: 'running',
        does: 'in-place',
        by: 'start-server',
        where: alone,
        says: 'the server is started.',
      },
    ],
  },
  'servers.*.rootVolume': {
    leftOut: 'as the image says.',
    changes: [{ to: { onRemove: 'snapshot' }, does: 'in-place', by: 'tag-resource', says: 'see its keys.' }],
  },
  'servers.*.rootVolume.size': {
    leftOut: 'as in the image.',
    changes: [
      {
        when: 'larger',
        from: 8,
        to: 16,
        does: 'left',
        code: 'PLAN_ROOT_VOLUME_LEFT',
        says: 'root disks are not grown in place. It holds for the next launch.',
      },
      { when: 'smaller', from: 16, to: 8, does: 'replacement', by: 'create-server', says: byLaunch },
    ],
  },
  'servers.*.rootVolume.type': {
    leftOut: 'as in the image.',
    changes: [
      { from: 'gp2', to: 'gp3', does: 'left', code: 'PLAN_ROOT_VOLUME_LEFT', says: 'it holds for the next launch.' },
    ],
  },
  'servers.*.rootVolume.onRemove': {
    changes: [{ to: 'snapshot', does: 'in-place', by: 'tag-resource', says: 'the rule is noted in a tag.' }],
  },
  'servers.*.rootVolume.onReplace': {
    changes: [{ to: 'delete', does: 'nothing', says: 'it holds for the next replacement.' }],
  },
  'servers.*.elasticIp': {
    changes: [
      {
        when: 'to true',
        from: false,
        to: true,
        does: 'created',
        by: 'allocate-address',
        says: 'an address is allocated and leads to the server; the one that EC2 lent it is gone.',
      },
      {
        when: 'to false',
        from: true,
        to: false,
        does: 'removed',
        by: 'release-address',
        says: 'the address is released, and cannot be had again.',
      },
    ],
  },
  'servers.*.elasticIp.protect': {
    changes: [
      {
        from: false,
        to: true,
        does: 'in-place',
        by: 'tag-resource',
        says: 'it is noted in a tag, so that it holds without the file too. A protected address is not released: the plan refuses.',
      },
    ],
  },
  'servers.*.userData': {
    leftOut: 'none.',
    changes: [
      {
        when: 'with `onUserDataChange: ignore`',
        from: 'echo one',
        to: 'echo two',
        does: 'left',
        code: 'PLAN_USER_DATA_IGNORED',
        says: 'the first boot is over.',
      },
      {
        when: 'with `onUserDataChange: replace`',
        from: 'echo one',
        to: 'echo two',
        does: 'replacement',
        by: 'create-server',
        where: { 'servers.web.onUserDataChange': 'replace' },
        says: byLaunch,
      },
      {
        when: 'with `onUserDataChange: stop-start`',
        from: 'echo one',
        to: 'echo two',
        does: 'restart',
        by: 'modify-server',
        code: 'PLAN_USER_DATA_AGAIN',
        where: { 'servers.web.onUserDataChange': 'stop-start' },
        says: 'EC2 takes it while the server is stopped. cloud-init does not run it again by itself.',
      },
    ],
  },
  'servers.*.onUserDataChange': {
    changes: [
      {
        to: 'replace',
        does: 'nothing',
        where: { 'servers.web.userData': 'echo one' },
        says: 'it holds for the next change of `userData`. Where that has changed since the launch, the server is replaced now.',
      },
    ],
  },
  'servers.*.rolling': {
    leftOut: 'all members at once.',
    changes: [{ to: { health: 'curl -fsS localhost/healthz' }, does: 'nothing', where: many, says: nextTime }],
  },
  'servers.*.rolling.maxUnavailable': { changes: [{ to: 2, does: 'nothing', where: rolled, says: nextTime }] },
  'servers.*.rolling.health': {
    changes: [{ from: 'true', to: 'curl -fsS localhost/healthz', does: 'nothing', where: rolled, says: nextTime }],
  },
  'servers.*.rolling.timeout': { changes: [{ to: '5m', does: 'nothing', where: rolled, says: nextTime }] },
  'servers.*.rolling.order': { changes: [{ to: 'descending', does: 'nothing', where: rolled, says: nextTime }] },
  'servers.*.replace': {
    leftOut: '`launch-first`, unless the launch waits for what the old server has; the plan says so then.',
    changes: [{ to: 'terminate-first', does: 'nothing', says: 'it holds for the next replacement.' }],
  },
  'servers.*.protect': {
    changes: [
      {
        to: true,
        does: 'in-place',
        by: 'modify-server',
        says: 'EC2’s termination protection is switched. A protected server is neither replaced nor removed: the plan refuses.',
      },
    ],
  },
  'servers.*.dependsOn': {
    leftOut: 'what references and volumes say.',
    changes: [{ to: ['server.spare'], does: 'nothing', says: 'it orders the steps of later plans.' }],
  },
  'servers.*.via': {
    leftOut: 'it is entered straight: at its public address, else at the private one.',
    changes: [
      {
        to: 'server.spare',
        does: 'in-place',
        by: 'tag-resource',
        says: 'it is entered that way from this plan on; a tag remembers it.',
      },
    ],
  },
  'servers.*.setup': {
    leftOut: 'none.',
    changes: [
      {
        from: ['true'],
        to: ['sudo apt-get -y install nginx'],
        does: 'in-place',
        by: 'run-setup',
        says: 'the whole list is run again, in order.',
      },
    ],
  },
  'servers.*.ignoreChanges': {
    leftOut: 'none.',
    changes: [{ to: ['type'], does: 'nothing', says: leftAlone }],
  },
  'servers.*.tags': {
    leftOut: 'those of the stack.',
    changes: [{ to: { team: 'video' }, does: 'in-place', by: 'tag-resource', says: 'the tags alone.' }],
  },
}
