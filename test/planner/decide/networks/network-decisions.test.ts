import { describe, expect, it } from 'vitest'
import type { LiveNetwork, NetworkPart } from '../../../../src/model/kinds/network.js'
import type { LiveStack } from '../../../../src/model/live-stack.js'
import { decideNetworks } from '../../../../src/planner/decide/networks/network-decisions.js'
import { makePlan } from '../../../../src/planner/make-plan.js'
import { at, emptyLive, specOf } from '../../../support/live-stack.js'
import { applyPlan } from '../../../support/plan-effects.js'
import { worldFor } from '../../../support/planner-world.js'
import { head } from '../../../support/stack-texts.js'

const rule = (port: string, action = 'allow') => `{ port: ${port}, from: 0.0.0.0/0, action: ${action} }`
const file = (more = '', routes = '') => `${head}networks:
  lab:
    cidr: 10.20.0.0/16${more && `\n    ${more}`}
    subnets:
      a: { cidr: 10.20.1.0/24, zone: us-east-1a${routes && `, routes: [${routes}]`} }
`
const acl = (...rules: readonly string[]) => `acl: { in: [${rules.join(', ')}] }`

/** What an apply of a file leaves. */
function settled(text: string): LiveStack {
  const nothing = emptyLive(specOf(text))
  return applyPlan(makePlan(specOf(text), nothing, { run: 'run-1' }), nothing).live
}

function decide(text: string, live: LiveStack, address: string) {
  return decideNetworks(worldFor(text, live), new Map(), new Set()).get(at(address))
}

/** The same world with one part of a network as `change` makes it. */
function withPart<Part extends NetworkPart>(
  live: LiveStack,
  address: string,
  change: Partial<Extract<LiveNetwork, { readonly part: Part }>>,
): LiveStack {
  const networks = live.networks?.map((part) => (part.address === address ? { ...part, ...change } : part))
  return { ...live, networks: networks as readonly LiveNetwork[] }
}

function workOf(text: string, live: LiveStack, address: string) {
  const decision = decide(text, live, address)
  return decision && 'work' in decision ? decision.work : undefined
}

describe('rules of a network ACL', () => {
  const putBy = (before: readonly string[], after: readonly string[]) => {
    const work = workOf(file(acl(...after)), settled(file(acl(...before))), 'network.lab.acl')
    if (work?.part !== 'acl') throw new Error('there is nothing to do')
    return {
      put: work.put.map(({ number, fromPort, action }) => `${number} ${action} ${fromPort}`),
      drop: work.drop.map(({ number }) => number),
    }
  }

  it('move to higher numbers from behind: none is missing for a moment when another comes before it', () => {
    expect(putBy([rule('all')], [rule('23', 'deny'), rule('all')])).toEqual({
      put: ['20 allow -1', '10 deny 23'],
      drop: [],
    })
  })

  it('move to lower numbers from the front, and what is left behind goes last', () => {
    expect(putBy([rule('23', 'deny'), rule('80'), rule('all')], [rule('80'), rule('all')])).toEqual({
      put: ['10 allow 80', '20 allow -1'],
      drop: [30],
    })
  })

  it('that somebody gave other numbers are put back, and the others taken out', () => {
    const text = file(acl(rule('80')))
    const live = settled(text)
    const found = live.networks?.find((part) => part.address === 'network.lab.acl')
    const moved = found?.part === 'acl' ? found.entries.map((entry) => ({ ...entry, number: 7 })) : []
    const work = workOf(text, withPart<'acl'>(live, 'network.lab.acl', { entries: moved }), 'network.lab.acl')
    expect(work).toMatchObject({ put: [{ number: 10 }], drop: [{ number: 7, egress: false }] })
  })
})

describe('a route by an instance', () => {
  const instance = 'i-0123456789abcdef0'
  const networkInterface = 'eni-0123456789abcdef0'
  const byInstance = { to: '192.168.0.0/16', by: instance, interfaceId: networkInterface }

  it.each([instance, networkInterface])('is what the file says where that names %s: EC2 tells both', (by) => {
    const text = file('', `{ to: 192.168.0.0/16, by: ${by} }`)
    const live = withPart<'routes'>(settled(text), 'network.lab.a.routes', { routes: [byInstance] })
    expect(decide(text, live, 'network.lab.a.routes')).toMatchObject({ kind: 'keep', work: undefined })
  })

  it('is drift where it leads by another', () => {
    const text = file('', '{ to: 192.168.0.0/16, by: eni-00000000000000000 }')
    const live = withPart<'routes'>(settled(text), 'network.lab.a.routes', { routes: [byInstance] })
    const decision = decide(text, live, 'network.lab.a.routes')
    expect(decision?.change.diffs).toEqual([
      {
        path: 'routes',
        before: [`192.168.0.0/16 by ${instance}`],
        after: ['192.168.0.0/16 by eni-00000000000000000'],
        cause: 'drift',
        items: expect.anything(),
      },
    ])
  })
})

