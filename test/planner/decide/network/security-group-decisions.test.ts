import { describe, expect, it } from 'vitest'
import { formatApplied, parseApplied } from '../../../../src/model/applied.js'
import {
  everywhereRule,
  everywhereRuleV6,
  type LiveRule,
  type LiveSecurityGroup,
} from '../../../../src/model/kinds/security-group.js'
import type { LiveStack } from '../../../../src/model/live-stack.js'
import { tagKeys } from '../../../../src/model/tags.js'
import { decideSecurityGroups } from '../../../../src/planner/decide/network/security-group-decisions.js'
import { at } from '../../../support/live-stack.js'
import { worldFor } from '../../../support/planner-world.js'
import { head } from '../../../support/stack-texts.js'

const address = at('securityGroup.web')
const file = (ingress: string, more = '') =>
  `${head}securityGroups:\n  web: { description: web tier, ingress: [${ingress}] }\n${more}`
const http = '{ port: 80, from: 0.0.0.0/0 }'
const ssh = '{ port: 22, from: my-ip }'

function decide(text: string, changes: Partial<LiveStack> = {}) {
  return decideSecurityGroups(worldFor(text, changes), new Set()).get(address)
}

const httpRule: LiveRule = {
  protocol: 'tcp',
  fromPort: 80,
  toPort: 80,
  source: { kind: 'cidr', cidr: '0.0.0.0/0' },
  description: undefined,
}

function sshFrom(cidr: string): LiveRule {
  return { ...httpRule, fromPort: 22, toPort: 22, source: { kind: 'cidr', cidr }, description: 'my-ip' }
}

/** The group as an apply of the text left it, with these rules. */
function live(text: string, ingress: readonly LiveRule[], changes: Partial<LiveSecurityGroup> = {}): LiveSecurityGroup {
  const decision = decide(text)
  if (decision?.kind !== 'create') throw new Error('it is not created')
  const applied = decision.tagging.tags[tagKeys.applied] ?? formatApplied({})
  const tags = { ...decision.tags, [tagKeys.applied]: applied }
  return { address, id: 'sg-1', groupName: 'g', description: 'web tier', vpcId: 'vpc-1', ingress, tags, ...changes }
}

