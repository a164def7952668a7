import type { KeyTable } from './key-change.js'

const ofSnapshot = { 'images.golden': { from: 'snap-0123456789abcdef0' } }
const elsewhere = { 'images.golden.regions': [{ region: 'eu-central-1' }] }
const anotherVersion = 'another version is made; what was launched of the one before stays until `--update-images`.'
const copied = 'it counts for copies that are made from then on.'

/** The keys of images that the stack makes. */
export const builtImageKeys: KeyTable = {
  images: {
    leftOut: 'the stack makes none.',
    changes: [
      {
        when: 'an entry is added',
        to: { golden: { from: 'server.spare' } },
        from: {},
        does: 'created',
        by: 'create-image',
        says: 'the server rests, its root disk becomes an image, and it starts again.',
      },
      {
        when: 'an entry is removed',
        to: {},
        does: 'removed',
        by: 'deregister-image',
        says: 'all its versions go, here and in other regions, with their snapshots.',
      },
    ],
  },
  'images.*.from': {
    changes: [
      {
        from: 'server.spare',
        to: 'snap-0123456789abcdef0',
        does: 'in-place',
        by: 'register-image',
        says: `${anotherVersion} So it is when the server becomes another: what its \`image\`, \`keyPair\`, \`setup\`, \`userData\`, \`user\` or root disk's size say as it was last applied.`,
      },
    ],
  },
  'images.*.description': {
    leftOut: 'none, and one that somebody wrote is left alone.',
    changes: [
      { to: 'web tier', does: 'in-place', by: 'modify-image', says: 'of every version that stays, in every region.' },
    ],
  },
  'images.*.keep': {
    changes: [
      {
        to: 1,
        does: 'nothing',
        says: 'an apply deregisters what is beyond it, unless something was made of it that is still there.',
      },
    ],
  },
  'images.*.regions': {
    leftOut: 'none but its own.',
    changes: [
      { to: ['eu-central-1'], does: 'in-place', by: 'copy-image', says: 'the newest version is copied there.' },
      {
        when: 'a region is taken out',
        from: ['eu-central-1'],
        to: [],
        does: 'in-place',
        by: 'deregister-image',
        says: 'what is there goes, with its snapshots.',
      },
    ],
  },
  'images.*.regions[].region': {
    changes: [{ to: 'us-west-2', does: 'in-place', by: 'copy-image', where: elsewhere, says: 'as for `regions`.' }],
  },
  'images.*.regions[].encrypted': {
    changes: [
      { to: true, does: 'in-place', by: 'modify-image', code: 'PLAN_COPIES_STAY', where: elsewhere, says: copied },
    ],
  },
  'images.*.regions[].kmsKey': {
    leftOut: "AWS's own key, where the copy is encrypted.",
    changes: [
      {
        to: 'alias/backup',
        does: 'in-place',
        by: 'modify-image',
        code: 'PLAN_COPIES_STAY',
        where: elsewhere,
        says: copied,
      },
    ],
  },
  'images.*.share': {
    changes: [
      {
        to: ['123456789012'],
        does: 'in-place',
        by: 'modify-image',
        says: 'of every version that stays, in every region.',
      },
    ],
  },
  'images.*.protect': {
    changes: [{ to: true, does: 'in-place', by: 'modify-image', says: 'noted in a tag.' }],
  },
  'images.*.architecture': {
    changes: [{ to: 'arm64', does: 'in-place', by: 'register-image', where: ofSnapshot, says: anotherVersion }],
  },
  'images.*.rootDevice': {
    changes: [{ to: '/dev/sda1', does: 'in-place', by: 'register-image', where: ofSnapshot, says: anotherVersion }],
  },
  'images.*.bootMode': {
    changes: [{ to: 'uefi', does: 'in-place', by: 'register-image', where: ofSnapshot, says: anotherVersion }],
  },
  'images.*.user': {
    changes: [{ to: 'admin', does: 'in-place', by: 'register-image', where: ofSnapshot, says: anotherVersion }],
  },
  'images.*.tags': {
    leftOut: 'those of the stack alone.',
    changes: [{ to: { tier: 'web' }, does: 'in-place', by: 'modify-image', says: 'written on every version.' }],
  },
}
