import type { KeyChange, KeyTable } from './key-change.js'

const changed = (from: unknown, to: unknown, says: string): { readonly changes: readonly KeyChange[] } => ({
  changes: [{ from, to, does: 'in-place', by: 'modify-scaling-group', says }],
})

/** All members are replaced, a few at a time. */
const refreshed = (from: unknown, to: unknown, says: string): { readonly changes: readonly KeyChange[] } => ({
  changes: [{ from, to, does: 'restart', by: 'refresh-scaling-group', says }],
})

const all = 'all members are replaced, a few at a time.'
const next = { changes: [{ to: { minHealthy: 50 }, does: 'nothing', says: 'the next refresh goes so.' }] } as const

const image = { owner: '136693071363', name: 'debian-12-amd64-*' }

const imageWord = (from: unknown, to: unknown, says: string): { readonly changes: readonly KeyChange[] } => ({
  changes: [{ from, to, does: 'in-place', by: 'tag-resource', where: { 'scalingGroups.pool.image': image }, says }],
})

/** The golden stack has none of its own: each change is tried where there is one. */
const where = {
  loadBalancers: { front: { securityGroups: ['web'], targets: { servers: 'web', port: 80 } } },
  scalingGroups: {
    pool: {
      image: 'ami-0123456789abcdef0',
      type: 't3.small',
      min: 1,
      max: 3,
      zones: ['us-east-1a'],
      securityGroups: ['web'],
    },
  },
}