describe('a security group', () => {
  it('that is not there is created, with its rules after it', () => {
    expect(decide(file(http))).toMatchObject({
      kind: 'create',
      groupName: 'evenkeel.demo.web',
      vpcId: undefined,
      ingress: { authorizes: [{ protocol: 'tcp', fromPort: 80, source: { kind: 'cidr', cidr: '0.0.0.0/0' } }] },
    })
  })

  it('that is as the file says is kept', () => {
    const decision = decide(file(http), { securityGroups: [live(file(http), [httpRule])] })
    expect(decision).toMatchObject({ kind: 'keep', ingress: { authorizes: [], revokes: [] }, tagging: { tags: {} } })
  })

  it('loses rules that were added by hand, as drift', () => {
    const added = { ...httpRule, fromPort: 443, toPort: 443 }
    const decision = decide(file(http), { securityGroups: [live(file(http), [httpRule, added])] })
    expect(decision).toMatchObject({
      kind: 'update',
      ingress: { authorizes: [], revokes: [{ fromPort: 443 }] },
      change: { diffs: [{ path: 'ingress', before: 'tcp 443 from 0.0.0.0/0', after: null, cause: 'drift' }] },
    })
  })

  it('gets rules that the file asks for, as a pending change', () => {
    const decision = decide(file(`${http}, { port: 443, from: 0.0.0.0/0 }`), {
      securityGroups: [live(file(http), [httpRule])],
    })
    expect(decision).toMatchObject({
      kind: 'update',
      ingress: { authorizes: [{ fromPort: 443 }] },
      change: { diffs: [{ path: 'ingress', cause: 'pending' }] },
    })
  })

  it('is refused another description', () => {
    const changed = live(file(http), [httpRule], { description: 'other' })
    const decision = decide(file(http), { securityGroups: [changed] })
    expect(decision).toMatchObject({ kind: 'refuse', problems: [{ code: 'PLAN_GROUP_DESCRIPTION_FIXED' }] })
  })

  it('that lets my-ip in needs to know it when it is new, and is left as it is when it is not', () => {
    const blind = { operatorIp: undefined }
    expect(decide(file(ssh), blind)).toMatchObject({ kind: 'refuse', problems: [{ code: 'PLAN_OPERATOR_IP_UNKNOWN' }] })
    const decision = decide(file(ssh), { ...blind, securityGroups: [live(file(ssh), [sshFrom('203.0.113.7/32')])] })
    expect(decision).toMatchObject({ ingress: { revokes: [] }, problems: [{ severity: 'warning' }] })
    expect(decision?.unread?.get(address)).toContain('not known')
  })

  it('is not let in by a description: a door opened to all is drift, and closed', () => {
    const opened = live(file(ssh), [sshFrom('203.0.113.7/32'), sshFrom('0.0.0.0/0')])
    expect(decide(file(ssh), { securityGroups: [opened] })).toMatchObject({
      kind: 'update',
      ingress: { authorizes: [], revokes: [{ source: { cidr: '0.0.0.0/0' } }] },
      change: { diffs: [{ before: 'tcp 22 from 0.0.0.0/0', cause: 'drift' }] },
    })
    // Also while the operator is somewhere else, or nobody knows where.
    for (const operatorIp of ['198.51.100.23', undefined]) {
      const change = decide(file(ssh), { securityGroups: [opened], operatorIp })?.change
      expect(change?.diffs).toContainEqual(
        expect.objectContaining({ before: 'tcp 22 from 0.0.0.0/0', after: null, cause: 'drift' }),
      )
    }
  })

  it('follows an operator who moves, as a pending change, and leaves no rule behind', () => {
    const group = live(file(ssh), [sshFrom('203.0.113.7/32')])
    const moved = decide(file(ssh), { securityGroups: [group], operatorIp: '198.51.100.23' })
    expect(moved).toMatchObject({
      ingress: {
        authorizes: [{ source: { cidr: '198.51.100.23/32' } }],
        revokes: [{ source: { cidr: '203.0.113.7/32' } }],
      },
      change: { diffs: [{ cause: 'pending' }, { cause: 'pending' }] },
    })
    // Cut off before the record was written: still nobody's doing.
    const half = { ...group, ingress: [sshFrom('203.0.113.7/32'), sshFrom('198.51.100.23/32')] }
    expect(decide(file(ssh), { securityGroups: [half], operatorIp: '198.51.100.23' })).toMatchObject({
      ingress: { authorizes: [], revokes: [{ source: { cidr: '203.0.113.7/32' } }] },
      change: { diffs: [{ before: 'tcp 22 from 203.0.113.7/32 (my-ip)', cause: 'pending' }] },
    })
  })

  it('counts another door of the operator as opened by hand', () => {
    const database = { ...sshFrom('203.0.113.7/32'), fromPort: 5432, toPort: 5432 }
    const group = live(file(ssh), [sshFrom('203.0.113.7/32'), database])
    for (const operatorIp of ['203.0.113.7', '198.51.100.23']) {
      const change = decide(file(ssh), { securityGroups: [group], operatorIp })?.change
      expect(change?.diffs.find(({ before }) => String(before).includes('5432'))).toMatchObject({ cause: 'drift' })
    }
  })

  it('of an older evenkeel, without a record of the operator, is kept as it is', () => {
    const group = live(file(ssh), [sshFrom('203.0.113.7/32')])
    const record = group.tags[tagKeys.applied]?.replace(/ operator=[0-9a-f]+/, '') ?? ''
    const older = { ...group, tags: { ...group.tags, [tagKeys.applied]: record } }
    expect(decide(file(ssh), { securityGroups: [older] })).toMatchObject({ kind: 'keep', tagging: { tags: {} } })
    expect(decide(file(ssh), { securityGroups: [older], operatorIp: undefined })).toMatchObject({
      ingress: { revokes: [] },
    })
    const opened = { ...older, ingress: [...older.ingress, sshFrom('0.0.0.0/0')] }
    expect(decide(file(ssh), { securityGroups: [opened], operatorIp: undefined })).toMatchObject({
      ingress: { revokes: [{ source: { cidr: '0.0.0.0/0' } }] },
    })
  })

  it('that goes lets go of the groups that go with it', () => {
    const other = { ...live(file(http), []), address: at('securityGroup.db'), id: 'sg-2' }
    const peer: LiveRule = { ...httpRule, source: { kind: 'security-group', groupId: 'sg-2' } }
    const securityGroups = [live(file(http), [peer, httpRule]), other]
    expect(decide(`${head}servers: {}\n`, { securityGroups })).toMatchObject({
      kind: 'remove',
      ingress: { revokes: [{ source: { kind: 'security-group', address: 'securityGroup.db' } }] },
    })
  })
})

