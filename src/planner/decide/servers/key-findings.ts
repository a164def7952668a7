import { keyFingerprint } from '../../../core/key-fingerprint.js'
import type { Address } from '../../../model/address.js'
import type { AppliedRecord } from '../../../model/applied.js'
import type { Diff } from '../../../model/change.js'
import { isStale } from '../../../model/inside/authorized-keys.js'
import { formerKeysOf } from '../../../model/inside/login-keys.js'
import type { HostFacts } from '../../../model/inside/host-facts.js'
import type { LiveKeyPair } from '../../../model/kinds/key-pair.js'
import type { LiveServer, ServerSpec } from '../../../model/kinds/server.js'
import { tagKeys } from '../../../model/tags.js'
import type { World } from '../../world.js'
import { pairOutlook } from '../keys/key-pair-decisions.js'
import { warningOf } from '../decided.js'
import { keyPairShown } from './server-properties.js'
import type { LaunchFindings } from './launch-differences.js'
import type { Inside } from './server-outlook.js'

/** What is done with the keys of a server that stays. */
export interface KeyWork {
  readonly keyPair: Address
  /** Undefined: the pair is generated in this plan. */
  readonly publicKey: string | undefined
  /** Fingerprints of what the stack put there before. */
  readonly former: readonly string[]
}

export interface KeyFindings extends LaunchFindings {
  /** Done inside, in this plan. */
  readonly work?: KeyWork
  /** Fingerprints to be noted on the server before the pair that has them goes from EC2: nobody would know them after that. */
  readonly noted?: readonly string[]
  /** The pairs whose keys it has now: they stay in EC2 until the work is done, or the note is there. */
  readonly pairs: readonly Address[]
}

/**
 * Whether the key pair that the file names opens a server, and nothing else that the stack put there. EC2's own KeyName of
 * the instance is fixed at its launch and says nothing of that.
 */
export function keyFindings(
  world: World,
  spec: ServerSpec,
  live: LiveServer,
  applied: AppliedRecord | undefined,
  { inside, facts }: { readonly inside: Inside; readonly facts: HostFacts },
): KeyFindings {
  const pairs = world.pairsOf(live)
  const former = formerKeysOf(live, pairs)
  const nothing: KeyFindings = { diffs: [], problems: [], keeps: [], pairs: pairs.map(({ address }) => address) }
  const pair = pairOutlook(world, spec.keyPair)
  const isNewWord =
    applied === undefined ? pairs[0]?.address !== spec.keyPair : applied.key !== world.digest(spec.keyPair)
  const keys = inside === 'known' && facts.kind === 'read' ? facts.authorizedKeys : undefined
  const noted = live.tags[tagKeys.formerKeys]
  let before: string | null = pairs[0]?.address ?? live.keyName ?? null
  let isPending = true
  if (keys && pair.publicKey !== undefined) {
    const own = { stack: world.spec.stack, wanted: pair.publicKey, former }
    const stale = keys.filter((key) => isStale(key, own)).map(({ key }) => key)
    const isMissing = keys.every(({ key }) => key !== own.wanted)
    if (!isMissing && stale.length === 0)
      return noted === undefined ? nothing : { ...nothing, diffs: [noteDiff(noted)] }
    before = stale[0] === undefined ? null : nameOfKey(world, stale[0])
    // What a run that was cut off left behind is of a pair that goes, or noted; else somebody put the key back.
    const isLeftBehind = stale.some((key) => pairsWith(world, key).some((one) => goes(world, one)))
    isPending = isNewWord || pair.changes || noted !== undefined || isLeftBehind
  } else if (!isNewWord && !pair.changes && noted === undefined) return nothing

  const isNoted = former.join(' ') === noted || pairs.every((one) => !goes(world, one))
  const notes = isNoted ? {} : { noted: former }
  if (inside === 'unread' || inside === 'closed' || inside === 'impossible') {
    return { ...nothing, ...notes, keeps: ['key'], problems: [keptProblem(world, spec)] }
  }
  const shown = before === spec.keyPair ? former[0] : before
  const diff: Diff<'server'> = {
    path: 'keyPair',
    before: shown ?? null,
    after: keyPairShown(world, spec),
    cause: isPending ? 'pending' : 'drift',
  }
  const work: KeyWork = { keyPair: spec.keyPair, publicKey: pair.publicKey, former }
  // One that is started first, and may wait for others before, is not waited for when the old pair goes.
  return { ...nothing, diffs: [diff], work, ...(inside === 'started' && notes) }
}

/** Whether the pair leaves EC2 in this plan, or another takes its place there. */
function goes(world: World, { address }: LiveKeyPair): boolean {
  return !world.keyPairs.has(address) || pairOutlook(world, address).changes
}

function pairsWith(world: World, key: string): readonly LiveKeyPair[] {
  return [...world.live.keyPairs.values()].filter(({ publicKey }) => publicKey === key)
}

/** The pair that has the key in EC2, else its fingerprint. */
function nameOfKey(world: World, key: string): string {
  return pairsWith(world, key)[0]?.address ?? keyFingerprint(key)
}

function noteDiff(noted: string): Diff<'server'> {
  return { path: `tags.${tagKeys.formerKeys}`, before: noted, after: null, cause: 'pending' }
}

function keptProblem(world: World, spec: ServerSpec) {
  const { address } = spec
  const message = `${address} cannot be entered now, so its keys stay as they are; the file names ${keyPairShown(world, spec)} for it`
  const hint = 'the next apply that can enter it lets the new key in and the old one out; nothing is replaced for that'
  return { ...warningOf(address, 'PLAN_KEY_REPLACED', message, hint), path: ['keyPair'] }
}
