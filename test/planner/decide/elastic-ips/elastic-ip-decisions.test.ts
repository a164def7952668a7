import { describe, expect, it } from 'vitest'
import type { LiveElasticIp } from '../../../../src/model/kinds/elastic-ip.js'
import type { LiveStack } from '../../../../src/model/live-stack.js'
import { tagKeys } from '../../../../src/model/tags.js'
import { decideElasticIps } from '../../../../src/planner/decide/elastic-ips/elastic-ip-decisions.js'
import { leavingServer, type ServerOutlook } from '../../../../src/planner/decide/servers/server-outlook.js'
import { at } from '../../../support/live-stack.js'
import { worldFor } from '../../../support/planner-world.js'
import { liveServer, outlooks } from '../../../support/server-outlook.js'
import { head } from '../../../support/stack-texts.js'

const address = at('elasticIp.web')
const plain = 'image: ami-00000001, type: t3.small'
const asked = `${head}servers:\n  web: { ${plain}, elasticIp: true, tags: { tier: web } }\n  db: { ${plain} }\n`
const dropped = asked.replace('elasticIp: true', 'elasticIp: false')

const web = liveServer('web')
const db = liveServer('db')
const standing = { web: { live: web }, db: { live: db } }

function decide(
  live: readonly LiveElasticIp[],
  text = asked,
  servers: Readonly<Record<string, Partial<ServerOutlook>>> = standing,
  changes: Partial<LiveStack> = {},
) {
  const here = Object.values(servers).flatMap((server) => server.live ?? [])
  const world = worldFor(text, { servers: here, elasticIps: live, ...changes })
  return decideElasticIps(world, outlooks(servers), new Set()).get(address)
}

/** The address as an apply left it, leading to an instance. */
function leading(instanceId: string | undefined, tags: Readonly<Record<string, string>> = {}): LiveElasticIp {
  const decision = decide([])
  if (decision?.kind !== 'create') throw new Error('it is not created')
  return {
    address,
    id: 'eipalloc-1',
    publicIp: '203.0.113.5',
    association: instanceId === undefined ? undefined : { id: 'eipassoc-1', instanceId },
    tags: { ...decision.tags, ...decision.tagging.tags, ...tags },
  }
}

