import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Ec2Rule } from '../../../../src/executor/ports.js'
import { tagKeys } from '../../../../src/model/tags.js'
import { addressOf } from '../../../../src/model/address.js'
import { createEc2Cloud } from '../../../../src/providers/ec2/cloud.js'
import {
  emptyQuery,
  launchRequest,
  once,
  ownerOf,
  prepareGround,
  stack,
  startFixture,
  tagsFor,
  type Fixture,
} from '../../cloud-fixture.js'

let fixture: Fixture
beforeEach(async () => {
  fixture = await startFixture()
})
afterEach(() => fixture.close())

const owner = ownerOf(addressOf('securityGroup', 'web'))
const groupRequest = () => ({
  groupName: `${stack}-web`,
  description: 'web tier',
  vpcId: undefined,
  tags: tagsFor('securityGroup', 'web'),
  once: once(),
})

function ruleOf(cidr: string, port = 22): Ec2Rule {
  return { protocol: 'tcp', fromPort: port, toPort: port, source: { kind: 'cidr', cidr }, description: undefined }
}

describe('a security group', () => {
  it('is made once: one of that name with our tags is it', async () => {
    const first = await fixture.cloud.createSecurityGroup(groupRequest())
    expect(await fixture.connect().createSecurityGroup(groupRequest())).toEqual(first)
  })

  it('of that name with other tags is told, and left alone', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createSecurityGroup({ ...groupRequest(), tags: { Name: 'theirs' } })
    await expect(cloud.createSecurityGroup(groupRequest())).rejects.toMatchObject({
      code: 'EC2_CONFLICT',
      message: expect.stringContaining(id),
    })
  })

  it('gets each rule once, whatever it has already', async () => {
    const { cloud } = fixture
    const { id: groupId } = await cloud.createSecurityGroup(groupRequest())
    const all: Ec2Rule = {
      protocol: '-1',
      fromPort: -1,
      toPort: -1,
      source: { kind: 'security-group', groupId },
      description: 'among us',
    }
    const ping: Ec2Rule = {
      protocol: 'icmp',
      fromPort: -1,
      toPort: -1,
      source: { kind: 'cidr', cidr: '10.0.0.0/8' },
      description: undefined,
    }
    const rules = [ruleOf('203.0.113.7/32'), ruleOf('100.68.0.18/18'), ruleOf('::/0'), all, ping]
    expect(await cloud.authorizeIngress({ groupId, rules: rules.slice(0, 2) })).toBe('done')
    expect(await cloud.authorizeIngress({ groupId, rules })).toBe('done')
    expect(await cloud.authorizeIngress({ groupId, rules })).toBe('unchanged')
    expect(await cloud.authorizeIngress({ groupId, rules: [] })).toBe('unchanged')
    expect((await cloud.observe(emptyQuery())).securityGroups[0]?.ingress).toHaveLength(5)
  })

  it('is asked for a rule that EC2 calls off already, and shows all the same, no more than twice', async () => {
    const { cloud } = fixture
    const { id: groupId } = await cloud.createSecurityGroup(groupRequest())
    const rules = [ruleOf('203.0.113.7/32'), ruleOf('198.51.100.0/24')]
    await cloud.authorizeIngress({ groupId, rules })
    const failure = { code: 'InvalidPermission.NotFound', message: 'The specified rule does not exist.' }
    const action = 'RevokeSecurityGroupIngress'
    fixture.sandbox.setFaults({
      scripted: Array.from({ length: 40 }, (_, index) => ({ action, call: index + 1, failure })),
    })
    fixture.requests()
    expect(await cloud.revokeIngress({ groupId, rules, owner })).toBe('unchanged')
    // Once for both, then once for each.
    expect(fixture.requests().filter((request) => request.action === action)).toHaveLength(3)
  })

  it('loses each rule once, also one whose description differs', async () => {
    const { cloud } = fixture
    const { id: groupId } = await cloud.createSecurityGroup(groupRequest())
    const [first, second] = [ruleOf('203.0.113.7/32'), ruleOf('198.51.100.0/24')]
    await cloud.authorizeIngress({ groupId, rules: [{ ...first, description: 'the office' }, second] })
    expect(await cloud.revokeIngress({ groupId, rules: [first, ruleOf('192.0.2.0/24')], owner })).toBe('done')
    expect(await cloud.revokeIngress({ groupId, rules: [first], owner })).toBe('unchanged')
    expect((await cloud.observe(emptyQuery())).securityGroups[0]?.ingress).toEqual([second])
  })

  it('is deleted once', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createSecurityGroup(groupRequest())
    expect(await cloud.deleteSecurityGroup({ id, owner })).toBe('done')
    expect(await cloud.deleteSecurityGroup({ id, owner })).toBe('unchanged')
    expect(await fixture.connect().deleteSecurityGroup({ id, owner })).toBe('unchanged')
  })

  it('whose tags say that it is another’s is never taken away', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createSecurityGroup({ ...groupRequest(), tags: { [tagKeys.stack]: 'other' } })
    const stranger = fixture.connect()
    await expect(stranger.deleteSecurityGroup({ id, owner })).rejects.toMatchObject({ code: 'EC2_NOT_OURS' })
    const revoked = stranger.revokeIngress({ groupId: id, rules: [ruleOf('10.0.0.0/8')], owner })
    await expect(revoked).rejects.toMatchObject({ code: 'EC2_NOT_OURS' })
  })

  it('that is in use names what uses it in the end', async () => {
    const { cloud } = fixture
    const ground = await prepareGround(cloud)
    const server = await cloud.createServer(launchRequest(ground))
    const other = await cloud.createSecurityGroup({
      ...groupRequest(),
      groupName: `${stack}-db`,
      tags: tagsFor('securityGroup', 'db'),
    })
    const source = { kind: 'security-group', groupId: ground.groupId } as const
    await cloud.authorizeIngress({ groupId: other.id, rules: [{ ...ruleOf('x', 5432), source }] })
    const impatient = createEc2Cloud(fixture.target, { pollScale: 0.002, timeoutScale: 0.000_05 })
    await expect(impatient.deleteSecurityGroup({ id: ground.groupId, owner })).rejects.toMatchObject({
      code: 'EC2_WRONG_STATE',
      message: `${ground.groupId} (securityGroup.web) is still used by a rule of ${other.id}, ${server.id}`,
    })
    impatient.close()
  })

  it('is deleted as soon as the last server in it is gone', async () => {
    await fixture.close()
    fixture = await startFixture({ latencies: { instanceShuttingDownMs: 20, interfaceReleaseMs: 60 } })
    const { cloud } = fixture
    const ground = await prepareGround(cloud)
    const server = await cloud.createServer(launchRequest(ground))
    await cloud.terminateServer({ id: server.id, owner: ownerOf(addressOf('server', 'web')) })
    expect(await cloud.deleteSecurityGroup({ id: ground.groupId, owner })).toBe('done')
  })
})
