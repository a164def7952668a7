import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../../src/model/live-stack.js'
import { makePlan } from '../../../src/planner/make-plan.js'
import { emptyLive, specOf } from '../../support/live-stack.js'
import { head } from '../../support/stack-texts.js'

const server = (more: string) =>
  `${head}securityGroups: { own: { ingress: [] } }\nservers:\n  web: { image: ami-0123456789abcdef0, type: t3.small, zone: us-east-1a, ${more} }\n`
const id = 'sg-0123456789abcdef0'
const found: Partial<LiveStack> = {
  existingGroups: { [id]: [{ id, vpcId: 'vpc-1' }], 'tag:tier=web': [{ id: 'sg-tagged', vpcId: 'vpc-1' }] },
  existingKeyPairs: {
    'name:operators': [{ id: 'key-0123456789abcdef0', keyName: 'operators', publicKey: 'ssh-ed25519 AAAAops' }],
  },
}

function plan(text: string, changes: Partial<LiveStack> = found) {
  const spec = specOf(text)
  return makePlan(spec, emptyLive(spec, changes))
}

describe('what a server names and the stack does not own', () => {
  it('is launched with, and neither made nor tagged', () => {
    const { steps, changes, applyable } = plan(
      server(`keyPair: { name: operators }, securityGroups: [own, ${id}, { tag: tier=web }]`),
    )
    expect(applyable).toBe(true)
    expect(steps.find(({ kind }) => kind === 'create-server')).toMatchObject({
      keyName: 'operators',
      securityGroups: ['securityGroup.own'],
      existingGroupIds: [id, 'sg-tagged'],
    })
    expect(changes.map(({ address }) => address).sort()).toEqual(['securityGroup.own', 'server.web'])
    expect(changes.find(({ address }) => address === 'server.web')?.diffs).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: 'keyPair', after: 'operators (key-0123456789abcdef0)' }),
        expect.objectContaining({ path: 'securityGroups', after: ['securityGroup.own', id, 'sg-tagged'] }),
      ]),
    )
  })

  it.each([
    ['a group that is not there', `securityGroups: [${id}]`, {}, 'PLAN_EXISTING_NOT_FOUND', 'securityGroups'],
    ['a key pair that is not there', 'keyPair: { name: operators }', {}, 'PLAN_EXISTING_NOT_FOUND', 'keyPair'],
    [
      'a tag that several groups have',
      'securityGroups: [{ tag: tier=web }]',
      {
        existingGroups: {
          'tag:tier=web': [
            { id: 'sg-1', vpcId: 'v' },
            { id: 'sg-2', vpcId: 'v' },
          ],
        },
      },
      'PLAN_EXISTING_AMBIGUOUS',
      'securityGroups',
    ],
    [
      'a group of the stack itself',
      `securityGroups: [${id}]`,
      { existingGroups: { [id]: [{ id, vpcId: 'v', stack: 'demo' }] } },
      'PLAN_EXISTING_OWN',
      'securityGroups',
    ],
  ] as const)('is refused at its place: %s', (_, more, changes, code, key) => {
    const { problems, applyable } = plan(server(more), changes)
    expect(applyable).toBe(false)
    expect(problems).toEqual([expect.objectContaining({ code, path: [key], address: 'server.web' })])
  })

  it('is told where it lies in another network', () => {
    const offers = { types: {}, defaultSubnets: [{ id: 's', zone: 'us-east-1a', vpcId: 'vpc-2', givesPublicIp: true }] }
    expect(plan(server(`securityGroups: [${id}]`), { ...found, offers }).problems).toMatchObject([
      { code: 'PLAN_GROUP_IN_OTHER_NETWORK', message: expect.stringContaining(id) },
    ])
  })
})

describe('a group that a rule names and the stack does not own', () => {
  const rules = (from: string) =>
    `${head}securityGroups:\n  web: { description: web, ingress: [{ port: 80, from: ${from} }] }\n`

  it('is in the rule by its id', () => {
    expect(plan(rules('{ tag: { tier: web } }')).steps).toMatchObject([
      { kind: 'create-security-group' },
      { rules: [{ source: { kind: 'security-group-id', groupId: 'sg-tagged' } }] },
      { kind: 'tag-resource' },
    ])
  })

  it('is refused at its place where it is not there', () => {
    expect(plan(rules(id), {}).problems).toMatchObject([{ code: 'PLAN_EXISTING_NOT_FOUND', path: ['ingress'] }])
  })
})
