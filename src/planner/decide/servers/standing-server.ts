import { compareText } from '../../../model/address-order.js'
import { appliedOf, type AppliedKey, type AppliedRecord } from '../../../model/applied.js'
import { knownAfterApply, type Diff } from '../../../model/change.js'
import { type LiveServer } from '../../../model/kinds/server.js'
import { ignoredKeys, ignoredPaths } from '../../../model/kinds/ignored-changes.js'
import { mutabilityOf } from '../../../model/mutability.js'
import { isLeft } from '../../../model/plan-verdict.js'
import type { Problem } from '../../../model/plan-problem.js'
import { rootEndOnReplace, type ServerSpec } from '../../../model/kinds/server.js'
import { tagKeys } from '../../../model/tags.js'
import { causeOf, compareProperties, keepApplied, recordOf, sortedDiffs } from '../../compare/comparison.js'
import { tagWork, type TagWork } from '../../compare/desired-tags.js'
import { reasonFor } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { existingProblems } from '../existing.js'
import { errorOf, inEntry, refused, replaceAsked, warningOf } from '../decided.js'
import { keyFindings, type KeyFindings } from './key-findings.js'
import { imageFindings, rootVolumeFindings, userDataFindings } from './launch-differences.js'
import { changeProblems } from './placement.js'
import { optionChanges } from './option-properties.js'
import { needsStop, type Modification, type ServerDecision } from './server-decision.js'
import { factsOf, insideOf, isRunning, leavingServer, type Inside } from './server-outlook.js'
import { isSeen } from './rolls.js'
import { instanceStoreProblems, serverEnd } from './server-end.js'
import {
  awaitedDiff,
  claimDiffs,
  interruptionProblems,
  isAwaited,
  leftDiffs,
  leftRequests,
  relaunchProblems,
  spotForces,
  withoutStart,
} from './spot.js'
import { existingIds, runState, serverProperties, serverWords, setupWord } from './server-properties.js'
import { decideNewServer, serverTags, type Replacement } from './new-server.js'

export function decideStandingServer(world: World, written: ServerSpec, live: LiveServer): ServerDecision {
  const spec = withoutStart(withLeftState(written, live), live)
  const { address } = spec
  const compared = compareServer(world, spec, live)
  const { applied, facts, inside, canRunSetup, findings, diffs, keys } = compared
  const others = world.live.superseded.get(address) ?? []
  const leaving = others.map((other) => serverEnd(world, other, rootEndOnReplace(spec)))
  const replacement = replacementFor(spec, live, diffs) ?? askedReplacement(world, live, diffs)
  const modification = modificationOf(world, spec, diffs)
  const stops = !replacement && isRunning(live) && (spec.state === 'stopped' || needsStop(modification))
  const problems = [
    ...findings.flatMap((finding): readonly Problem[] => finding.problems),
    ...(replacement ? [] : leaving.flatMap((end) => end.problems)),
    ...(stops ? instanceStoreProblems(live) : []),
    ...(!replacement && modification.userData ? [givenAgain(spec)] : []),
    ...(replacement ? [] : [...interruptionProblems(live), ...relaunchProblems(world, address)]),
  ]
  const forbidden = forbiddenBy(spec, replacement, stops)
  const misplaced = replacement ? [] : changeProblems(world, spec, live, new Set(diffs.map(({ path }) => path)))
  const missing = replacement ? [] : existingProblems(world, spec)
  const told = [...forbidden, ...misplaced, ...missing, ...problems]
  if (told.some(({ severity }) => severity === 'error')) return refused(address, told)
  if (replacement) {
    const decision = decideNewServer(world, withLeftState(written, live), replacement)
    // What is told of a live server holds as long as no other takes its place.
    return decision.kind === 'refuse' ? refused(address, [...decision.problems, ...problems]) : decision
  }

  const keptKeys = new Set<AppliedKey>([...findings.flatMap(({ keeps }) => keeps), ...ignoredKeys('server', spec)])
  if (!canRunSetup) keptKeys.add('setup')
  const awaited = isAwaited(withLeftState(written, live), live)
    ? [awaitedDiff(causeOf(world.digest, applied, 'state', written.state))]
    : []
  if (awaited.length > 0) keptKeys.add('state')
  const requests = leftRequests(world, address)
  const record = keepApplied(recordOf(world.digest, serverWords(spec)), applied, keptKeys)
  const tags = tagWork(world, live.tags, spec.tags, serverTags(world, spec), record, {
    quiet: [tagKeys.protect, tagKeys.onRemove],
    alone: diffs.every(isLeft),
    ignored: ignoredPaths('server', spec),
  })
  const pinsHostKey = isEntered(inside) && live.tags[tagKeys.hostKey] === undefined
  const own = sortedDiffs<'server'>([
    ...diffs,
    ...tags.diffs,
    ...awaited,
    ...leftDiffs(requests),
    ...claimDiffs(live),
    ...(pinsHostKey ? [hostKeyDiff] : []),
    ...(canBeSeen(world, spec) && !isSeen(live) ? [serviceDiff] : []),
  ])
  const all = sortedDiffs<'server'>([...own, ...instanceDiffs(live, others)])
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
      handsOver: others.map((other) => leavingServer(world, other)),
      facts,
      inside,
      runsNow: isRunning(live),
      runsAfter: spec.state === 'running',
      zone: live.zone,
    },
    modification,
    tagging: withoutNote(live, keys, withoutStaleTags(spec, live, tags)),
    keys,
    setupRuns:
      diffs.some(({ path }) => path === 'setup') || (inside === 'impossible' && owesSetup(world, spec, applied)),
    pinsHostKey,
    ends: leaving.map(({ end }) => end),
    requests,
    change: { address, kind: kind === 'keep' ? 'none' : 'update', reason: reasonOf(own, others), diffs: all },
    problems,
  }
}

