import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../../src/model/live-stack.js'
import type { SyncFacts } from '../../../src/model/kinds/sync-rule.js'
import type { Plan } from '../../../src/model/plan.js'
import { makePlan } from '../../../src/planner/make-plan.js'
import { boundHere } from '../../../src/planner/saved/bound-here.js'
import { keysNotHere } from '../../../src/planner/saved/keys-not-here.js'
import { lettingIn } from '../../../src/planner/saved/letting-in.js'
import { movedLines } from '../../../src/planner/saved/moved-lines.js'
import { movedSince } from '../../../src/planner/saved/moved-since.js'
import { planBasis, type PlanBasis } from '../../../src/planner/saved/plan-basis.js'
import { applyPlan } from '../../support/plan-effects.js'
import { at, emptyLive, specOf } from '../../support/live-stack.js'
import { head, withVolume } from '../../support/stack-texts.js'

const text = withVolume('server: web, size: 10, mount: /srv')
const copying = `${text}sync:\n  site: { from: ./site/, to: volume.data/site/ }\n`

type Read = Extract<SyncFacts, { kind: 'read' }>

describe('what moved since a plan was saved', () => {
  it('is nothing where nothing did', () => {
    const [saved, here] = [settled(text), settled(text)]
    expect(linesOf(saved, here)).toEqual([])
  })

  it('is told of the file and of the world, each value before and after', () => {
    const saved = settled(text)
    const world = settled(text, (live) => ({
      ...live,
      servers: live.servers.map((server) => ({ ...server, state: 'stopped', tags: { ...server.tags, team: 'a' } })),
    }))
    const here = { ...world, spec: settled(text.replace('size: 10', 'size: 12')).spec }
    expect(linesOf(saved, here)).toEqual([
      'in the stack file, volume.data: sizeGiB 10 -> 12',
      'server.web: state running -> stopped',
      'server.web: tags.team (nothing) -> a',
    ])
  })

  it('is told of what came and of what went, of two with one address each', () => {
    const saved = settled(text)
    const twice = (live: LiveStack) => ({
      ...live,
      volumes: live.volumes.flatMap((one) => [one, { ...one, id: 'vol-b' }]),
    })
    const id = saved.live.volumes[0]?.id ?? ''
    expect(linesOf(saved, settled(text, twice))).toEqual([
      'volume.data: was there, and is gone',
      ...[id, 'vol-b'].sort().map((each) => `volume.data ${each}: is there now, and was not`),
    ])
    expect(
      linesOf(
        settled(text),
        settled(text, (live) => ({ ...live, servers: [] })),
      ),
    ).toContain('server.web: was there, and is gone')
  })

  it('is told of records in tags only where nothing else is told', () => {
    const tagged = (changes: object) => (live: LiveStack) => ({
      ...live,
      servers: live.servers.map((server) => ({
        ...server,
        ...changes,
        tags: { ...server.tags, 'evenkeel:applied': 'v1 type=000000' },
      })),
    })
    expect(linesOf(settled(text), settled(text, tagged({})))).toEqual([
      expect.stringMatching(/^server\.web: tags\.evenkeel:applied /),
    ])
    expect(linesOf(settled(text), settled(text, tagged({ type: 't3.large' })))).toEqual([
      'server.web: type t3.small -> t3.large',
    ])
  })

  it('is nothing that belongs to the machine, or to the catalogue from which the plan has chosen', () => {
    const elsewhere = (live: LiveStack): LiveStack => ({
      ...live,
      operatorIp: '198.51.100.9',
      publicKeys: { 'keyPair.default': 'ssh-ed25519 AAAAB' },
      zones: ['us-east-1a', 'us-east-1z'],
      images: {},
      snapshots: live.snapshots.map((snapshot) => ({ ...snapshot, state: 'completed' })),
      hosts: Object.fromEntries(
        Object.entries(live.hosts).map(([address, facts]) => [
          address,
          facts.kind === 'read'
            ? { ...facts, devices: facts.devices.map((device) => ({ ...device, path: '/dev/other' })) }
            : facts,
        ]),
      ),
    })
    expect(linesOf(settled(text), settled(text, elsewhere))).toEqual([])
  })

  it('is a rule by what it lets in, wherever it stands among the others', () => {
    const opened = (live: LiveStack): LiveStack => ({
      ...live,
      securityGroups: live.securityGroups.map((group) => ({
        ...group,
        ingress: [
          {
            protocol: 'tcp',
            fromPort: 1,
            toPort: 1,
            source: { kind: 'cidr', cidr: '0.0.0.0/0' },
            description: undefined,
          },
          ...group.ingress,
        ],
      })),
    })
    expect(linesOf(settled(text), settled(text, opened))).toEqual([
      'securityGroup.default: ingress.tcp 1 from 0.0.0.0/0 is there now, and was not',
    ])
  })

  it('is of a server that cannot be seen into only that', () => {
    const stopped = (live: LiveStack): LiveStack => ({
      ...live,
      hosts: { 'server.web': { kind: 'not-probed', because: 'stopped' } },
    })
    const running = (live: LiveStack): LiveStack => ({
      ...live,
      hosts: { 'server.web': { kind: 'read', devices: [], mounts: [], fstab: [], user: 'admin' } },
    })
    expect(linesOf(settled(text, running), settled(text, stopped))).toEqual([
      'the inside of server.web: seen yes -> "no: stopped"',
    ])
  })

  it('is each line of fstab, also of two for one place', () => {
    const lines =
      (...sources: readonly string[]) =>
      (live: LiveStack): LiveStack => ({
        ...live,
        hosts: {
          'server.web': {
            kind: 'read',
            devices: [],
            mounts: [],
            fstab: sources.map((source) => ({ source, path: 'none', fstype: 'swap', options: 'sw' })),
            user: 'admin',
          },
        },
      })
    expect(linesOf(settled(text, lines('UUID=a', 'UUID=b')), settled(text, lines('UUID=b')))).toEqual([
      'the inside of server.web: fstab.none (UUID=a) was there, and is gone',
    ])
  })

  it('is a wish that was fulfilled or withdrawn meanwhile, which the file would carry out all the same', () => {
    const wish = { kind: 'restore', address: at('volume.data'), snapshotId: 'snap-1' } as const
    const wished = (live: LiveStack): LiveStack => ({
      ...live,
      ledger: { id: 'lt-1', addresses: live.ledger?.addresses ?? [], wishes: [wish] },
    })
    const withdrawn = (live: LiveStack): LiveStack => ({
      ...live,
      ledger: { id: 'lt-1', addresses: live.ledger?.addresses ?? [] },
    })
    expect(linesOf(settled(text, wished), settled(text, withdrawn))).toEqual([
      'the recorded wish for volume.data: was there, and is gone',
    ])
    expect(linesOf(settled(text, wished), settled(text, wished))).toEqual([])
  })

  it('is a public key of the checkout, and none of a home directory', () => {
    const keyed = (path: string) => `${text}keyPairs:\n  deploy: { publicKey: ${path} }\n`
    const key = (publicKey: string) => (live: LiveStack) => ({ ...live, publicKeys: { 'keyPair.deploy': publicKey } })
    const linesFor = (path: string) =>
      linesOf(settled(keyed(path), key('ssh-a A')), settled(keyed(path), key('ssh-a B')))
    expect(linesFor('./deploy.pub')).toHaveLength(1)
    expect(linesFor('~/.ssh/id.pub')).toEqual([])
  })

  it('is the contents of what is copied from this machine, told once, and not its times', () => {
    const saved = settled(copying, withFacts({}), { 'sync.site': 'contents' })
    const otherTimes = { sourceDigest: 'f'.repeat(32), filesChanged: 3, bytes: 9 }
    expect(linesOf(saved, settled(copying, withFacts(otherTimes), { 'sync.site': 'contents' }))).toEqual([])
    expect(linesOf(saved, settled(copying, withFacts(otherTimes), { 'sync.site': 'others' }))).toEqual([
      'the files that sync.site copies from this machine are not those that the plan was made from',
    ])
    expect(linesOf(saved, settled(copying, withFacts({ filesDeleted: 2 }), { 'sync.site': 'contents' }))).toEqual([
      'what sync.site copies: filesDeleted 0 -> 2',
    ])
  })

  it('is cut where it is long, and says so', () => {
    const many = Array.from({ length: 30 }, (_, index) => ({
      where: 'live' as const,
      what: `volume.v${index}`,
      path: '',
      before: undefined,
      after: {},
    }))
    expect(movedLines(many)).toHaveLength(21)
    expect(movedLines(many).at(-1)).toBe('and 10 more')
  })
})