describe('an elastic address', () => {
  it('that is not there is allocated with the tags of its server, and recorded as associated once it is', () => {
    const decision = decide([])
    expect(decision).toMatchObject({
      kind: 'create',
      server: 'server.web',
      tags: {
        tier: 'web',
        Name: 'demo/web',
        [tagKeys.stack]: 'demo',
        [tagKeys.address]: address,
        [tagKeys.applied]: expect.not.stringMatching(/server=/),
      },
      tagging: { tags: { [tagKeys.applied]: expect.stringMatching(/server=/) } },
      change: { kind: 'create' },
    })
    expect(decision?.change.diffs).toContainEqual({
      path: 'association',
      before: null,
      after: 'server.web',
      cause: 'pending',
    })
  })

  it('that was there at the last apply and is gone is drift', () => {
    const decision = decide([], asked, standing, { ledger: { id: 'lt-1', addresses: [address] } })
    expect(decision?.change.diffs[0]).toEqual({
      path: 'association',
      before: null,
      after: 'server.web',
      cause: 'drift',
    })
    expect(decision?.change.diffs).toContainEqual({ path: 'exists', before: false, after: true, cause: 'drift' })
  })

  it('that leads to its server is kept', () => {
    const decision = decide([leading('i-web')])
    expect(decision).toMatchObject({ kind: 'keep', frees: undefined, associates: false, tagging: { tags: {} } })
  })

  it('that leads nowhere is associated again: as drift, or as pending where it never was', () => {
    const diffs = (cause: string) => [{ path: 'association', before: null, after: 'server.web', cause }]
    const drifted = decide([leading(undefined)])
    expect(drifted).toMatchObject({ kind: 'update', frees: undefined, associates: true })
    expect(drifted?.change.diffs).toEqual(diffs('drift'))
    const decision = decide([])
    const applied = (decision?.kind === 'create' ? decision.tags : {})[tagKeys.applied] ?? ''
    const cutOff = decide([leading(undefined, { [tagKeys.applied]: applied })])
    expect(cutOff?.change.diffs).toEqual(diffs('pending'))
  })

  it('that leads still to the instance whose place another takes is no drift: the replacement goes on', () => {
    const successor = { ...web, id: 'i-web2', tags: { ...web.tags, [tagKeys.supersedes]: 'i-web' } }
    const handsOver = [leavingServer(worldFor(asked, {}), web)]
    const cutOff = decide(
      [leading('i-web')],
      asked,
      { ...standing, web: { live: successor, handsOver } },
      {
        servers: [web, successor, db],
      },
    )
    expect(cutOff).toMatchObject({
      kind: 'update',
      frees: { instanceId: 'i-web', when: 'handed-over' },
      change: { diffs: [{ path: 'association', before: 'i-web', after: 'server.web', cause: 'pending' }] },
    })
  })

  it('that was moved to another server of the stack comes back from there', () => {
    expect(decide([leading('i-db')])).toMatchObject({
      kind: 'update',
      frees: { server: 'server.db', instanceId: 'i-db', when: 'at-once' },
      associates: true,
      change: { diffs: [{ path: 'association', before: 'server.db', after: 'server.web', cause: 'drift' }] },
    })
  })

  it('comes back at once from an instance that goes last, which may wait for whoever is entered at the address', () => {
    const freed = (db: Partial<ServerOutlook>) => {
      const decision = decide([leading('i-db')], asked, { ...standing, db })
      return decision?.kind === 'update' ? decision.frees?.when : undefined
    }
    expect(freed({ live: db, action: 'replace', order: 'launch-first' })).toBe('at-once')
    expect(freed({ live: db, action: 'replace', order: 'terminate-first' })).toBe('after-server')
  })

  it.each([
    ['an instance that is not of the stack', leading('i-theirs'), 'i-theirs'],
    [
      'a network interface',
      { ...leading(undefined), association: { id: 'eipassoc-1', instanceId: undefined } },
      'a network interface',
    ],
  ])('that leads to %s is left alone and told, in whatever plan', (_name, live, before) => {
    const problem = { severity: 'error', scope: 'address', code: 'PLAN_FOREIGN_ASSOCIATION' }
    const decision = decide([live])
    expect(decision).toMatchObject({ kind: 'refuse', problems: [problem], change: { kind: 'none' } })
    expect(decision?.change.diffs).toEqual([{ path: 'association', before, after: 'server.web', cause: 'drift' }])
    expect(decide([live], dropped)).toMatchObject({ kind: 'refuse', problems: [problem] })
    expect(decide([live], head)).toMatchObject({ kind: 'refuse', problems: [problem] })
  })

  it('does not push off the one that somebody has given its server', () => {
    const worn = { ...standing, web: { live: { ...web, elasticIp: '198.51.100.1' } } }
    const problem = { scope: 'address', code: 'PLAN_FOREIGN_ASSOCIATION' }
    expect(decide([], asked, worn)).toMatchObject({ kind: 'refuse', problems: [problem] })
    expect(decide([leading(undefined)], asked, worn)).toMatchObject({ kind: 'refuse', problems: [problem] })
    const replaced = { ...worn, web: { ...worn.web, action: 'replace' as const } }
    expect(decide([], asked, replaced)).toMatchObject({ kind: 'create' })
  })

  it('takes the place of another one of the stack', () => {
    const other = { ...leading('i-web'), address: at('elasticIp.db'), id: 'eipalloc-2', publicIp: '203.0.113.6' }
    const worn = { ...standing, web: { live: { ...web, elasticIp: other.publicIp } } }
    expect(decide([leading(undefined), other], asked, worn)).toMatchObject({ kind: 'update', associates: true })
  })

  it('goes over to the instance that takes the place of its server', () => {
    const replaced = { ...standing, web: { live: web, action: 'replace' as const } }
    expect(decide([leading('i-web')], asked, replaced)).toMatchObject({
      kind: 'update',
      frees: { server: 'server.web', instanceId: 'i-web', when: 'after-server' },
      associates: true,
      change: { diffs: [{ path: 'association', before: 'i-web', after: '(known after apply)', cause: 'pending' }] },
    })
  })

  it('gets its tags back, and follows those of its server', () => {
    const decision = decide([leading('i-web', { tier: 'mars' })])
    expect(decision).toMatchObject({ kind: 'update', associates: false, tagging: { tags: { tier: 'web' } } })
    expect(decision?.change.diffs).toEqual([{ path: 'tags.tier', before: 'mars', after: 'web', cause: 'drift' }])
    const changed = decide([leading('i-web')], asked.replace('tier: web', 'tier: front'))
    expect(changed?.change.diffs).toEqual([{ path: 'tags.tier', before: 'web', after: 'front', cause: 'pending' }])
  })

  it('that the file no longer asks for is given back, after its server where that goes too', () => {
    expect(decide([leading('i-web')], dropped)).toMatchObject({
      kind: 'remove',
      live: { id: 'eipalloc-1' },
      frees: { server: 'server.web', when: 'at-once' },
    })
    const gone = { ...standing, web: { live: web, action: 'remove' as const } }
    expect(decide([leading('i-web')], head, gone)).toMatchObject({ kind: 'remove', frees: { when: 'after-server' } })
    expect(decide([leading(undefined)], dropped)).toMatchObject({ kind: 'remove', frees: undefined })
  })

  it('is left as it is where its server cannot be planned', () => {
    expect(decide([leading(undefined)], asked, {})).toMatchObject({ kind: 'leave', problems: [] })
  })
})
