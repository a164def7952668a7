import type { LiveStack } from '../../src/model/live-stack.js'
import type { StackSpec } from '../../src/model/stack-spec.js'
import { makePlan } from '../../src/planner/make-plan.js'
import { emptyLive } from './live-stack.js'
import { applyPlan } from './plan-effects.js'

/** So many servers of one entry, two mounted volumes on each, and a rule that copies to all of them. */
export function fullStackText(servers: number): string {
  const lines = [
    'evenkeel: 1',
    'stack: full',
    'target: sandbox',
    'servers:',
    '  web:',
    `    count: ${servers}`,
    '    image: { owner: "136693071363", name: "debian-12-amd64-*", architecture: x86_64 }',
    '    type: t3.small',
    '    zone: us-east-1a',
    '    tags: { role: worker }',
    'volumes:',
  ]
  for (let index = 0; index < servers; index += 1) {
    for (const name of ['data', 'logs']) {
      lines.push(`  ${name}-${index}: { server: 'web[${index}]', size: 10, mount: /srv/${name} }`)
    }
  }
  lines.push('sync:', "  site: { from: ./site/, to: 'web[*]:/srv/data/site/', delete: true }")
  return `${lines.join('\n')}\n`
}

/**
 * The world after an apply of such a stack: everything is in place, as test/support/plan-effects.ts says that steps work. Made
 * a hundred servers at a time, because that looks things up in lists.
 */
export function fullWorld(spec: StackSpec): LiveStack {
  const settled = { filesCreated: 0, bytes: 0, sample: [], compared: 'both' } as const
  const empty = emptyLive(spec)
  const syncs = Object.fromEntries(
    Object.entries(empty.syncs).map(([address, facts]) => [address, { ...facts, ...settled }] as const),
  )
  let world: LiveStack = { ...empty, syncs: {} }
  for (let first = 0; first < spec.servers.length; first += 100) {
    const servers = spec.servers.slice(first, first + 100)
    const members = new Set(servers.map(({ address }) => address))
    const part = {
      ...spec,
      servers,
      volumes: spec.volumes.filter(({ server }) => server !== undefined && members.has(server)),
      syncs: spec.syncs.filter(({ to }) => to.kind === 'server' && members.has(to.server)),
    }
    const before = { ...world, servers: [], volumes: [], hosts: {}, ledger: undefined, syncs }
    const { live } = applyPlan(makePlan(part, before), before)
    world = {
      ...live,
      servers: [...world.servers, ...live.servers],
      volumes: [...world.volumes, ...live.volumes],
      hosts: { ...world.hosts, ...live.hosts },
      ledger: { id: 'lt-ledger', addresses: [...(world.ledger?.addresses ?? []), ...(live.ledger?.addresses ?? [])] },
    }
  }
  const addresses = [...new Set(world.ledger?.addresses)]
  return { ...world, syncs, ledger: { id: 'lt-ledger', addresses } }
}

/** The same where, by hand, one server in so many was stopped, or one of its volumes unmounted. */
export function withHands(world: LiveStack, every = 100): LiveStack {
  const hosts = { ...world.hosts }
  const servers = world.servers.map((server, index) => {
    if (index % every !== 0) return server
    const facts = hosts[server.address]
    if (index % (2 * every) === 0 || facts?.kind !== 'read') {
      hosts[server.address] = { kind: 'not-probed', because: 'stopped' }
      return { ...server, state: 'stopped' as const, publicIp: undefined }
    }
    hosts[server.address] = { ...facts, mounts: facts.mounts.slice(1) }
    return server
  })
  return { ...world, servers, hosts }
}

/** @internal the bench reads it out of a bundle of this file */
export { specOf } from './live-stack.js'