describe('a saved plan on another machine', () => {
  it('opens doors from my-ip to that machine, and no other rule changes', () => {
    const doors = `${head}securityGroups:\n  web: { description: w, ingress: [{ port: 22, from: my-ip }, { port: 80, from: 203.0.113.7/32 }] }\n`
    const saved = basisOf(doors, (live) => live)
    const here = basisOf(doors, (live) => ({ ...live, operatorIp: '198.51.100.9' }))
    const rules = boundHere(planOf(doors), saved, here).steps.flatMap((step) =>
      step.kind === 'authorize-ingress' ? step.rules : [],
    )
    expect(rules.map(({ source, fromPort }) => [fromPort, 'cidr' in source && source.cidr])).toEqual(
      expect.arrayContaining([
        [22, '198.51.100.9/32'],
        [80, '203.0.113.7/32'],
      ]),
    )
  })

  it('leaves the door open through which that machine came in before, and records where the operator is', () => {
    const doors = `${head}securityGroups:\n  web: { description: w, ingress: [{ port: 22, from: my-ip }] }\n`
    const spec = specOf(doors)
    const empty = emptyLive(spec)
    const applied = applyPlan(makePlan(spec, empty), empty).live
    const moved = { ...applied, operatorIp: '198.51.100.9' }
    const saved = planBasis(spec, moved, {})
    const here = planBasis(spec, applied, {})
    const bound = boundHere(makePlan(spec, moved), saved, here)
    const after = applyPlan(bound, applied).live
    expect(uniqueSources(after)).toEqual(['{"kind":"cidr","cidr":"203.0.113.7/32"}'])
    expect(makePlan(spec, { ...after, operatorIp: '192.0.2.1' }).changes[0]?.diffs.map(({ cause }) => cause)).toEqual([
      'pending',
      'pending',
    ])
  })

  it('is refused where it enters servers that let in the other machine alone', () => {
    const saved = settled(text)
    const moved: PlanBasis = { ...saved, live: { ...saved.live, operatorIp: '198.51.100.9' } }
    const entering = { steps: [{ kind: 'connect-host', address: 'server.web' }] } as unknown as Plan
    expect(movedLines(lettingIn(entering, saved, moved))).toEqual(['my-ip: address 203.0.113.7/32 -> 198.51.100.9/32'])
    expect(lettingIn({ ...entering, steps: [] }, saved, moved)).toEqual([])
    expect(lettingIn(entering, saved, saved)).toEqual([])
  })

  it('is not refused where everybody may enter, nor for a door of another server', () => {
    const rules = (from: string) =>
      `${head}securityGroups:\n  web: { description: w, ingress: [{ port: 22, from: ${from} }, { port: 80, from: my-ip }] }\n` +
      `  other: { description: o, ingress: [{ port: 22, from: my-ip }] }\n` +
      'servers:\n  web: { image: ami-00000001, type: t3.small, securityGroups: [web] }\n'
    const entering = { steps: [{ kind: 'connect-host', address: 'server.web' }] } as unknown as Plan
    const movedOf = (from: string, operatorIp: string | undefined) => {
      const saved = settled(rules(from))
      return movedLines(lettingIn(entering, saved, { ...saved, live: { ...saved.live, operatorIp } }))
    }
    expect(movedOf('0.0.0.0/0', '198.51.100.9')).toEqual([])
    expect(movedOf('0.0.0.0/0', undefined)).toHaveLength(0)
    expect(movedOf('203.0.113.0/24', '203.0.113.8')).toEqual([])
    expect(movedOf('203.0.113.0/24', '198.51.100.9')).toHaveLength(1)
  })

  it('is refused where the door that it opens is that of nobody knows whom', () => {
    const doors = `${head}securityGroups:\n  web: { description: w, ingress: [{ port: 22, from: my-ip }] }\n`
    const saved = basisOf(doors, (live) => live)
    const here = basisOf(doors, (live) => ({ ...live, operatorIp: undefined }))
    expect(movedLines(lettingIn(planOf(doors), saved, here))).toEqual(['my-ip: address 203.0.113.7/32 -> (nothing)'])
  })

  it('lets its own key into servers that stay where it brings a pair, and writes the ledger of now', () => {
    const spec = specOf(text)
    const keyed = (publicKey: string) =>
      planBasis(spec, { ...settled(text).live, publicKeys: { 'keyPair.default': publicKey } }, {})
    const [saved, there] = [keyed('ssh-ed25519 AAAAA'), keyed('ssh-ed25519 AAAAB')]
    const here = { ...there, live: { ...there.live, ledger: { id: 'lt-now', addresses: [] } } }
    const letIn = {
      kind: 'authorize-key',
      address: 'server.web',
      keyPair: 'keyPair.default',
      publicKey: 'ssh-ed25519 AAAAA',
    }
    const bringing = { kind: 'import-key-pair', address: 'keyPair.default', publicKey: 'ssh-ed25519 AAAAA' }
    const boundKeys = (steps: readonly object[]) =>
      boundHere({ ...planOf(text), steps } as unknown as Plan, saved, here).steps.map((step) =>
        'publicKey' in step ? step.publicKey : undefined,
      )
    expect(boundKeys([bringing, letIn])).toEqual(['ssh-ed25519 AAAAB', 'ssh-ed25519 AAAAB'])
    expect(boundKeys([letIn])).toEqual(['ssh-ed25519 AAAAA'])
    expect(boundHere(planOf(text), saved, here).ledger.id).toBe('lt-now')
  })

  it('is refused before its first step where it enters servers, new ones too, with a key that is not there', () => {
    const saved = settled(text, (live) => ({ ...live, publicKeys: { 'keyPair.default': 'ssh-ed25519 AAAAA' } }))
    const withKeys = (publicKeys: LiveStack['publicKeys']) => ({ ...saved, live: { ...saved.live, publicKeys } })
    const missingIn = (steps: readonly object[], publicKeys: LiveStack['publicKeys']) =>
      keysNotHere({ ...planOf(text), steps } as unknown as Plan, saved, withKeys(publicKeys))
    const launch = { kind: 'create-server', address: 'server.web', keyPair: 'keyPair.default' }
    const enter = { kind: 'connect-host', address: 'server.web' }
    const bringing = { kind: 'import-key-pair', address: 'keyPair.default' }
    expect(missingIn([launch, enter], {})).toEqual(['keyPair.default'])
    expect(missingIn([launch, enter], { 'keyPair.default': 'ssh-ed25519 AAAAB' })).toEqual(['keyPair.default'])
    expect(missingIn([launch, enter], saved.live.publicKeys)).toEqual([])
    expect(missingIn([bringing, launch, enter], {})).toEqual([])
    expect(missingIn([launch], {})).toEqual([])
  })

  it('generates a pair there, and records what is copied there', () => {
    const saved = basisOf(copying, (live) => ({ ...live, publicKeys: { 'keyPair.default': 'ssh-ed25519 AAAAB' } }))
    const digest = '0123456789abcdef0123456789abcdef'
    const here = basisOf(copying, (live) => withFacts({ sourceDigest: digest })(live))
    const { steps } = boundHere(makePlan(saved.spec, saved.live), saved, here)
    expect(steps.find(({ kind }) => kind === 'import-key-pair')).toHaveProperty('publicKey', undefined)
    const record = steps.find((step) => step.kind === 'tag-resource' && step.address === 'sync.site')
    expect(record).toMatchObject({ tags: { 'evenkeel:sync:site': expect.stringMatching(/^0123456789ab \w{8}$/) } })
  })
})

