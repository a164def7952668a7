import { describe, expect, it } from 'vitest'
import type { SyncFacts } from '../../../../src/model/kinds/sync-rule.js'
import type { LiveStack } from '../../../../src/model/live-stack.js'
import { workOf, type FileDecision } from '../../../../src/planner/decide/copies/file-decision.js'
import { decideFiles } from '../../../../src/planner/decide/copies/file-decisions.js'
import { fileRuleDigest } from '../../../../src/planner/decide/copies/rule-digests.js'
import type { ServerOutlook } from '../../../../src/planner/decide/servers/server-outlook.js'
import type { VolumeOutlook } from '../../../../src/planner/decide/volumes/volume-outlook.js'
import { at } from '../../../support/live-stack.js'
import { liveVolume } from '../../../support/live-volume.js'
import { worldFor } from '../../../support/planner-world.js'
import { liveServer, outlooks } from '../../../support/server-outlook.js'

const file = (rules: string) => `evenkeel: 1
stack: demo
target: sandbox
servers:
  web: { image: ami-0123456789abcdef0, type: t3.small, zone: us-east-1a }
  node: { count: 5, image: ami-0123456789abcdef0, type: t3.small, zone: us-east-1a }
volumes:
  data: { server: web, size: 10, mount: /srv }
sync:
${rules}
`
const site = '  site: { from: ./site/, to: volume.data/site/ }'
const [siteRule] = worldFor(file(site)).spec.syncs
const rule = siteRule ? fileRuleDigest(siteRule) : ''
const source = '5f2b8c1d9e3a'
const key = 'evenkeel:sync:site'

type Facts = Extract<SyncFacts, { kind: 'read' }>
const read = (change: Partial<Facts> = {}): Facts => ({
  kind: 'read',
  sourceDigest: `${source}47065f2b8c1d9e3a4706`,
  filesCreated: 0,
  filesChanged: 0,
  filesDeleted: 0,
  bytes: 0,
  sample: [],
  compared: 'both',
  ...change,
})
const unreadable: SyncFacts = { kind: 'unreadable', reason: 'no such directory' }

interface Around {
  readonly facts?: SyncFacts | undefined
  /** The record on the volume; without one it never was copied to. */
  readonly record?: string
  readonly web?: Partial<ServerOutlook>
  readonly data?: Partial<VolumeOutlook> | 'missing'
  readonly live?: Partial<LiveStack>
  readonly words?: string
}

/** What is decided on a copy to a volume that is there, whose files were read and do not differ. */
function decide(around: Around = {}): FileDecision {
  const { record, web = {}, data = {}, live = {}, words = '' } = around
  const facts = 'facts' in around ? around.facts : read()
  const world = worldFor(file(site.replace(' }', `${words} }`)), {
    volumes: [liveVolume('data', record === undefined ? {} : { [key]: record })],
    syncs: facts ? { 'sync.site': facts } : {},
    ...live,
  })
  const volumes =
    data === 'missing' ? [] : [[at('volume.data'), { isMade: false, isSuperseded: false, ...data }] as const]
  const decisions = [...decideFiles(world, outlooks({ web }), new Map(volumes)).values()]
  expect(decisions).toHaveLength(1)
  return decisions[0] as FileDecision
}

const current = `${source} ${rule}`
const known = { kind: 'known', target: 'volume.data', value: current }
const changed = read({ filesChanged: 1, filesCreated: 2, bytes: 4096 })
const copy = { bytes: 4096, files: 3 }
const sourceOnly = { ...changed, compared: 'source-only' } as const
const blank = { bytes: undefined, files: undefined }