/** Whether a live instance can become what the file says without another one taking its place. */
export function canStay(world: World, spec: ServerSpec, live: LiveServer): boolean {
  return replacementFor(spec, live, compareServer(world, spec, live).diffs) === undefined
}

/** What differs between the file and an instance, and what of its inside can be known. */
function compareServer(world: World, written: ServerSpec, live: LiveServer) {
  const spec = withoutStart(withLeftState(written, live), live)
  const ignored = ignoredPaths('server', spec)
  const applied = appliedOf(live.tags)
  const facts = factsOf(world, live)
  const inside = insideOf(world, spec, live, facts)
  const canRunSetup = inside !== 'impossible' && inside !== 'closed'
  const keys = keyFindings(world, spec, live, applied, { inside, facts })
  const findings = [
    keys,
    ...(ignored.has('image') ? [] : [imageFindings(world, spec, live, applied)]),
    ...(ignored.has('rootVolume.size') ? [] : [rootVolumeFindings(world, spec, live, applied)]),
    ...(ignored.has('userData') ? [] : [userDataFindings(world, spec, applied)]),
  ]
  const diffs = [
    ...compareProperties(
      world.digest,
      applied,
      serverProperties(world, spec, live, applied, canRunSetup).filter(({ path }) => !ignored.has(path)),
    ),
    ...findings.flatMap((finding): readonly Diff<'server'>[] => finding.diffs),
  ]
  return { applied, facts, inside, canRunSetup, findings, diffs, keys }
}

/** Where the file leaves it alone whether a server runs, it is to be as it is. */
function withLeftState(spec: ServerSpec, live: LiveServer): ServerSpec {
  return ignoredPaths('server', spec).has('state') ? { ...spec, state: runState(live) } : spec
}

/** Other instances with the address: a replacement was cut off, and is finished. */
function instanceDiffs(live: LiveServer, others: readonly LiveServer[]): readonly Diff<'server'>[] {
  if (others.length === 0) return []
  const removed = others.map(({ id }) => id).sort(compareText)
  const before = [live.id, ...removed].sort(compareText)
  return [{ path: 'instances', before, after: [live.id], cause: 'pending', items: { removed, added: [] } }]
}

function reasonOf(diffs: readonly Diff[], others: readonly LiveServer[]): string {
  const reason = reasonFor(diffs)
  if (others.length === 0) return reason
  const unfinished = `its replacement was not finished: ${others.map(({ id }) => id).join(' and ')} still to end`
  return reason === '' ? unfinished : `${unfinished}; ${reason}`
}

/** What the file's own protections keep the plan from. */
function forbiddenBy(
  { address, protect, options }: ServerSpec,
  replacement: Replacement | undefined,
  stops: boolean,
): readonly Problem[] {
  const refusal = (message: string, hint: string) => [errorOf(address, 'PLAN_PROTECTED', `${address} ${message}`, hint)]
  if (replacement && protect)
    return refusal(
      `is protected from termination, and ${replacement.reason}`,
      'set protect: false to let it be replaced',
    )
  if (options?.stopProtection !== true || (!replacement && !stops)) return []
  return replacement
    ? refusal(
        `is protected from being stopped or terminated, and ${replacement.reason}`,
        'set stopProtection: false to let it be replaced',
      )
    : refusal(
        'is protected from being stopped, and what changes of it changes while it is stopped',
        'set stopProtection: false to let it be stopped',
      )
}