function basisOf(
  stack: string,
  change: (live: LiveStack) => LiveStack,
  sources: Readonly<Record<string, string>> = {},
): PlanBasis {
  const spec = specOf(stack)
  return planBasis(spec, change(emptyLive(spec)), sources)
}

/** The basis of a stack that is there as the file says. */
function settled(
  stack: string,
  change: (live: LiveStack) => LiveStack = (live) => live,
  sources: Readonly<Record<string, string>> = {},
): PlanBasis {
  const spec = specOf(stack)
  const live = emptyLive(spec)
  return planBasis(spec, change(applyPlan(makePlan(spec, live), live).live), sources)
}

function withFacts(changes: Partial<Read>): (live: LiveStack) => LiveStack {
  return (live) => ({
    ...live,
    syncs: Object.fromEntries(
      Object.entries(live.syncs).map(([address, facts]) => [address, { ...facts, ...changes } as Read]),
    ),
  })
}

function planOf(stack: string): Plan {
  const spec = specOf(stack)
  return makePlan(spec, emptyLive(spec))
}

function linesOf(saved: PlanBasis, here: PlanBasis): readonly string[] {
  return movedLines(movedSince(saved, here))
}

/** EC2 says that a door is open already; the model opens it twice. */
function uniqueSources({ securityGroups }: LiveStack): readonly string[] {
  return [...new Set(securityGroups.flatMap(({ ingress }) => ingress.map(({ source }) => JSON.stringify(source))))]
}
