import { leftAlone, type KeyTable } from './key-change.js'

const bySnapshot =
  'a snapshot is taken, another volume is made from it, compared, and takes the place; the old one is deleted and its snapshot stays.'
const withoutRule = { sync: undefined }
const unattached = { ...withoutRule, 'volumes.data.server': undefined, 'volumes.data.mount': undefined }
const unmounted = { ...withoutRule, 'volumes.data.mount': undefined }
const inMount = { 'volumes.data.mount': { path: '/srv/data' } }
const mounted = 'the filesystem is unmounted, and mounted at the other place; fstab follows.'

/** The keys of a volume. */
export const volumeKeys: KeyTable = {
  volumes: {
    leftOut: 'none.',
    changes: [
      {
        when: 'an entry leaves the file',
        to: {},
        does: 'removed',
        by: 'delete-volume',
        where: withoutRule,
        says: 'the volume is unmounted and detached, and goes by its `onRemove`.',
      },
      {
        when: 'an entry with `protect: true` leaves the file',
        to: {},
        does: 'refused',
        code: 'PLAN_PROTECTED',
        where: { ...withoutRule, 'volumes.data.protect': true },
        says: 'the plan refuses: set `protect: false` and apply that first.',
      },
    ],
  },
  'volumes.*.server': {
    changes: [
      {
        to: 'spare',
        does: 'downtime',
        by: 'attach-volume',
        says: 'the volume is unmounted, detached, attached to the other server and mounted there. Both must be in one zone, else it follows by way of a snapshot.',
      },
      {
        when: 'from one member to all of them',
        from: 'web[0]',
        to: 'web[*]',
        does: 'in-place',
        by: 'tag-resource',
        where: { ...withoutRule, 'servers.web.count': 1 },
        says: 'the volume becomes `volume.data[0]`, by its tags alone, and each of the other members gets one. Back again, the first is the one that stays, and the others go by their `onRemove`.',
      },
      {
        when: 'left out',
        to: undefined,
        does: 'downtime',
        by: 'detach-volume',
        where: { ...unmounted, 'volumes.data.zone': 'us-east-1a' },
        says: 'the volume is unmounted and detached, and stays.',
      },
    ],
  },
  'volumes.*.zone': {
    leftOut: 'that of its server; without one the region’s first.',
    changes: [
      {
        from: 'us-east-1a',
        to: 'us-east-1b',
        does: 'replacement',
        by: 'create-snapshot',
        where: unattached,
        says: bySnapshot,
      },
    ],
  },
  'volumes.*.size': {
    leftOut: 'that of `snapshot` or `volumeId`; else it must be there.',
    changes: [
      {
        when: 'larger',
        to: 20,
        does: 'in-place',
        by: 'grow-filesystem',
        says: 'the volume grows, then its filesystem. EC2 takes few such changes in some hours.',
      },
      {
        when: 'larger, with a filesystem that cannot grow (vfat)',
        to: 20,
        does: 'refused',
        code: 'PLAN_FILESYSTEM_CANNOT_GROW',
        where: { 'volumes.data.fstype': 'vfat' },
        says: 'a volume never shrinks again.',
      },
      { when: 'smaller', to: 5, does: 'refused', code: 'PLAN_VOLUME_SHRINK', says: 'a volume never shrinks.' },
    ],
  },
  'volumes.*.type': {
    changes: [{ to: 'gp2', does: 'in-place', by: 'modify-volume', says: 'EC2 modifies the volume in use.' }],
  },
  'volumes.*.iops': {
    leftOut: '3,000 for gp3; else as the type has.',
    changes: [{ to: 4000, does: 'in-place', by: 'modify-volume', says: 'EC2 modifies the volume in use.' }],
  },
  'volumes.*.throughput': {
    leftOut: '125 for gp3; other types have none to set.',
    changes: [{ to: 250, does: 'in-place', by: 'modify-volume', says: 'EC2 modifies the volume in use.' }],
  },
  'volumes.*.autoEnableIO': {
    leftOut: 'it is left as it is; a new volume waits for a word where its data is doubtful.',
    changes: [
      {
        from: true,
        to: false,
        does: 'in-place',
        by: 'set-auto-enable-io',
        says: 'a plan asks with a call for each volume that says it, and for none that does not.',
      },
    ],
  },
  'volumes.*.encrypted': {
    changes: [
      { when: 'to true', to: true, does: 'replacement', by: 'create-snapshot', says: bySnapshot },
      {
        when: 'to false',
        from: true,
        to: false,
        does: 'refused',
        code: 'PLAN_VOLUME_FIXED',
        says: 'what is encrypted stays so: copy it to a new volume.',
      },
    ],
  },
  'volumes.*.kmsKey': {
    leftOut: 'the account’s key for EBS, where the volume is encrypted.',
    changes: [
      { from: 'alias/first', to: 'alias/staging', does: 'replacement', by: 'create-snapshot', says: bySnapshot },
    ],
  },
  'volumes.*.fstype': {
    changes: [
      {
        to: 'xfs',
        does: 'left',
        code: 'PLAN_FILESYSTEM_MISMATCH',
        says: 'a volume that holds anything is never formatted. Make another volume and copy the files.',
      },
    ],
  },
  'volumes.*.mount': {
    changes: [{ to: '/srv/music', does: 'downtime', by: 'mount-volume', says: mounted }],
  },
  'volumes.*.mount.path': {
    leftOut: '`/mnt/<stack>/<name>`.',
    changes: [{ to: '/srv/music', does: 'downtime', by: 'mount-volume', where: inMount, says: mounted }],
  },
  'volumes.*.mount.options': {
    leftOut: '`defaults`.',
    changes: [
      {
        from: 'nodev',
        to: 'noatime',
        does: 'in-place',
        by: 'mount-volume',
        where: inMount,
        says: 'as `options` beside `mount`.',
      },
    ],
  },
  'volumes.*.mount.owner': {
    leftOut: 'the login user on a new filesystem.',
    changes: [
      { to: 'www-data', does: 'in-place', by: 'mount-volume', where: inMount, says: 'as `owner` beside `mount`.' },
    ],
  },
  'volumes.*.mount.mode': {
    leftOut: 'as it is.',
    changes: [{ to: '0700', does: 'in-place', by: 'mount-volume', where: inMount, says: 'as `mode` beside `mount`.' }],
  },
  'volumes.*.options': {
    leftOut: '`defaults`.',
    changes: [
      {
        from: 'nodev',
        to: 'noatime',
        does: 'in-place',
        by: 'mount-volume',
        says: 'the filesystem is remounted; fstab follows.',
      },
    ],
  },
  'volumes.*.owner': {
    changes: [
      {
        to: 'www-data',
        does: 'in-place',
        by: 'mount-volume',
        says: 'the top directory alone; what is in it keeps its owners.',
      },
    ],
  },
  'volumes.*.mode': {
    leftOut: 'as it is.',
    changes: [{ to: '0700', does: 'in-place', by: 'mount-volume', says: 'the top directory alone.' }],
  },
  'volumes.*.unmounted': {
    changes: [
      {
        when: 'to true',
        from: false,
        to: true,
        does: 'downtime',
        by: 'unmount-volume',
        where: unmounted,
        says: 'the filesystem is unmounted and its line leaves fstab.',
      },
      {
        when: 'to false',
        from: true,
        to: false,
        does: 'in-place',
        by: 'mount-volume',
        where: unmounted,
        says: 'it is mounted and written into fstab.',
      },
    ],
  },
  'volumes.*.label': {
    leftOut: 'none.',
    changes: [{ from: 'tunes', to: 'music', does: 'left', says: 'a filesystem gets its label when it is made.' }],
  },
  'volumes.*.uuid': {
    leftOut: 'a new one.',
    changes: [
      {
        from: '0b5a1c2d-1111-4222-8333-444455556666',
        to: '0b5a1c2d-1111-4222-8333-777788889999',
        does: 'left',
        says: 'a filesystem gets its UUID when it is made.',
      },
    ],
  },
  'volumes.*.reuse': {
    changes: [{ to: true, does: 'nothing', says: 'it is asked when the volume is made, and not of one that lives.' }],
  },
  'volumes.*.snapshot': {
    leftOut: 'it starts blank, or as `reuse` says.',
    changes: [
      {
        to: 'snap-0123456789abcdef0',
        does: 'nothing',
        says: 'it is asked when the volume is made. `evenkeel restore` brings a live volume back to a version.',
      },
    ],
  },
  'volumes.*.snapshot.name': {
    changes: [
      {
        from: 'music',
        to: 'data',
        does: 'nothing',
        where: { 'volumes.data.snapshot': {} },
        says: 'as for `snapshot`.',
      },
    ],
  },
  'volumes.*.snapshot.version': {
    changes: [
      {
        from: 'latest',
        to: 3,
        does: 'nothing',
        where: { 'volumes.data.snapshot': { name: 'data' } },
        says: 'as for `snapshot`.',
      },
    ],
  },
  'volumes.*.volumeId': {
    leftOut: 'the volume is evenkeel’s own.',
    changes: [
      {
        to: 'vol-0123456789abcdef0',
        does: 'refused',
        code: 'PLAN_VOLUME_TAKEN',
        says: 'another volume has the entry already. Where the entry has none yet, the named one is adopted.',
      },
    ],
  },
  'volumes.*.onRemove': {
    changes: [
      {
        to: 'retain',
        does: 'in-place',
        by: 'tag-resource',
        says: 'the rule is noted in a tag, so that it holds without the file too.',
      },
    ],
  },
  'volumes.*.protect': {
    leftOut: 'it may go.',
    changes: [
      {
        to: true,
        does: 'in-place',
        by: 'tag-resource',
        says: 'it is noted in a tag, so that it holds without the file too. A protected volume is neither replaced nor removed: the plan refuses.',
      },
    ],
  },
  'volumes.*.dependsOn': {
    leftOut: 'its server alone.',
    changes: [{ to: ['server.spare'], does: 'nothing', says: 'it orders the steps of later plans.' }],
  },
  'volumes.*.ignoreChanges': {
    leftOut: 'none.',
    changes: [{ to: ['size'], does: 'nothing', says: leftAlone }],
  },
  'volumes.*.tags': {
    leftOut: 'those of the stack.',
    changes: [{ to: { team: 'video' }, does: 'in-place', by: 'tag-resource', says: 'the tags alone.' }],
  },
}