/** What of the differences no call can change on a live instance, marked as such. */
function replacementFor(spec: ServerSpec, live: LiveServer, diffs: readonly Diff<'server'>[]): Replacement | undefined {
  const marked = diffs.map((diff) => {
    const forced = isLeft(diff) ? undefined : spotForces(spec, live, diff)
    if (forced !== undefined) return { ...diff, forcesReplacement: forced }
    const { how, because } = mutabilityOf('server', diff.path)
    const stays = diff.path === 'userData' && spec.onUserDataChange === 'stop-start'
    return how === 'replacement' && !stays && !isLeft(diff) ? { ...diff, forcesReplacement: because } : diff
  })
  const reason = marked.find(({ forcesReplacement }) => forcesReplacement !== undefined)?.forcesReplacement
  return reason === undefined ? undefined : { live, diffs: marked, reason }
}

/** Unlike the first time, nothing runs it by itself (cloud-init, "User data scripts"). */
function givenAgain({ address }: ServerSpec): Problem {
  const message = `${address} gets other user data, and has booted before: cloud-init runs user data at an instance's first boot, unless the image or the user data say otherwise`
  const hint =
    'a part of user data runs at each boot with `cloud_final_modules: [[scripts-user, always]]`; `onUserDataChange: replace` makes a new server'
  return inEntry(warningOf(address, 'PLAN_USER_DATA_AGAIN', message, hint), 'userData')
}

/** Another takes its place because somebody says so. Where one has begun to, that is finished, and none is made a second time. */
function askedReplacement(world: World, live: LiveServer, diffs: readonly Diff<'server'>[]): Replacement | undefined {
  const { address, id } = live
  if (!world.options.replace?.includes(address) || world.live.superseded.has(address)) return undefined
  const instance: Diff<'server'> = {
    path: 'instances',
    before: id,
    after: knownAfterApply,
    cause: 'pending',
    forcesReplacement: replaceAsked,
  }
  // What could not be changed of the old one is as the file says of the new one.
  const others = diffs.map(({ left: _left, ...diff }) => diff)
  return { live, diffs: [...others, instance], reason: replaceAsked }
}

function modificationOf(world: World, spec: ServerSpec, diffs: readonly Diff<'server'>[]): Modification {
  const changed = new Set<string>(diffs.map(({ path }) => path))
  const options = optionChanges(spec, changed)
  return {
    ...(changed.has('type') && { type: spec.type }),
    ...(changed.has('securityGroups') && { securityGroups: spec.securityGroups, ...existingIds(world, spec) }),
    ...(changed.has('protect') && { protect: spec.protect }),
    ...(changed.has('userData') && { userData: spec.userData ?? { parts: [] } }),
    ...(options && { options }),
  }
}

/** What the file no longer asks for leaves no tag behind: protection, a snapshot of the root disk, and a note of its roll. */
function withoutStaleTags(spec: ServerSpec, live: LiveServer, work: TagWork): TagWork {
  const asked: Readonly<Record<string, boolean>> = {
    [tagKeys.protect]: spec.protect,
    [tagKeys.onRemove]: spec.rootVolume.onRemove === 'snapshot',
    [tagKeys.outOfService]: spec.rolling !== undefined && spec.state === 'running',
  }
  const stale = Object.keys(asked).filter((key) => asked[key] !== true && live.tags[key] !== undefined)
  return stale.length === 0 ? work : { ...work, removeTags: [...work.removeTags, ...stale].sort(compareText) }
}

/** What was noted of former keys goes once they have. */
function withoutNote(live: LiveServer, { work, diffs }: KeyFindings, tagging: TagWork): TagWork {
  if (live.tags[tagKeys.formerKeys] === undefined || (!work && diffs.length === 0)) return tagging
  return { ...tagging, removeTags: [...tagging.removeTags, tagKeys.formerKeys].sort(compareText) }
}

/** A server whose host key is not pinned cannot be looked into: an apply was cut off before its first connection. */
const hostKeyDiff: Diff<'server'> = {
  path: `tags.${tagKeys.hostKey}`,
  before: null,
  after: knownAfterApply,
  cause: 'pending',
}

/** It was to leave service, or is new, and nobody has seen since that it serves. */
const serviceDiff: Diff<'server'> = { path: 'health', before: 'not seen', after: 'seen', cause: 'pending' }

function canBeSeen({ live }: World, { rolling, state }: ServerSpec): boolean {
  return rolling !== undefined && state === 'running' && !(live.stack.hostsLeftOut === true && rolling.health)
}

/** Whether set-up commands stand in the file that were not run; where there are no hosts, that stays so. */
function owesSetup(world: World, spec: ServerSpec, applied: AppliedRecord | undefined): boolean {
  const word = ignoredPaths('server', spec).has('setup') ? undefined : setupWord(spec)
  return word !== undefined && applied?.setup !== world.digest(word)
}

function isEntered(inside: Inside): boolean {
  return inside === 'unread' || inside === 'unasked' || inside === 'known' || inside === 'started'
}