describe('a rule that copies files', () => {
  it.each<[string, Around, object]>([
    ['is kept while nothing differs and that is recorded', { record: current }, { kind: 'keep', work: undefined }],
    [
      'is created the first time, and recorded',
      { facts: changed },
      {
        kind: 'create',
        work: { copy, record: known },
        change: { reason: 'the file names it and it does not exist yet' },
      },
    ],
    [
      'has drifted where files moved at the destination, and needs no new record',
      { facts: changed, record: current },
      {
        kind: 'update',
        work: { copy, record: { kind: 'none' } },
        change: { reason: 'files at the destination changed since the last apply' },
      },
    ],
    [
      'is pending where the source moved',
      { facts: changed, record: `000000000000 ${rule}` },
      {
        kind: 'update',
        work: { copy, record: known },
        change: { reason: 'the source or the rule changed since the last apply' },
      },
    ],
    [
      'owes its command where nothing differs and that is not recorded',
      { record: `000000000000 ${rule}` },
      { kind: 'update', work: { copy: undefined, record: known } },
    ],
    [
      'owes it also where nothing was ever recorded',
      {},
      {
        kind: 'create',
        work: { copy: undefined, record: known },
        change: { reason: 'no file differs, and that is not recorded yet' },
      },
    ],
    [
      'is looked at again where its destination could not be, and the source is as it was',
      { facts: sourceOnly, record: current },
      { kind: 'keep', work: { copy, record: { kind: 'none' } } },
    ],
    [
      'is copied to a volume that is made in this plan, and recorded',
      { facts: sourceOnly, data: { isMade: true } },
      { kind: 'create', work: { copy, record: known } },
    ],
    ['is left where its volume cannot be planned', { data: 'missing' }, { kind: 'leave', change: { kind: 'none' } }],
    ['is left where its server is to be stopped', { web: { inside: 'closed' } }, { kind: 'leave' }],
    [
      'is left where no server can be entered',
      { live: { hostsImpossible: 'no hosts' }, facts: changed },
      { kind: 'leave' },
    ],
    [
      'is not recorded where no server can be entered, and its volume is made all the same',
      { live: { hostsImpossible: 'no hosts' }, facts: sourceOnly, data: { isMade: true } },
      { kind: 'create', work: { record: { kind: 'none' } } },
    ],
  ])('%s', (_what, around, decision) => {
    expect(decide(around)).toMatchObject(decision)
  })

  it('tells drift from what is pending', () => {
    const causes = (around: Around) =>
      new Set(decide({ facts: changed, ...around }).change.diffs.map(({ cause }) => cause))
    expect(causes({ record: current })).toEqual(new Set(['drift']))
    expect(causes({ record: `000000000000 ${rule}` })).toEqual(new Set(['pending']))
    const ledger = { id: 'lt-1', addresses: [at('sync.site'), at('volume.data')] }
    const isMade = { facts: sourceOnly, data: { isMade: true } }
    expect(causes({ ...isMade, live: { ledger, volumes: [] } })).toEqual(new Set(['drift']))
    // Another volume takes its place: that is no drift of its files.
    expect(causes({ ...isMade, live: { ledger } })).toEqual(new Set(['pending']))
  })
})

describe('a rule whose files nobody could compare', () => {
  it.each<[string, Around, object]>([
    ['is kept while the rule is as last copied', { record: current }, { kind: 'keep', work: undefined }],
    ['is copied the first time', {}, { kind: 'create', work: { copy: blank, record: { kind: 'none' } } }],
    [
      'is copied where the rule has changed',
      { record: `${source} 00000000` },
      { kind: 'update', change: { reason: 'the rule has changed' } },
    ],
    [
      'is looked at again where its server is only started',
      { record: current, web: { inside: 'started' } },
      { kind: 'keep', work: { copy: blank } },
    ],
    ['is copied to a volume that is made', { data: { isMade: true } }, { kind: 'create', work: { copy: blank } }],
  ])('%s', (_what, around, decision) => {
    expect(decide({ facts: undefined, ...around })).toMatchObject(decision)
  })

  it('tells what it wanted to know', () => {
    const because = decide({ facts: undefined, record: current })
    expect(because.unread).toEqual(new Map([[at('sync.site'), 'its files were not compared']]))
    const failed = decide({ facts: unreadable, record: current })
    expect(failed.unread).toEqual(new Map([[at('sync.site'), 'no such directory']]))
    expect(failed.problems).toMatchObject([{ severity: 'warning', code: 'PLAN_UNREADABLE', address: 'sync.site' }])
    const closed = { inside: 'unread', facts: { kind: 'unreadable', reason: 'no route' } } as const
    expect(decide({ facts: undefined, record: current, web: closed }).unread).toEqual(
      new Map([[at('server.web'), 'no route']]),
    )
  })
})

describe('a rule that copies to a server', () => {
  it.each([
    ['that stays is kept by the record there', 'keep', 'keep'],
    ['that is replaced is copied anew', 'replace', 'create'],
  ] as const)('%s', (_what, action, kind) => {
    const text = file("  site: { from: ./site/, to: 'web:/srv/' }")
    const [spec] = worldFor(text).spec.syncs
    const live = liveServer('web', { [key]: `${source} ${spec ? fileRuleDigest(spec) : ''}` })
    const servers = outlooks({ web: { action, live } })
    const world = worldFor(text, { syncs: { 'sync.site': read() } })
    expect(decideFiles(world, servers, new Map()).get(at('sync.site'))?.kind).toBe(kind)
  })
})

