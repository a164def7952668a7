import type { KeyTable } from './key-change.js'

const daily = { 'volumes.data.snapshots': { every: '24h' } }

const elsewhere = { 'volumes.data.snapshots': { every: '24h', regions: [{ region: 'eu-central-1' }] } }
const copied = 'it holds for copies that are made from then on, and older ones stay as they are.'

/** The keys of a volume's scheduled snapshots. */
export const snapshotKeys: KeyTable = {
  'volumes.*.snapshots': {
    leftOut: 'none are taken by themselves.',
    changes: [
      {
        to: { every: '24h' },
        does: 'nothing',
        says: 'the next apply that finds the newest one too old takes one; nothing runs between applies.',
      },
    ],
  },
  'volumes.*.snapshots.every': {
    leftOut: 'none are taken by themselves; it has to stand beside `keep` and `consistent`.',
    changes: [{ from: '24h', to: '7d', does: 'nothing', where: daily, says: 'as for `snapshots`.' }],
  },
  'volumes.*.snapshots.keep': {
    leftOut: 'all of them stay.',
    changes: [
      { to: { last: 7, weekly: 8 }, does: 'nothing', where: daily, says: 'an apply deletes what is beyond it.' },
    ],
  },
  'volumes.*.snapshots.keep.last': {
    leftOut: '0.',
    changes: [{ to: 7, does: 'nothing', where: daily, says: 'as for `keep`.' }],
  },
  'volumes.*.snapshots.keep.daily': {
    leftOut: '0.',
    changes: [{ to: 14, does: 'nothing', where: daily, says: 'as for `keep`.' }],
  },
  'volumes.*.snapshots.keep.weekly': {
    leftOut: '0.',
    changes: [{ to: 8, does: 'nothing', where: daily, says: 'as for `keep`.' }],
  },
  'volumes.*.snapshots.share': {
    leftOut: 'whoever may use them is left alone.',
    changes: [
      {
        from: ['123456789012'],
        to: ['210987654321'],
        does: 'nothing',
        says: 'but with the snapshots that are there: who may use them is changed in place, of each.',
      },
    ],
  },
  'volumes.*.snapshots.regions': {
    leftOut: 'none but its own.',
    changes: [
      {
        to: ['eu-central-1'],
        does: 'in-place',
        by: 'copy-snapshot',
        where: daily,
        says: 'an apply copies the newest snapshot there, and from then on each that it takes.',
      },
      {
        when: 'a region is taken out',
        from: ['eu-central-1'],
        to: [],
        does: 'nothing',
        where: daily,
        says: 'what is there stays there.',
      },
    ],
  },
  'volumes.*.snapshots.regions[].region': {
    changes: [{ to: 'us-west-2', does: 'in-place', by: 'copy-snapshot', where: elsewhere, says: 'as for `regions`.' }],
  },
  'volumes.*.snapshots.regions[].encrypted': {
    changes: [{ to: true, does: 'left', code: 'PLAN_COPIES_STAY', where: elsewhere, says: copied }],
  },
  'volumes.*.snapshots.regions[].kmsKey': {
    leftOut: "AWS's own key, where the copy is encrypted.",
    changes: [{ to: 'alias/backup', does: 'left', code: 'PLAN_COPIES_STAY', where: elsewhere, says: copied }],
  },
  'volumes.*.snapshots.consistent': {
    changes: [{ to: 'unmount', does: 'nothing', where: daily, says: 'it holds for the next snapshot.' }],
  },
}