describe('where a group lets connections go', () => {
  const out = (egress: string) =>
    `${head}securityGroups:\n  web: { description: web tier, ingress: [${http}], egress: [${egress}] }\n`
  const https = '{ port: 443, to: 0.0.0.0/0 }'
  const httpsOut: LiveRule = { ...httpRule, fromPort: 443, toPort: 443 }

  it('nothing is done where the file says nothing', () => {
    expect(decide(file(http))).toMatchObject({ egress: { authorizes: [], revokes: [] } })
    expect(decide(file(http), { securityGroups: [live(file(http), [httpRule])] })).toMatchObject({ kind: 'keep' })
  })

  it('a group that is made loses what EC2 made it with, over IPv6 too, and is recorded once it has', () => {
    expect(decide(out(https))).toMatchObject({
      kind: 'create',
      egress: {
        authorizes: [{ fromPort: 443, source: { cidr: '0.0.0.0/0' } }],
        revokes: [
          { protocol: '-1', source: { cidr: '0.0.0.0/0' } },
          { protocol: '-1', source: { cidr: '::/0' } },
        ],
      },
      change: {
        diffs: [
          { path: 'description' },
          { path: 'egress', before: null, after: 'tcp 443 to 0.0.0.0/0' },
          { path: 'ingress' },
        ],
      },
    })
    const decision = decide(out(''))
    expect(decision).toMatchObject({ egress: { authorizes: [], revokes: [{}, {}] } })
    expect(decision?.kind === 'create' && decision.tags[tagKeys.applied]).not.toContain('egress=')
    expect(decision?.kind === 'create' && decision.tagging.tags[tagKeys.applied]).toContain('egress=')
  })

  it('a group whose making was cut off is narrowed as a pending change', () => {
    const made = live(out(https), [httpRule])
    const decision = decide(out(https), { securityGroups: [{ ...made, tags: cutOff(made) }] })
    expect(decision).toMatchObject({
      kind: 'update',
      egress: { authorizes: [{ fromPort: 443 }], revokes: [{ protocol: '-1' }] },
      change: {
        diffs: [
          { path: 'egress', before: 'all to 0.0.0.0/0', cause: 'pending' },
          { path: 'egress', after: 'tcp 443 to 0.0.0.0/0', cause: 'pending' },
        ],
      },
    })
  })

  it('what somebody changed by hand is drift, whether the file says something or nothing', () => {
    const closed = decide(file(http), { securityGroups: [live(file(http), [httpRule], { egress: [] })] })
    expect(closed).toMatchObject({
      egress: { authorizes: [{ protocol: '-1', source: { cidr: '0.0.0.0/0' } }], revokes: [] },
      change: { diffs: [{ path: 'egress', after: 'all to 0.0.0.0/0', cause: 'drift' }] },
    })
    const opened = decide(out(https), {
      securityGroups: [live(out(https), [httpRule], { egress: [everywhereRule, httpsOut] })],
    })
    expect(opened).toMatchObject({
      egress: { authorizes: [], revokes: [{ protocol: '-1' }] },
      change: { diffs: [{ path: 'egress', before: 'all to 0.0.0.0/0', cause: 'drift' }] },
    })
  })

  it('goes back to everywhere when the file says nothing of it any more', () => {
    const narrow = live(out(https), [httpRule], { egress: [httpsOut] })
    expect(decide(file(http), { securityGroups: [narrow] })).toMatchObject({
      egress: { authorizes: [{ protocol: '-1' }], revokes: [{ fromPort: 443 }] },
      change: {
        diffs: [
          { path: 'egress', cause: 'pending' },
          { path: 'egress', cause: 'pending' },
        ],
      },
    })
  })

  it('over IPv6 is left as EC2 makes it in such a network, unless the file says something', () => {
    const egress = [everywhereRule, everywhereRuleV6]
    expect(decide(file(http), { securityGroups: [live(file(http), [httpRule], { egress })] })).toMatchObject({
      kind: 'keep',
    })
    const all = '{ port: all, to: 0.0.0.0/0 }'
    expect(decide(out(all), { securityGroups: [live(out(all), [httpRule], { egress })] })).toMatchObject({
      egress: { revokes: [{ source: { cidr: '::/0' } }] },
    })
  })

  it('is left alone where the file says so', () => {
    const text = file(http).replace('ingress:', 'ignoreChanges: [egress], ingress:')
    expect(decide(text, { securityGroups: [live(text, [httpRule], { egress: [] })] })).toMatchObject({ kind: 'keep' })
  })
})

/** The tags of a group that was made, and got no further. */
function cutOff({ tags }: LiveSecurityGroup) {
  const { ingress: _ingress, egress: _egress, ...created } = parseApplied(tags[tagKeys.applied]) ?? {}
  return { ...tags, [tagKeys.applied]: formatApplied(created) }
}