const keys: KeyTable = {
  scalingGroups: {
    changes: [
      { to: undefined, does: 'removed', by: 'delete-scaling-group', says: 'its members end, with their disks.' },
    ],
  },
  'scalingGroups.*.image': refreshed('ami-0123456789abcdef0', 'ami-0fedcba9876543210', all),
  'scalingGroups.*.image.owner': {
    leftOut: 'only where `ssm` names the image.',
    ...imageWord(image.owner, 'amazon', 'where it still means the image that members have, that is noted in a tag.'),
  },
  'scalingGroups.*.image.name': {
    leftOut: 'only where `ssm` names the image.',
    ...imageWord(
      image.name,
      'debian-12-*',
      'as for `owner`. A newer image of the same name waits for `--update-images`.',
    ),
  },
  'scalingGroups.*.image.architecture': imageWord('x86_64', 'arm64', 'as for `owner`.'),
  'scalingGroups.*.image.ssm': {
    leftOut: 'the image is named by `owner` and `name`.',
    changes: [
      {
        from: '/aws/a',
        to: '/aws/service/debian/release/12/latest/amd64',
        does: 'in-place',
        by: 'tag-resource',
        where: { 'scalingGroups.pool.image': {} },
        says: 'as for `owner`.',
      },
    ],
  },
  'scalingGroups.*.type': refreshed('t3.small', 't3.large', all),
  'scalingGroups.*.min': changed(1, 2, 'members come, where there are fewer.'),
  'scalingGroups.*.max': changed(3, 2, 'members go, where there are more.'),
  'scalingGroups.*.desired': {
    leftOut: 'whatever policies, schedules and people make of it; `min` when it is made.',
    ...changed(1, 2, 'members come or go.'),
  },
  'scalingGroups.*.zones': {
    leftOut: 'its `subnets`, which then have to be there.',
    ...changed(['us-east-1a'], ['us-east-1a', 'us-east-1b'], 'members come in the one and go in the other, by and by.'),
  },
  'scalingGroups.*.subnets': {
    leftOut: 'default subnets of its zones.',
    changes: [
      {
        to: ['subnet-0123456789abcdef0'],
        does: 'refused',
        code: 'SPEC_CONFLICTING_KEYS',
        says: 'in place of zones: members come in these, and go elsewhere, by and by.',
      },
    ],
  },
  'scalingGroups.*.subnets[].tag': { changes: 'as the value' },
  'scalingGroups.*.securityGroups': refreshed(['web'], ['web', 'door'], all),
  'scalingGroups.*.keyPair': { leftOut: 'nobody enters its members.', ...refreshed(undefined, 'deploy', all) },
  'scalingGroups.*.iamInstanceProfile': { leftOut: 'none.', ...refreshed(undefined, 'web', all) },
  'scalingGroups.*.monitoring': { leftOut: 'false.', ...refreshed(undefined, true, all) },
  'scalingGroups.*.metadata': { leftOut: 'see its keys.', ...refreshed(undefined, { hopLimit: 2 }, all) },
  'scalingGroups.*.metadata.tokens': { leftOut: 'required.', ...refreshed(undefined, 'optional', all) },
  'scalingGroups.*.metadata.hopLimit': { leftOut: 'as in the image.', ...refreshed(undefined, 2, all) },
  'scalingGroups.*.metadata.endpoint': { leftOut: 'enabled.', ...refreshed(undefined, 'disabled', all) },
  'scalingGroups.*.metadata.instanceTags': { leftOut: 'disabled.', ...refreshed(undefined, 'enabled', all) },
  'scalingGroups.*.rootVolume': { leftOut: 'as in the image.', ...refreshed(undefined, { size: 20 }, all) },
  'scalingGroups.*.rootVolume.size': { leftOut: 'as in the image.', ...refreshed(undefined, 20, all) },
  'scalingGroups.*.rootVolume.type': { leftOut: 'as in the image.', ...refreshed(undefined, 'gp3', all) },
  'scalingGroups.*.userData': { leftOut: 'none.', ...refreshed(undefined, '#!/bin/sh', all) },
  'scalingGroups.*.loadBalancer': {
    leftOut: 'none.',
    ...changed(undefined, 'front', 'members are behind it; behind another one they are there once they drained here.'),
  },
  'scalingGroups.*.health': {
    leftOut: 'see its keys.',
    ...changed(undefined, { grace: 60 }, 'see its keys.'),
  },
  'scalingGroups.*.health.check': {
    changes: [
      {
        to: 'load-balancer',
        does: 'refused',
        code: 'SPEC_BAD_SCALING_GROUP',
        says: 'members are judged so from then on; by a load balancer where there is one.',
      },
    ],
  },
  'scalingGroups.*.health.grace': changed(undefined, 60, 'members are judged so from then on.'),
  'scalingGroups.*.refresh': { leftOut: 'see its keys.', ...next },
  'scalingGroups.*.refresh.minHealthy': { changes: [{ to: 50, does: 'nothing', says: 'the next refresh goes so.' }] },
  'scalingGroups.*.refresh.maxHealthy': {
    leftOut: 'members go, and others come, side by side.',
    changes: [{ to: 150, does: 'nothing', says: 'the next refresh goes so.' }],
  },
  'scalingGroups.*.refresh.warmup': {
    leftOut: 'as `health.grace`.',
    changes: [{ to: 30, does: 'nothing', says: 'the next refresh goes so.' }],
  },
  'scalingGroups.*.refresh.rollback': { changes: [{ to: false, does: 'nothing', says: 'the next refresh goes so.' }] },
  'scalingGroups.*.protect': changed(false, true, 'nobody deletes it.'),
  'scalingGroups.*.tags': {
    leftOut: 'those of the stack alone.',
    changes: [
      {
        to: { team: 'web' },
        does: 'in-place',
        by: 'tag-resource',
        says: 'the group is tagged, and members that come from then on.',
      },
    ],
  },
}

/** `scalingGroups`. */
export const scalingGroupKeys: KeyTable = Object.fromEntries(
  Object.entries(keys).map(([path, facts]) => [
    path,
    'changes' in facts && typeof facts.changes !== 'string'
      ? { ...facts, changes: facts.changes.map((change) => ({ ...change, where: { ...where, ...change.where } })) }
      : facts,
  ]),
)
