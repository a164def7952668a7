import type { Address } from '../model/address.js'
import type { ServerSpec, VolumeSpec } from '../model/stack-spec.js'
import { compareText } from '../model/address-order.js'
import { parseApplied, type AppliedKey, type AppliedRecord } from '../model/applied.js'
import { knownAfterApply, type Diff } from '../model/change.js'
import { compareProperties, createDiffs, existsDiff, recordOf, sortedDiffs } from './compare/comparison.js'
import { lastingTags, tagWork, type TagWork } from './compare/desired-tags.js'
import { imageDiffs, noteUserData, rootVolumeDiffs } from './launch-differences.js'
import { imageKey, type LiveServer } from '../model/live-stack.js'
import { loginUser } from '../model/login-user.js'
import { mutabilityOf } from '../model/mutability.js'
import { recordChange, refuse, type Planning } from './planning.js'
import { reasonFor, reasonForCreate } from './compare/reasons.js'
import { factsOf, insideOf, isRunning, newFate, type Inside, type ServerFate } from './server-fate.js'
import { imageOf, serverProperties, serverWishes, serverWords, subnetOf } from './server-properties.js'
import { serverZone } from './server-zone.js'
import { tagKeys, type Tags } from '../model/tags.js'

/** Decides what becomes of every server, in the file and live. */
export function decideServers(planning: Planning): void {
  for (const spec of planning.spec.servers) {
    if (planning.blocked.has(spec.address)) continue
    const live = planning.live.servers.get(spec.address)
    const own = planning.volumesByServer.get(spec.address) ?? []
    const fate = live ? decideExisting(planning, spec, live, own) : decideNew(planning, spec, undefined, own)
    if (fate) planning.fates.set(spec.address, fate)
  }
  for (const [address, live] of planning.live.servers) {
    if (!planning.fates.has(address) && !planning.blocked.has(address)) {
      const fate = decideRemoval(planning, address, live)
      if (fate) planning.fates.set(address, fate)
    }
  }
}

/** Tags that a server keeps for good. The login user is left out where nothing is known of the image. */
export function serverTags(planning: Planning, spec: ServerSpec): Tags {
  const image = imageOf(planning, spec)
  return lastingTags(planning, spec.address, spec.tags, {
    ...(spec.user === undefined && !image ? {} : { [tagKeys.user]: loginUser(spec, image) }),
    ...(spec.protect ? { [tagKeys.protect]: 'true' } : {}),
  })
}

function decideNew(
  planning: Planning,
  spec: ServerSpec,
  replaced: { readonly live: LiveServer; readonly diffs: readonly Diff[]; readonly reason: string } | undefined,
  volumes: readonly VolumeSpec[],
): ServerFate | undefined {
  const { address } = spec
  const image = imageOf(planning, spec)
  if (!image) {
    return refused(
      planning,
      address,
      'PLAN_IMAGE_NOT_FOUND',
      `no image is ${imageKey(spec.image)}, which the file names for ${address}`,
    )
  }
  if (spec.subnet && !subnetOf(planning, spec)) {
    return refused(planning, address, 'PLAN_SUBNET_NOT_FOUND', `no subnet fits what the file says of ${address}`)
  }
  const zone = serverZone(planning, spec, replaced?.live, volumes)
  if (zone === undefined) {
    return refused(planning, address, 'PLAN_ZONE_NOT_FOUND', `no zone of ${planning.live.stack.region} is available`)
  }
  const wasThere = planning.live.ledger.has(address)
  const impossible = planning.live.stack.hostsImpossible !== undefined
  const record = recordOf(
    planning.digest,
    serverWords(spec).filter(({ key }) => !(impossible && key === 'setup')),
  )
  return newFate({
    address,
    spec,
    live: replaced?.live,
    action: replaced ? 'replace' : 'create',
    facts: factsOf(planning, address),
    inside: impossible ? 'impossible' : spec.state === 'stopped' ? 'closed' : 'new',
    runsAfter: spec.state === 'running',
    zone,
    decision: {
      draft: replaced
        ? { address, kind: 'replace', reason: replaced.reason, diffs: sortedDiffs(replaced.diffs) }
        : {
            address,
            kind: 'create',
            reason: reasonForCreate(wasThere),
            diffs: sortedDiffs([
              ...(wasThere ? [existsDiff] : []),
              ...createDiffs(serverWishes(planning, spec, image, zone), wasThere ? 'drift' : 'pending'),
            ]),
          },
      record,
      tagging: undefined,
      setupRuns: spec.setup.length > 0,
    },
  })
}

