import type { KeyTable } from './key-change.js'

const anew = 'the rule is another one now: it is compared anew, what differs is copied, and that is recorded.'
const how = 'it says how the next copy is made.'
const blank = { size: 10, server: 'web', unmounted: true }
const whole = {
  'volumes.data': blank,
  'volumes.copy': blank,
  'sync.site': { from: 'volume.data', to: 'volume.copy' },
}
const many = {
  volumes: undefined,
  'servers.web.count': 2,
  'sync.site.to': 'web[*]:/srv/www/',
  'sync.site.rolling': { health: 'true' },
}
const next = 'it holds for the next copy.'

/** The keys of a sync rule. */
export const syncKeys: KeyTable = {
  sync: {
    leftOut: 'none.',
    changes: [
      {
        when: 'an entry leaves the file',
        to: {},
        does: 'removed',
        by: 'tag-resource',
        says: 'the rule is forgotten; the files that it copied stay.',
      },
    ],
  },
  'sync.*.from': {
    changes: [
      { to: './other/', does: 'nothing', says: 'where what is there is the same; else what differs is copied.' },
    ],
  },
  'sync.*.to': {
    changes: [
      {
        to: 'volume.data/library/',
        does: 'in-place',
        by: 'tag-resource',
        says: `${anew} What was copied to the old place stays there.`,
      },
    ],
  },
  'sync.*.method': {
    changes: [
      {
        from: 'clone',
        to: 'blocks',
        does: 'in-place',
        by: 'copy-blocks',
        where: whole,
        says: 'it is another copy, and is made whole. Where the destination holds something that no rule wrote, the plan refuses (`PLAN_COPY_OVERWRITES`).',
      },
    ],
  },
  'sync.*.via': { changes: [{ to: 'local', does: 'nothing', says: how }] },
  'sync.*.delete': { changes: [{ to: true, does: 'in-place', by: 'tag-resource', says: anew }] },
  'sync.*.include': {
    leftOut: 'none.',
    changes: [{ to: ['*/', '*.flac'], does: 'in-place', by: 'tag-resource', says: anew }],
  },
  'sync.*.exclude': {
    leftOut: 'nothing.',
    changes: [{ to: ['*.tmp'], does: 'in-place', by: 'tag-resource', says: anew }],
  },
  'sync.*.owner': {
    leftOut: 'between servers the source’s owners; else the server’s login user.',
    changes: [{ to: 'www-data:www-data', does: 'in-place', by: 'tag-resource', says: anew }],
  },
  'sync.*.chmod': {
    leftOut: 'the source’s modes.',
    changes: [{ to: 'D755,F644', does: 'in-place', by: 'tag-resource', says: anew }],
  },
  'sync.*.checksum': { changes: [{ to: true, does: 'in-place', by: 'tag-resource', says: anew }] },
  'sync.*.bandwidthKiBps': {
    leftOut: 'no bound.',
    changes: [{ to: 10000, does: 'nothing', says: how }],
  },
  'sync.*.compress': { changes: [{ to: true, does: 'nothing', says: how }] },
  'sync.*.partial': { changes: [{ to: true, does: 'nothing', says: how }] },
  'sync.*.overwrite': {
    leftOut: 'what is there is never given up.',
    changes: [
      {
        to: true,
        does: 'nothing',
        where: { ...whole, 'sync.site': { ...whole['sync.site'], method: 'blocks' } },
        says: next,
      },
    ],
  },
  'sync.*.onChange': {
    leftOut: 'nothing is run.',
    changes: [
      {
        from: 'true',
        to: 'sudo systemctl reload nginx',
        does: 'in-place',
        by: 'run-on-change',
        says: 'the new command is run once.',
      },
    ],
  },
  'sync.*.rolling': {
    leftOut: 'all servers at once, and no health command.',
    changes: [{ to: { health: 'curl -fsS localhost/healthz' }, does: 'nothing', where: many, says: next }],
  },
  'sync.*.rolling.maxUnavailable': { changes: [{ to: 2, does: 'nothing', where: many, says: next }] },
  'sync.*.rolling.health': {
    changes: [{ to: 'curl -fsS localhost/healthz', does: 'nothing', where: many, says: next }],
  },
  'sync.*.rolling.timeout': { changes: [{ to: '5m', does: 'nothing', where: many, says: next }] },
}
