import type { KeyPairSpec } from '../model/stack-spec.js'
import { parseApplied } from '../model/applied.js'
import {
  compareProperties,
  createDiffs,
  existsDiff,
  recordOf,
  removedDiff,
  sortedDiffs,
  type Property,
} from './compare/comparison.js'
import { creationTags, lastingTags, tagWork, userTagsWord } from './compare/desired-tags.js'
import type { LiveKeyPair } from '../model/live-stack.js'
import { mutabilityOf } from '../model/mutability.js'
import { keyNameOf } from './server-properties.js'
import { recordChange, warn, type Planning } from './planning.js'
import { reasonFor, reasonForCreate, reasonForRemoval } from './compare/reasons.js'
import { stepId } from './graph/step-graph.js'
import { tagKeys } from '../model/tags.js'

/** Plans every key pair, in the file and live. */
export function planKeyPairs(planning: Planning): void {
  for (const spec of planning.spec.keyPairs) {
    if (planning.blocked.has(spec.address)) continue
    const live = planning.live.keyPairs.get(spec.address)
    if (live) planExisting(planning, spec, live)
    else planNew(planning, spec)
  }
  for (const [address, live] of planning.live.keyPairs) {
    if (!planning.changes.has(address)) planRemoval(planning, live)
  }
}

function planNew(planning: Planning, spec: KeyPairSpec): void {
  const { address } = spec
  const wasThere = planning.live.ledger.has(address)
  const publicKey = planning.live.stack.publicKeys[address]
  addImport(planning, spec)
  recordChange(planning, {
    address,
    kind: 'create',
    reason: reasonForCreate(wasThere),
    diffs: sortedDiffs([
      ...(wasThere ? [existsDiff] : []),
      ...createDiffs({ publicKey: publicKey ?? '(generated on this machine)' }, wasThere ? 'drift' : 'pending'),
    ]),
  })
}

function planExisting(planning: Planning, spec: KeyPairSpec, live: LiveKeyPair): void {
  const { address } = spec
  const applied = parseApplied(live.tags[tagKeys.applied])
  const publicKey = planning.live.stack.publicKeys[address]
  if (publicKey === undefined && spec.publicKey === undefined) {
    warn(
      planning,
      address,
      'PLAN_KEY_NOT_HERE',
      `the private half of ${address} was generated on another machine`,
      'servers cannot be entered from here, unless the SSH agent has the key',
    )
  }
  const properties = keyProperties(planning, spec, live)
  const changed = compareProperties(planning.digest, applied, properties)
  if (changed.length > 0) {
    const diffs = changed.map((diff) => ({ ...diff, forcesReplacement: mutabilityOf('keyPair', diff.path).because }))
    planning.steps.add('delete-key-pair', address, { keyPairId: live.id })
    addImport(planning, spec)
    recordChange(planning, { address, kind: 'replace', reason: reasonFor(diffs), diffs })
    warn(
      planning,
      address,
      'PLAN_KEY_REPLACED',
      `servers that run with ${address} keep the key that they were launched with`,
      'add the new key to authorized_keys on them, or replace them',
    )
    return
  }
  const record = recordOf(planning.digest, [...properties, { key: 'tags', word: userTagsWord(spec.tags) }])
  const work = tagWork(planning, live.tags, spec.tags, lastingTags(planning, address, spec.tags), record, {
    alone: true,
  })
  if (Object.keys(work.tags).length > 0 || work.removeTags.length > 0) {
    planning.steps.add('tag-resource', address, { target: address, tags: work.tags, removeTags: work.removeTags })
  }
  const diffs = sortedDiffs(work.diffs)
  recordChange(planning, { address, kind: diffs.length > 0 ? 'update' : 'none', reason: reasonFor(diffs), diffs })
}

/** Only where both keys are known can they be compared. */
function keyProperties(planning: Planning, spec: KeyPairSpec, live: LiveKeyPair): readonly Property[] {
  const publicKey = planning.live.stack.publicKeys[spec.address]
  const isKnown = publicKey !== undefined && live.publicKey !== undefined
  return [
    {
      path: 'publicKey',
      key: 'key',
      word: keyWord(planning, spec),
      before: live.publicKey ?? null,
      after: publicKey ?? null,
      equal: !isKnown || publicKey === live.publicKey,
    },
  ]
}

/** The key itself where the file names one; a generated one is a word, the same on every machine. */
function keyWord(planning: Planning, spec: KeyPairSpec): string {
  return spec.publicKey === undefined ? 'generated' : (planning.live.stack.publicKeys[spec.address] ?? 'unknown')
}

function addImport(planning: Planning, spec: KeyPairSpec): void {
  const record = recordOf(planning.digest, [
    { key: 'key', word: keyWord(planning, spec) },
    { key: 'tags', word: userTagsWord(spec.tags) },
  ])
  planning.steps.add(
    'import-key-pair',
    spec.address,
    {
      keyName: keyNameOf(planning, spec.address),
      publicKey: planning.live.stack.publicKeys[spec.address],
      tags: creationTags(planning, lastingTags(planning, spec.address, spec.tags), record),
    },
    { needs: [stepId('delete-key-pair', spec.address)] },
  )
}

function planRemoval(planning: Planning, live: LiveKeyPair): void {
  const needs = [...planning.fates.values()]
    .filter(({ action }) => action === 'remove' || action === 'replace')
    .filter((fate) => fate.live?.keyName === live.keyName)
    .map((fate) => stepId('terminate-server', fate.address))
  planning.steps.add('delete-key-pair', live.address, { keyPairId: live.id }, { needs })
  recordChange(planning, {
    address: live.address,
    kind: 'remove',
    reason: reasonForRemoval(planning.destroying !== undefined),
    diffs: [removedDiff],
  })
}
