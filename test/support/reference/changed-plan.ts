import { stringify } from 'yaml'
import type { LiveSnapshot } from '../../../src/model/kinds/volume-snapshot.js'
import { tagKeys } from '../../../src/model/tags.js'
import type { Plan } from '../../../src/model/plan.js'
import type { LiveStack } from '../../../src/model/live-stack.js'
import { existingKey } from '../../../src/model/launch/existing.js'
import { cloudQuery } from '../../../src/executor/observe/cloud-query.js'
import { subnetKey } from '../../../src/model/launch/subnet.js'
import type { StackSpec } from '../../../src/model/stack-spec.js'
import { makePlan } from '../../../src/planner/make-plan.js'
import { parseStack } from '../../../src/spec/parse.js'
import { at, emptyLive, imagesFor, specOf } from '../live-stack.js'
import { applyPlan } from '../plan-effects.js'
import { observedFor } from '../relocated-live.js'
import { sshKeys } from '../ssh-keys.js'
import { entries, goldenStack } from './changes/golden-stack.js'
import type { Effect, KeyChange } from './changes/key-change.js'

/** What a plan says to one change of a key: of the entry that has it, and of what that entry makes anew. */
export interface Seen {
  readonly does: readonly Effect[]
  readonly codes: readonly string[]
  readonly steps: readonly string[]
}

/** Applies the golden stack, changes one key of it, and plans. */
export function tryChange(path: string, change: KeyChange): Seen {
  const { before, after } = treesOf(path, change)
  const parsed = parseStack({ file: 'stack.yaml', text: textOf(after), variables: {} })
  if (!parsed.ok) return { does: ['refused'], codes: parsed.diagnostics.map(({ code }) => code), steps: [] }
  const plan = makePlan(parsed.spec, observedFor(liveOf(before, parsed.spec), parsed.spec), { run: 'run-2' })
  const codes = plan.problems.map(({ code }) => code)
  return { does: effectsOf(plan, path, addressesOf(path)), codes, steps: plan.steps.map(({ kind }) => kind) }
}

/** The golden stack before and after the change of a key, as texts, and the addresses that the key is about. */
export function changedTexts(
  path: string,
  change: KeyChange,
): { readonly before: string; readonly after: string; readonly addresses: RegExp } {
  const { before, after } = treesOf(path, change)
  return { before: textOf(before), after: textOf(after), addresses: addressesOf(path) }
}

function treesOf(path: string, change: KeyChange): { readonly before: Tree; readonly after: Tree } {
  const before = stackWith(change.where)
  if ('from' in change) put(before, pathIn(path), change.from)
  const after = structuredClone(before)
  put(after, pathIn(path), change.to)
  return { before, after }
}

function textOf(tree: Tree): string {
  return stringify(tree, { aliasDuplicateObjects: false })
}

type Tree = Record<string, unknown>

function stackWith(where: KeyChange['where'] = {}): Tree {
  const stack = structuredClone<Tree>(goldenStack)
  for (const [path, value] of Object.entries(where)) put(stack, path.split('.'), structuredClone(value))
  return stack
}

/** `servers.*.type` -> servers, web, type. */
function pathIn(path: string): readonly string[] {
  const names = path.replaceAll('[]', '.0').split('.')
  return names.map((name, index) => (name === '*' ? (entries[names[index - 1] ?? ''] ?? name) : name))
}

function put(tree: Tree, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path
  if (rest.length > 0) return put((tree[name] ??= {}) as Tree, rest, value)
  if (value === undefined) delete tree[name]
  else tree[name] = value
}

const subnet = { zone: 'us-east-1a', vpcId: 'vpc-1', givesPublicIp: true } as const

/** Of a volume of an older time. */
function snapshot(name: string, version: number): LiveSnapshot {
  const address = at(`volume.${name}`)
  return {
    address,
    id: `snap-${name}-${version}`,
    tags: {
      [tagKeys.stack]: goldenStack.stack,
      [tagKeys.address]: address,
      [tagKeys.version]: String(version),
      [tagKeys.fstype]: 'ext4',
      [tagKeys.uuid]: '6f1a0c5e-0000-4000-8000-000000000001',
    },
    volumeId: 'vol-gone',
    state: 'completed',
    startedAt: `2026-11-0${version}T10:00:00.000Z`,
    sizeGiB: 1,
  }
}

