import { sshKeys } from '../../ssh-keys.js'
import { images } from './golden-stack.js'
import { leftAlone, type KeyTable } from './key-change.js'

const onEc2 = { target: {} }
const letsOut = { 'securityGroups.door.egress': [{ port: 443, protocol: 'tcp', to: '0.0.0.0/0' }] }
const archiveElsewhere = { 'archives.music.regions': [{ region: 'eu-central-1' }] }
const archiveCopied = 'it holds for copies that are made from then on.'
const byName = { 'archives.music.server.image': { owner: '136693071363', name: 'debian-12-amd64-*' } }

/** The keys of the file itself, and of its small entries. */
export const stackKeys: KeyTable = {
  evenkeel: {
    changes: [{ to: 2, does: 'refused', code: 'SPEC_INVALID_VALUE', says: 'there is one version of the format.' }],
  },
  stack: {
    changes: [
      {
        to: 'music-staging',
        does: 'created',
        by: 'create-server',
        says: 'it is another stack, and all of it is made. What the old name owns stays until it is destroyed with the old file.',
      },
    ],
  },
  target: {
    leftOut: 'EC2, with the region and the credentials of the environment.',
    changes: [
      {
        to: { region: 'us-east-1', account: '123456789012' },
        does: 'nothing',
        says: 'another place is looked at, and what is live there is compared. Nothing moves between places.',
      },
    ],
  },
  'target.region': {
    changes: [{ to: 'us-east-1', does: 'nothing', where: onEc2, says: 'another place is looked at, as for `target`.' }],
  },
  'target.profile': {
    leftOut: 'the environment’s (`AWS_PROFILE`), else the SDK’s default.',
    changes: [{ to: 'staging', does: 'nothing', where: onEc2, says: 'other credentials are used.' }],
  },
  'target.account': {
    leftOut: 'no account is asked for: the credentials decide.',
    changes: [
      {
        to: '123456789012',
        does: 'nothing',
        where: onEc2,
        says: 'it is compared with the account of the credentials.',
      },
    ],
  },
  'target.endpoint': {
    leftOut: 'EC2’s own endpoint of the region.',
    changes: [
      {
        to: 'https://ec2.example.net',
        does: 'nothing',
        where: onEc2,
        says: 'another place is looked at, as for `target`.',
      },
    ],
  },
  extends: {
    leftOut: 'it builds on no other file.',
    changes: 'as the value',
  },
  tags: {
    leftOut: 'none.',
    changes: [{ to: { team: 'video' }, does: 'in-place', by: 'tag-resource', says: 'the tags alone.' }],
  },
  outputs: {
    leftOut: 'none.',
    changes: [
      {
        to: { first: '${server.web.publicIp}' },
        does: 'nothing',
        says: 'nothing in EC2 changes: `evenkeel output` and the end of an apply tell it.',
      },
    ],
  },
  moved: {
    leftOut: 'a new name is a new resource, and what had the old one is removed.',
    changes: [
      {
        to: [{ from: 'server.old', to: 'server.web' }],
        does: 'nothing',
        says: 'where nothing has the old name. What has it gets the new one in its tags, in place.',
      },
    ],
  },
  'moved[].from': {
    changes: [
      {
        from: 'server.old',
        to: 'server.spare',
        does: 'refused',
        code: 'SPEC_BAD_MOVE',
        where: { moved: [{ from: 'server.old', to: 'server.web' }] },
        says: 'where the file still has that name.',
      },
    ],
  },
  'moved[].to': {
    changes: [
      {
        from: 'server.web',
        to: 'server.gone',
        does: 'refused',
        code: 'SPEC_BAD_MOVE',
        where: { moved: [{ from: 'server.old', to: 'server.web' }] },
        says: 'where the file has no such name.',
      },
    ],
  },
  variables: { leftOut: 'none.', changes: 'as the value' },
  'variables.*.type': { changes: 'as the value' },
  'variables.*.default': { leftOut: 'a value must be given.', changes: 'as the value' },
  'variables.*.description': { leftOut: 'none.', changes: 'as the value' },
  'variables.*.sensitive': { changes: 'as the value' },
  'variables.*.valueFrom': { leftOut: 'nowhere.', changes: 'as the value' },
  'variables.*.valueFrom.ssm': { changes: 'as the value' },
  'variables.*.version': { changes: 'as the value' },
  'variables.*.minimum': { leftOut: 'no bound.', changes: 'as the value' },
  'variables.*.maximum': { leftOut: 'no bound.', changes: 'as the value' },
  'variables.*.pattern': { leftOut: 'any text.', changes: 'as the value' },
  'variables.*.enum': { leftOut: 'any value of the type.', changes: 'as the value' },
  keyPairs: {
    leftOut: 'one is generated where a server needs it.',
    changes: [
      {
        when: 'an entry leaves the file',
        to: { deploy: { publicKey: sshKeys.ed25519 } },
        does: 'removed',
        by: 'delete-key-pair',
        says: 'the key pair is deleted in EC2.',
      },
    ],
  },
  'keyPairs.*.publicKey': {
    changes: [
      {
        to: sshKeys.ecdsa256,
        does: 'replacement',
        by: 'authorize-key',
        says: 'another key pair takes its place in EC2. On live servers the new key is let in and tried, then the old one goes; no server is replaced.',
      },
    ],
  },
  'keyPairs.*.keyPairId': {
    leftOut: 'evenkeel makes it.',
    changes: [
      {
        to: 'key-0123456789abcdef0',
        does: 'refused',
        code: 'PLAN_ADOPTED_TAKEN',
        says: 'another one has the entry already. Where the entry has none yet, the named one is adopted.',
      },
    ],
  },
  'keyPairs.*.tags': {
    leftOut: 'those of the stack.',
    changes: [{ to: { team: 'video' }, does: 'in-place', by: 'tag-resource', says: 'the tags alone.' }],
  },
  securityGroups: {
    leftOut: 'one is made where a server needs it.',
    changes: [
      {
        when: 'an entry leaves the file',
        to: { door: { description: 'SSH', ingress: [{ port: 22, from: 'my-ip' }] } },
        does: 'removed',
        by: 'delete-security-group',
        says: 'the group is deleted.',
      },
    ],
  },
  'securityGroups.*.description': {
    leftOut: '`evenkeel: <stack>/<name>`.',
    changes: [
      {
        to: 'SSH from the desk',
        does: 'refused',
        code: 'PLAN_GROUP_DESCRIPTION_FIXED',
        says: 'EC2 never lets it change: make a group of another name.',
      },
    ],
  },
  'securityGroups.*.groupId': {
    leftOut: 'evenkeel makes it.',
    changes: [
      {
        to: 'sg-0123456789abcdef0',
        does: 'refused',
        code: 'PLAN_ADOPTED_TAKEN',
        says: 'another one has the entry already. Where the entry has none yet, the named one is adopted.',
      },
    ],
  },
  'securityGroups.*.ingress': {
    leftOut: 'nobody may come in.',
    changes: [
      {
        to: [
          { port: 22, from: 'my-ip' },
          { port: 443, from: '0.0.0.0/0' },
        ],
        does: 'in-place',
        by: 'authorize-ingress',
        says: 'new rules are added, then those that are gone are taken away.',
      },
    ],
  },
  'securityGroups.*.ingress[].port': {
    leftOut: 'all, with `protocol: icmp` or `all`; else it must be there.',
    changes: [{ to: '80-81', does: 'in-place', by: 'authorize-ingress', says: 'as for `ingress`.' }],
  },
  'securityGroups.*.ingress[].protocol': {
    leftOut: '`tcp`; with `port: all` all protocols.',
    changes: [{ to: 'udp', does: 'in-place', by: 'authorize-ingress', says: 'as for `ingress`.' }],
  },
  'securityGroups.*.ingress[].from': {
    changes: [{ to: '10.0.0.0/8', does: 'in-place', by: 'authorize-ingress', says: 'as for `ingress`.' }],
  },
  'securityGroups.*.ingress[].from.tag': {
    changes: [
      {
        from: 'tier=web',
        to: 'tier=db',
        does: 'in-place',
        by: 'authorize-ingress',
        where: { 'securityGroups.door.ingress': [{ port: 80, from: {} }] },
        says: 'where it means another group, as for `ingress`.',
      },
    ],
  },
  'securityGroups.*.egress': {
    leftOut: 'everywhere, as EC2 makes a group.',
    changes: [
      {
        to: [{ port: 443, to: '0.0.0.0/0' }],
        does: 'in-place',
        by: 'revoke-egress',
        says: 'new rules are added, then those that are gone are taken away. Connections that stand go on.',
      },
    ],
  },
  'securityGroups.*.egress[].port': {
    leftOut: 'all, with `protocol: icmp` or `all`; else it must be there.',
    changes: [
      { from: 443, to: '80-81', does: 'in-place', by: 'authorize-egress', where: letsOut, says: 'as for `egress`.' },
    ],
  },
  'securityGroups.*.egress[].protocol': {
    leftOut: '`tcp`; with `port: all` all protocols.',
    changes: [
      { from: 'tcp', to: 'udp', does: 'in-place', by: 'authorize-egress', where: letsOut, says: 'as for `egress`.' },
    ],
  },
  'securityGroups.*.egress[].to': {
    changes: [
      {
        from: '0.0.0.0/0',
        to: '10.0.0.0/8',
        does: 'in-place',
        by: 'authorize-egress',
        where: letsOut,
        says: 'as for `egress`.',
      },
    ],
  },
  'securityGroups.*.egress[].to.tag': {
    changes: [
      {
        from: 'tier=web',
        to: 'tier=db',
        does: 'in-place',
        by: 'authorize-egress',
        where: { 'securityGroups.door.egress': [{ port: 80, to: {} }] },
        says: 'where it means another group, as for `egress`.',
      },
    ],
  },
  'securityGroups.*.ignoreChanges': {
    leftOut: 'none.',
    changes: [{ to: ['ingress'], does: 'nothing', says: leftAlone }],
  },
  'securityGroups.*.tags': {
    leftOut: 'those of the stack.',
    changes: [{ to: { team: 'video' }, does: 'in-place', by: 'tag-resource', says: 'the tags alone.' }],
  },
  archives: {
    leftOut: 'none.',
    changes: [
      {
        when: 'an entry leaves the file',
        to: {},
        does: 'removed',
        says: 'no version is made any more; the snapshots stay.',
      },
    ],
  },
  'archives.*.from': {
    changes: [
      {
        to: '~/Other/',
        does: 'nothing',
        says: 'what counts is what is in the directory: where that differs from the newest version, a new one is made.',
      },
    ],
  },
  'archives.*.fstype': {
    changes: [
      { to: 'xfs', does: 'in-place', by: 'create-snapshot', says: 'a new version is made, on a fresh filesystem.' },
    ],
  },
  'archives.*.keep': {
    changes: [{ to: 5, does: 'nothing', says: 'versions beyond that are deleted when the next one is completed.' }],
  },
  'archives.*.regions': {
    leftOut: 'none but its own.',
    changes: [
      {
        to: ['eu-central-1'],
        does: 'in-place',
        by: 'copy-snapshot',
        says: 'an apply copies the newest version there, and from then on each that it makes.',
      },
    ],
  },
  'archives.*.regions[].region': {
    changes: [
      { to: 'us-west-2', does: 'in-place', by: 'copy-snapshot', where: archiveElsewhere, says: 'as for `regions`.' },
    ],
  },
  'archives.*.regions[].encrypted': {
    changes: [{ to: true, does: 'left', code: 'PLAN_COPIES_STAY', where: archiveElsewhere, says: archiveCopied }],
  },
  'archives.*.regions[].kmsKey': {
    leftOut: "AWS's own key, where the copy is encrypted.",
    changes: [
      { to: 'alias/backup', does: 'left', code: 'PLAN_COPIES_STAY', where: archiveElsewhere, says: archiveCopied },
    ],
  },
  'archives.*.slack': {
    changes: [{ to: '30%', does: 'nothing', says: 'it holds for the next version.' }],
  },
  'archives.*.checksum': {
    changes: [
      {
        to: true,
        does: 'in-place',
        by: 'create-snapshot',
        says: 'a new version is made, of which contents are known.',
      },
    ],
  },
  'archives.*.exclude': {
    leftOut: 'nothing.',
    changes: [{ to: ['*.tmp'], does: 'in-place', by: 'create-snapshot', says: 'a new version is made.' }],
  },
  'archives.*.tags': {
    leftOut: 'those of the stack.',
    changes: [{ to: { team: 'video' }, does: 'nothing', says: 'they go onto the next version.' }],
  },
  'archives.*.server': {
    changes: [
      {
        to: { image: images.second, type: 't3.small' },
        does: 'nothing',
        says: 'the server lives only while a version is made: the next one is made through the other.',
      },
    ],
  },
  'archives.*.server.image': {
    changes: [{ to: images.second, does: 'nothing', says: 'it holds for the next version.' }],
  },
  'archives.*.server.image.owner': {
    leftOut: 'only where `ssm` names the image.',
    changes: [{ to: 'amazon', does: 'nothing', where: byName, says: 'it holds for the next version.' }],
  },
  'archives.*.server.image.name': {
    leftOut: 'only where `ssm` names the image.',
    changes: [{ to: 'debian-12-*', does: 'nothing', where: byName, says: 'it holds for the next version.' }],
  },
  'archives.*.server.image.architecture': {
    changes: [{ to: 'arm64', does: 'nothing', where: byName, says: 'it holds for the next version.' }],
  },
  'archives.*.server.image.ssm': {
    leftOut: 'the image is named by `owner` and `name`.',
    changes: [
      {
        from: '/music/image',
        to: '/aws/service/debian/release/12/latest/amd64',
        does: 'nothing',
        where: { 'archives.music.server.image': {} },
        says: 'it holds for the next version.',
      },
    ],
  },
  'archives.*.server.type': { changes: [{ to: 't3.large', does: 'nothing', says: 'it holds for the next version.' }] },
  'archives.*.server.zone': {
    leftOut: 'a zone that has the type.',
    changes: [{ to: 'us-east-1b', does: 'nothing', says: 'it holds for the next version.' }],
  },
  'archives.*.server.subnet': {
    leftOut: 'the default subnet of the zone.',
    changes: [{ to: 'subnet-0123456789abcdef0', does: 'nothing', says: 'it holds for the next version.' }],
  },
  'archives.*.server.subnet.tag': {
    changes: [
      {
        from: 'tier=db',
        to: 'tier=web',
        does: 'nothing',
        where: { 'archives.music.server.subnet': {} },
        says: 'it holds for the next version.',
      },
    ],
  },
  'archives.*.server.keyPair': {
    leftOut: 'the only key pair of the file, else a generated one.',
    changes: [{ from: 'deploy', to: 'spare', does: 'nothing', says: 'it holds for the next version.' }],
  },
  'archives.*.server.keyPair.name': {
    leftOut: 'the pair is named by its entry, its id or a tag.',
    changes: [
      {
        from: 'operators',
        to: 'administrators',
        does: 'nothing',
        where: { 'archives.music.server.keyPair': {} },
        says: 'it holds for the next version.',
      },
    ],
  },
  'archives.*.server.keyPair.tag': {
    leftOut: 'the pair is named by its entry, its id or its name.',
    changes: [
      {
        from: 'team=audio',
        to: 'team=video',
        does: 'nothing',
        where: { 'archives.music.server.keyPair': {} },
        says: 'it holds for the next version.',
      },
    ],
  },
  'archives.*.server.securityGroups[].tag': {
    leftOut: 'the group is named by its entry or its id.',
    changes: [
      {
        from: 'tier=web',
        to: 'tier=db',
        does: 'nothing',
        where: { 'archives.music.server.securityGroups': [{}] },
        says: 'it holds for the next version.',
      },
    ],
  },
  'archives.*.server.securityGroups': {
    changes: [{ from: ['door'], to: ['web'], does: 'nothing', says: 'it holds for the next version.' }],
  },
  'archives.*.server.user': { changes: [{ to: 'admin', does: 'nothing', says: 'it holds for the next version.' }] },
}
