import type { Address } from '../../../model/address.js'
import { compareText } from '../../../model/address-order.js'
import { parseApplied, type AppliedKey, type AppliedRecord } from '../../../model/applied.js'
import { knownAfterApply, type Diff } from '../../../model/change.js'
import { type LiveServer } from '../../../model/kinds/server.js'
import { mutabilityOf } from '../../../model/mutability.js'
import { isLeft } from '../../../model/plan-verdict.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { ServerSpec } from '../../../model/kinds/server.js'
import { tagKeys } from '../../../model/tags.js'
import { compareProperties, recordOf, sortedDiffs } from '../../compare/comparison.js'
import { tagWork, type TagWork } from '../../compare/desired-tags.js'
import { reasonFor } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { errorOf, refused } from '../decided.js'
import { imageFindings, rootVolumeFindings, userDataFindings } from './launch-differences.js'
import type { Modification, ServerDecision } from './server-decision.js'
import { factsOf, insideOf, isRunning, type Inside } from './server-outlook.js'
import { serverProperties, serverWords, setupWord } from './server-properties.js'
import { decideNewServer, serverTags, type Replacement } from './new-server.js'

export function decideStandingServer(world: World, spec: ServerSpec, live: LiveServer): ServerDecision {
  const { address } = spec
  const applied = parseApplied(live.tags[tagKeys.applied])
  const facts = factsOf(world, address)
  const inside = insideOf(world, spec, live, facts)
  const canRunSetup = inside !== 'impossible' && inside !== 'closed'
  const findings = [
    imageFindings(world, spec, live, applied),
    rootVolumeFindings(world, spec, live, applied),
    userDataFindings(world, spec, applied),
  ]
  const problems = findings.flatMap((finding): readonly Problem[] => finding.problems)
  const diffs = [
    ...compareProperties(world.digest, applied, serverProperties(world, spec, live, applied, canRunSetup)),
    ...findings.flatMap((finding): readonly Diff<'server'>[] => finding.diffs),
  ]
  const replacement = replacementFor(live, diffs)
  const forbidden = replacement && spec.protect ? [protectedProblem(address, replacement.reason)] : []
  const told = [...forbidden, ...problems]
  if (told.some(({ severity }) => severity === 'error')) return refused(address, told)
  if (replacement) {
    const decision = decideNewServer(world, spec, replacement)
    // What is told of a live server holds as long as no other takes its place.
    return decision.kind === 'refuse' ? refused(address, [...decision.problems, ...problems]) : decision
  }

  const keptKeys = new Set<AppliedKey>(findings.flatMap(({ keeps }) => keeps))
  if (!canRunSetup) keptKeys.add('setup')
  const record = keepApplied(recordOf(world.digest, serverWords(spec)), applied, keptKeys)
  const tags = tagWork(world, live.tags, spec.tags, serverTags(world, spec), record, {
    quiet: [tagKeys.protect],
    alone: diffs.every(isLeft),
  })
  const pinsHostKey = isEntered(inside) && live.tags[tagKeys.hostKey] === undefined
  const all = sortedDiffs<'server'>([...diffs, ...tags.diffs, ...(pinsHostKey ? [hostKeyDiff] : [])])
  const kind = all.every(isLeft) ? 'keep' : 'update'
  return {
    kind,
    address,
    spec,
    live,
    outlook: {
      address,
      spec,
      live,
      action: 'keep',
      facts,
      inside,
      runsNow: isRunning(live),
      runsAfter: spec.state === 'running',
      zone: live.zone,
    },
    modification: modificationOf(spec, diffs),
    tagging: withoutProtectTag(spec, live, tags),
    setupRuns:
      diffs.some(({ path }) => path === 'setup') || (inside === 'impossible' && owesSetup(world, spec, applied)),
    pinsHostKey,
    stopsForRelease: false,
    change: { address, kind: kind === 'keep' ? 'none' : 'update', reason: reasonFor(all), diffs: all },
    problems,
  }
}

function protectedProblem(address: Address, reason: string): Problem {
  const message = `${address} is protected from termination, and ${reason}`
  return errorOf(address, 'PLAN_PROTECTED', message, 'set protect: false to let it be replaced')
}

/** What of the differences no call can change on a live instance, marked as such. */
function replacementFor(live: LiveServer, diffs: readonly Diff<'server'>[]): Replacement | undefined {
  const marked = diffs.map((diff) => {
    const { how, because } = mutabilityOf('server', diff.path)
    return how === 'replacement' && !isLeft(diff) ? { ...diff, forcesReplacement: because } : diff
  })
  const reason = marked.find(({ forcesReplacement }) => forcesReplacement !== undefined)?.forcesReplacement
  return reason === undefined ? undefined : { live, diffs: marked, reason }
}

function modificationOf(spec: ServerSpec, diffs: readonly Diff<'server'>[]): Modification {
  const changed = new Set(diffs.map(({ path }) => path))
  return {
    ...(changed.has('type') && { type: spec.type }),
    ...(changed.has('securityGroups') && { securityGroups: spec.securityGroups }),
    ...(changed.has('protect') && { protect: spec.protect }),
  }
}

/** Protection that the file no longer asks for leaves no tag behind. */
function withoutProtectTag(spec: ServerSpec, live: LiveServer, work: TagWork): TagWork {
  if (spec.protect || live.tags[tagKeys.protect] === undefined) return work
  return { ...work, removeTags: [...work.removeTags, tagKeys.protect].sort(compareText) }
}

/** A server whose host key is not pinned cannot be looked into: an apply was cut off before its first connection. */
const hostKeyDiff: Diff<'server'> = {
  path: `tags.${tagKeys.hostKey}`,
  before: null,
  after: knownAfterApply,
  cause: 'pending',
}

/** Whether set-up commands stand in the file that were not run; where there are no hosts, that stays so. */
function owesSetup(world: World, spec: ServerSpec, applied: AppliedRecord | undefined): boolean {
  const word = setupWord(spec)
  return word !== undefined && applied?.setup !== world.digest(word)
}

function isEntered(inside: Inside): boolean {
  return inside === 'unread' || inside === 'unasked' || inside === 'known' || inside === 'started'
}

/** `record`, with what was recorded before under the keys that this plan leaves alone. */
function keepApplied(
  record: AppliedRecord,
  applied: AppliedRecord | undefined,
  keys: ReadonlySet<AppliedKey>,
): AppliedRecord {
  if (keys.size === 0) return record
  const kept: Partial<Record<AppliedKey, string>> = { ...record }
  for (const key of keys) {
    const digest = applied?.[key]
    if (digest === undefined) delete kept[key]
    else kept[key] = digest
  }
  return kept
}