/** What has been read of the world beside what is in it. */
function readOf(spec: StackSpec): Partial<LiveStack> {
  const launched = [...spec.servers, ...spec.archives.map(({ server }) => server)]
  const named = launched.flatMap(({ subnet: wanted }) =>
    wanted ? [[subnetKey(wanted), { ...subnet, id: `subnet-of-${subnetKey(wanted)}` }] as const] : [],
  )
  // A load balancer has one in each zone.
  const balanced = (spec.loadBalancers ?? []).flatMap(({ subnets: wanted = [] }) =>
    wanted.map((one, index) => {
      const zone = `us-east-1${'abc'[index] ?? 'a'}`
      return [subnetKey(one), { ...subnet, zone, vpcId: 'vpc-default', id: `subnet-of-${subnetKey(one)}` }] as const
    }),
  )
  const scaled = (spec.scalingGroups ?? []).flatMap(({ subnets: wanted = [] }) =>
    wanted.map((one) => [subnetKey(one), { ...subnet, id: `subnet-of-${subnetKey(one)}` }] as const),
  )
  const attached = (spec.interfaces ?? []).map(({ subnet: wanted }) => {
    const facts = { ...subnet, vpcId: 'vpc-default', id: `subnet-of-${subnetKey(wanted)}` }
    return [subnetKey(wanted), facts] as const
  })
  const subnets = [...named, ...attached, ...balanced, ...scaled]
  const defaultSubnets = ['a', 'b', 'c'].map((letter) => ({
    ...subnet,
    id: `subnet-${letter}`,
    zone: `us-east-1${letter}`,
    vpcId: 'vpc-default',
  }))
  const keys = spec.keyPairs.map(({ address, publicKey }) => {
    const text = publicKey?.kind === 'text' ? publicKey.text : sshKeys.ecdsa521
    return [address, text] as const
  })
  const files = { filesCreated: 0, filesChanged: 0, filesDeleted: 0, bytes: 0, sample: [], compared: 'both' } as const
  const syncs = spec.syncs.map(
    ({ address }) => [address, { kind: 'read', sourceDigest: 'a'.repeat(32), ...files }] as const,
  )
  const directory = { files: 12, entries: 13, bytes: 2 ** 30, allocatedBytes: 2 ** 30, largestBytes: 2 ** 26 }
  const archives = spec.archives.map(
    ({ address }) => [address, { kind: 'read', digest: 'b'.repeat(64), ...directory }] as const,
  )
  const { existingGroups = [], existingKeyPairs = [] } = cloudQuery(spec)
  const groups = existingGroups.map((selector) => {
    const key = existingKey(selector)
    return [key, [{ id: `sg-of-${key}`, vpcId: 'vpc-default' }]] as const
  })
  const pairs = existingKeyPairs.map((selector) => {
    const key = existingKey(selector)
    return [key, [{ id: `key-of-${key}`, keyName: key, publicKey: sshKeys.ecdsa256 }]] as const
  })
  return {
    images: imagesFor(spec),
    existingGroups: Object.fromEntries(groups),
    existingKeyPairs: Object.fromEntries(pairs),
    subnets: Object.fromEntries(subnets),
    defaultSubnets,
    publicKeys: Object.fromEntries(keys),
    syncs: Object.fromEntries(syncs),
    archives: Object.fromEntries(archives),
  }
}

/** The world after an apply of the stack as it was, read anew; another stack has nothing in it. */
function liveOf(before: Tree, after: StackSpec): LiveStack {
  const spec = specOf(textOf(before))
  const snapshots = ['data', 'music'].flatMap((name) => [1, 2, 3].map((version) => snapshot(name, version)))
  const empty = emptyLive(spec, { ...readOf(spec), snapshots })
  if (spec.stack !== after.stack) return emptyLive(after, readOf(after))
  const first = makePlan(spec, empty, { run: 'run-1' })
  const { live, failed } = applyPlan(first, empty)
  const wrong = [...failed, ...first.problems.map(({ message }) => message)]
  if (wrong.length > 0) throw new Error(`the first apply failed: ${wrong.join(', ')}`)
  return { ...live, ...readOf(after) }
}

const kinds: Readonly<Record<string, string>> = {
  keyPairs: 'keyPair',
  networks: 'network',
  securityGroups: 'securityGroup',
  servers: 'server',
  loadBalancers: 'loadBalancer',
  scalingGroups: 'scalingGroup',
  volumes: 'volume',
  sync: 'sync',
  archives: 'archive',
}

/** How the addresses begin that a key's change is looked for at: its own entry's, or those of all. */
function addressesOf(path: string): RegExp {
  const [section = '', name] = path.split('.')
  const kind = kinds[section]
  if (kind === undefined) return /^/
  const entry = name === '*' ? `(\\.${entries[section] ?? ''}\\b)` : ''
  // An elastic address is an address of its own, and so is an interface.
  return new RegExp(`^(${kind}${section === 'servers' ? '|elasticIp|interface' : ''})${entry}`)
}

function effectsOf(plan: Plan, path: string, addresses: RegExp): readonly Effect[] {
  if (plan.problems.some(({ severity }) => severity === 'error')) return ['refused']
  const own = plan.changes.filter(({ address }) => addresses.test(address))
  const found = own.flatMap(({ kind, impact, diffs }): readonly Effect[] => {
    if (diffs.some(({ left }) => left !== undefined)) return ['left']
    if (kind === 'create' || kind === 'adopt') return ['created']
    if (kind === 'remove') return ['removed']
    if (kind === 'replace') return ['replacement']
    if (kind === 'update') return [impact === 'restart' || impact === 'downtime' ? impact : 'in-place']
    return []
  })
  if (found.includes('created') && found.includes('removed')) return ['anew']
  // What leads to a part of a network changes with it.
  const main = found.find((effect) => effect === 'created' || effect === 'removed')
  if (path.startsWith('networks') && main !== undefined) return [main]
  if (found.length > 0) return [...new Set(found)]
  return plan.problems.length > 0 ? ['left'] : ['nothing']
}