function decideExisting(
  planning: Planning,
  spec: ServerSpec,
  live: LiveServer,
  volumes: readonly VolumeSpec[],
): ServerFate | undefined {
  const { address } = spec
  const applied = parseApplied(live.tags[tagKeys.applied])
  const facts = factsOf(planning, address)
  const inside = insideOf(planning, spec, live, facts)
  const canRunSetup = inside !== 'impossible' && inside !== 'closed'
  const properties = serverProperties(planning, spec, live, applied, canRunSetup)
  const keptKeys = new Set<AppliedKey>(canRunSetup ? [] : ['setup'])
  const diffs: Diff[] = [
    ...compareProperties(planning.digest, applied, properties),
    ...imageDiffs(planning, spec, live, applied, keptKeys),
    ...rootVolumeDiffs(planning, spec, live, applied, keptKeys),
  ]
  noteUserData(planning, spec, applied, keptKeys)
  const forcing = diffs.filter((diff) => mutabilityOf('server', diff.path).how === 'replacement')
  const first = forcing[0]
  if (first) {
    if (spec.protect) {
      const message = `${address} is protected from termination, and ${mutabilityOf('server', first.path).because}`
      return refused(planning, address, 'PLAN_PROTECTED', message, 'set protect: false to let it be replaced')
    }
    const marked = diffs.map((diff) =>
      forcing.includes(diff) ? { ...diff, forcesReplacement: mutabilityOf('server', diff.path).because } : diff,
    )
    const reason = mutabilityOf('server', first.path).because
    return decideNew(planning, spec, { live, diffs: marked, reason }, volumes)
  }
  const record = keepApplied(recordOf(planning.digest, serverWords(spec)), applied, keptKeys)
  const tags = tagWork(planning, live.tags, spec.tags, serverTags(planning, spec), record, {
    quiet: [tagKeys.protect],
    alone: diffs.length === 0,
  })
  const all = sortedDiffs([...diffs, ...tags.diffs, ...hostKeyDiffs(live, inside)])
  return newFate({
    address,
    spec,
    live,
    action: 'keep',
    facts,
    inside,
    runsAfter: spec.state === 'running',
    zone: live.zone,
    decision: {
      draft: { address, kind: all.length > 0 ? 'update' : 'none', reason: reasonFor(all), diffs: all },
      record,
      tagging: withoutProtectTag(spec, live, tags),
      setupRuns: diffs.some(({ path }) => path === 'setup'),
    },
  })
}

/** Protection that the file no longer asks for leaves no tag behind. */
function withoutProtectTag(spec: ServerSpec, live: LiveServer, work: TagWork): TagWork {
  if (spec.protect || live.tags[tagKeys.protect] === undefined) return work
  return { ...work, removeTags: [...work.removeTags, tagKeys.protect].sort(compareText) }
}

/** The tag that holds a server's host key, as it stands in reports. */
export const hostKeyPath = `tags.${tagKeys.hostKey}`

/** A server whose host key is not pinned cannot be looked into: an apply was cut off before its first connection. */
function hostKeyDiffs(live: LiveServer, inside: Inside): readonly Diff[] {
  const isEntered = inside === 'unread' || inside === 'unasked' || inside === 'known' || inside === 'started'
  if (!isEntered || live.tags[tagKeys.hostKey] !== undefined) return []
  return [{ path: hostKeyPath, before: null, after: knownAfterApply, cause: 'pending' }]
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

/** A protected server goes only where the file, which names it still, says that it is not protected any more. */
function decideRemoval(planning: Planning, address: Address, live: LiveServer): ServerFate | undefined {
  const spec = planning.destroying?.servers.find((server) => server.address === address)
  if (live.tags[tagKeys.protect] === 'true' && spec?.protect !== false) {
    const message = `${address} (${live.id}) is protected from termination`
    return refused(planning, address, 'PLAN_PROTECTED', message, 'apply it with protect: false first')
  }
  const facts = factsOf(planning, address)
  return newFate({
    address,
    spec: undefined,
    live,
    action: 'remove',
    facts,
    inside: planning.live.stack.hostsImpossible === undefined && isRunning(live) ? 'known' : 'closed',
    runsAfter: false,
    zone: live.zone,
    decision: undefined,
  })
}

function refused(
  planning: Planning,
  address: Address,
  code: Parameters<typeof refuse>[2],
  message: string,
  hint?: string,
): undefined {
  refuse(planning, address, code, message, hint)
  recordChange(planning, { address, kind: 'none', reason: message, diffs: [] })
  return undefined
}