describe('a rule that reads what another writes', () => {
  const chain = file(`  back: { from: 'web:/srv/site/sub/', to: ./back/ }\n${site}`)
  const decideChain = (facts: SyncFacts, record: string) => {
    const world = worldFor(chain, {
      volumes: [liveVolume('data', { [key]: record })],
      syncs: { 'sync.site': facts, 'sync.back': changed },
    })
    const volumes = new Map([[at('volume.data'), { isMade: false, isSuperseded: false }]])
    return decideFiles(world, outlooks({ web: { live: liveServer('web') } }), volumes)
  }

  it('comes after it, where that copies', () => {
    const decisions = decideChain(changed, current)
    expect([...decisions.keys()]).toEqual(['sync.site', 'sync.back'])
    const back = decisions.get(at('sync.back'))
    expect(back && workOf(back)).toMatchObject({ feeders: ['sync.site'] })
  })

  it('does not wait for one that has nothing to copy', () => {
    const back = decideChain(read(), current).get(at('sync.back'))
    expect(back && workOf(back)).toMatchObject({ feeders: [] })
  })

  it('takes the digest of its source when it is there, and says nothing of what it could not read', () => {
    const through = file(`${site}\n  again: { from: 'web:/srv/site/', to: 'node[0]:/copy/' }`)
    const world = worldFor(through, {
      volumes: [liveVolume('data')],
      syncs: { 'sync.site': changed, 'sync.again': unreadable },
    })
    const volumes = new Map([[at('volume.data'), { isMade: false, isSuperseded: false }]])
    const servers = outlooks({ web: { live: liveServer('web') }, 'node[0]': { live: liveServer('node[0]') } })
    const again = decideFiles(world, servers, volumes).get(at('sync.again'))
    expect(again).toMatchObject({
      kind: 'create',
      problems: [],
      work: { feeders: ['sync.site'], record: { kind: 'taken', target: 'server.node[0]' } },
    })
    expect(again?.unread).toEqual(new Map())
    const seen = worldFor(through, {
      volumes: [liveVolume('data')],
      syncs: { 'sync.site': changed, 'sync.again': changed },
    })
    expect(decideFiles(seen, servers, volumes).get(at('sync.again'))).toMatchObject({
      kind: 'create',
      work: { copy, record: { kind: 'taken' } },
    })
  })
})

describe('the rules of one web[*]', () => {
  const rolling = file("  site: { from: ./site/, to: 'node[*]:/srv/', rolling: { maxUnavailable: 2, health: 'true' } }")
  const names = [0, 1, 2, 3, 4].map((index) => `node[${index}]`)
  const decideAll = (quiet: readonly number[]) => {
    const records = worldFor(rolling).spec.syncs.map((spec) => `${source} ${fileRuleDigest(spec)}`)
    const servers = outlooks(
      Object.fromEntries(
        names.map((name, index) => [
          name,
          { live: liveServer(name, quiet.includes(index) ? { [key]: records[index] ?? '' } : {}) },
        ]),
      ),
    )
    const syncs = Object.fromEntries(
      names.map((_name, index) => [`sync.site[${index}]`, quiet.includes(index) ? read() : changed]),
    )
    const decided = decideFiles(worldFor(rolling, { syncs }), servers, new Map())
    return [...decided.values()].map((decision) => workOf(decision)?.batchBefore)
  }

  it('begin when the batch before them has answered', () => {
    const [first, second] = [
      ['sync.site[0]', 'sync.site[1]'],
      ['sync.site[2]', 'sync.site[3]'],
    ]
    expect(decideAll([])).toEqual([[], [], first, first, second])
  })

  it('fill their batches with those for which something is done', () => {
    const decided = decideAll([1])
    expect(decided.filter((before) => before !== undefined)).toHaveLength(4)
    expect(decided.at(-1)).toEqual(['sync.site[0]', 'sync.site[2]'])
  })
})

describe('the record of a rule that the file no longer has', () => {
  const decideForgotten = (tagged: Readonly<Record<string, Partial<ServerOutlook>>>) => [
    ...decideFiles(worldFor(file('').replace('sync:\n', '')), outlooks(tagged), new Map()).values(),
  ]
  const tags = { [key]: current }

  it('goes from every server that carries it', () => {
    const servers = {
      'node[0]': { live: liveServer('node[0]', tags) },
      'node[1]': { live: liveServer('node[1]', tags) },
    }
    expect(decideForgotten(servers)).toMatchObject([
      { kind: 'remove', address: 'sync.site', tag: key, targets: ['server.node[0]', 'server.node[1]'] },
    ])
  })

  it('goes with a server that goes', () => {
    expect(decideForgotten({ web: { action: 'remove', live: liveServer('web', tags) } })).toEqual([])
    expect(decideForgotten({ web: { action: 'replace', live: liveServer('web', tags) } })).toEqual([])
  })
})