describe('a part of a network', () => {
  it.each([
    ['network.lab.a', { cidr: '10.20.9.0/24' }, 'cidr'],
    ['network.lab.a', { zone: 'us-east-1b' }, 'zone'],
    ['network.lab', { cidr: '10.21.0.0/16' }, 'cidr'],
  ])('that EC2 cannot change is refused, and nothing of it is planned: %s %j', (address, change, path) => {
    const live = withPart(settled(file()), address, change as never)
    expect(decide(file(), live, address)).toMatchObject({
      kind: 'refuse',
      problems: [{ code: 'PLAN_NETWORK_FIXED', path: [path], severity: 'error' }],
    })
  })

  it('that is gone is drift, and made again', () => {
    const live = settled(file())
    const without = { ...live, networks: live.networks?.filter(({ address }) => address !== 'network.lab.a.routes') }
    const decision = decide(file(), without as LiveStack, 'network.lab.a.routes')
    expect(decision).toMatchObject({ kind: 'create', making: { part: 'routes', network: 'network.lab' } })
    expect(decision?.change.diffs).toContainEqual({ path: 'exists', before: false, after: true, cause: 'drift' })
  })

  it('that is as the file says is kept', () => {
    const live = settled(file(acl(rule('80'))))
    for (const { address } of live.networks ?? []) {
      expect([address, decide(file(acl(rule('80'))), live, address)?.kind]).toEqual([address, 'keep'])
    }
  })
})

describe('a network that goes', () => {
  const gone = head
  const tenant = {
    id: 'eni-1',
    vpcId: '',
    subnetId: '',
    instanceId: undefined,
    type: 'interface',
    description: 'theirs',
  }
  const decideGone = (changes: Partial<LiveStack>) => {
    const live = settled(file())
    const idOf = (address: string) => live.networks?.find((part) => part.address === address)?.id ?? ''
    const networkTenants = changes.networkTenants?.map((found) => ({
      ...found,
      vpcId: idOf('network.lab'),
      ...('subnetId' in found && { subnetId: idOf('network.lab.a') }),
    }))
    const world = worldFor(gone, { ...live, ...changes, ...(networkTenants && { networkTenants }) })
    return [...decideNetworks(world, new Map(), new Set()).values()]
  }

  it('goes as a whole where nothing is in it but its own parts', () => {
    const own = settled(file()).networks?.map(({ id }) => ({ id, vpcId: '' })) ?? []
    expect(new Set(decideGone({ networkTenants: own }).map(({ kind }) => kind))).toEqual(new Set(['remove']))
  })

  it.each([
    ['a network interface', tenant, 'eni-1 (theirs)'],
    ['a route table', { id: 'rtb-1', vpcId: '' }, 'rtb-1'],
    ['an instance', { ...tenant, instanceId: 'i-theirs' }, 'i-theirs'],
  ])('stays as a whole where %s is in it, and that is told once', (_name, found, word) => {
    const decisions = decideGone({ networkTenants: [found] })
    expect(decisions.map(({ kind }) => kind).sort()).toEqual(['leave', 'leave', 'refuse'])
    expect(decisions.flatMap(({ problems }) => problems)).toMatchObject([
      { code: 'PLAN_NETWORK_IN_USE', scope: 'address', message: `network.lab stays, because ${word} is in it` },
    ])
  })

  it('is not kept by an interface of what goes with it', () => {
    const nat = { ...tenant, description: 'Interface for NAT Gateway nat-1' }
    const live = settled(file())
    const part: LiveNetwork = {
      address: at('network.lab.a.nat'),
      id: 'nat-1',
      tags: {},
      part: 'nat',
      vpcId: '',
      subnetId: '',
      allocationId: '',
    }
    const decisions = decideGone({ networks: [...(live.networks ?? []), part], networkTenants: [nat] })
    expect(new Set(decisions.map(({ kind }) => kind))).toEqual(new Set(['remove']))
  })
})
