import { LockError } from '../../../../core/errors.js'
import type { LedgerRequest } from '../../../../executor/ports.js'
import type { Address } from '../../../../model/address.js'
import { tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import type { LedgerContent } from './ledger-codec.js'
import { knownLedger, noteLedger } from './ledger-memory.js'
import { checkOurs, findLedger, readLaunchTemplate } from './ledger-place.js'
import { putLedger } from './ledger-put.js'
import { absentAsUndefined, readStanding, readStandingAt } from './ledger-versions.js'

export interface Ledger extends LedgerContent {
  /** Undefined: written in the first format, so that its template is looked at before it is written again. */
  readonly id: string | undefined
}

/**
 * What the stack's ledger says; undefined when there is none, or when what is there is no ledger. Rejects when it is one
 * that cannot be read: what it knows must not be taken for nothing. What this client writes later is written after it.
 */
export async function readLedger(api: Ec2Api, stack: string): Promise<Ledger | undefined> {
  const standing = await readStanding(api, stack)
  if (knownLedger(api, stack) !== 'taken-away') noteLedger(api, stack, standing ?? 'none')
  if (!standing) return undefined
  return { id: standing.format === 1 ? undefined : standing.templateId, ...standing.content }
}

/**
 * Writes the ledger as a new version, or makes it; one that says nothing is removed. Returns its id, or undefined once
 * removed. One that is too large for a version is written in parts, and holds from the moment in which the list of them
 * is written: a run that is stopped before leaves what was there.
 *
 * EC2 has no write that asks what stands there, but it counts versions: a number that is not the next one says that somebody
 * wrote in between. What they wrote is put together with this; where they ended the lease under which this is written
 * (`isForLock`), it rejects with a LockError, and nothing more is written: readers put both together themselves.
 */
export async function writeLedger(asking: Ec2Api, request: LedgerRequest): Promise<string | undefined> {
  const { stack, addresses, wishes = [], epoch, isForLock = false, note } = request
  const api = isForLock ? unguarded(asking) : asking
  const known = knownLedger(api, stack)
  if (known === 'taken-away') throw takenAway(stack)
  const standing = known === undefined || known === 'none' ? undefined : known
  if (addresses.length + wishes.length === 0 && epoch === undefined) {
    const id = request.id ?? (await findLedger(api, stack))?.id
    if (id !== undefined) await removeLedger(api, stack, id, standing?.templateId === id ? standing.version : undefined)
    noteLedger(api, stack, 'none')
    return undefined
  }
  const ended = isForLock ? 1 : 0
  let content: LedgerContent = {
    addresses,
    wishes,
    epoch,
    ids: idsOf(addresses, standing?.content.ids, request.ids),
    fence: (standing?.content.fence ?? 0) + ended,
  }
  let written = await putLedger(api, { stack, id: request.id, content, known: known && (standing ?? 'none'), note })
  while (!written.knewAll) {
    const both = await readStandingAt(api, { stack, ...written })
    // What came in between was never finished.
    if (!both.isMerged) break
    const fence = both.content.fence ?? 0
    if (!isForLock && fence > (content.fence ?? 0)) {
      noteLedger(api, stack, 'taken-away')
      throw takenAway(stack)
    }
    content = { ...both.content, fence: fence + ended }
    written = await putLedger(api, { stack, id: written.templateId, content, known: both, note })
  }
  const { templateId, version } = written
  noteLedger(api, stack, { templateId, version, format: 2, content, isMerged: false })
  return templateId
}

function idsOf(
  addresses: readonly Address[],
  before: LedgerContent['ids'],
  now: LedgerRequest['ids'] = {},
): LedgerContent['ids'] {
  const pairs = addresses.flatMap((address) => {
    const id = now[address] ?? before?.get(address)
    return id === undefined ? [] : [[address, id] as const]
  })
  return pairs.length === 0 ? undefined : new Map(pairs)
}

function takenAway(stack: string): LockError {
  const message = `the ledger of ${stack} was written by somebody else since this run had read it: its lease was ended`
  return new LockError('LOCK_LOST', message, {
    hint: 'nothing was changed since that was noticed; look at `evenkeel lock show`, then run the same command again: it goes on from there',
  })
}

function unguarded(api: Ec2Api): Ec2Api {
  return { ...api, call: (action, input, options) => api.call(action, input, { ...options, isForLock: true }) }
}

/** `known`: its newest version as this client knows it. */
async function removeLedger(api: Ec2Api, stack: string, id: string, known: number | undefined): Promise<void> {
  const template = await absentAsUndefined(readLaunchTemplate(api, id))
  if (template === undefined) return
  checkOurs(stack, id, tagsOf(template.Tags))
  if (known !== undefined && (template.LatestVersionNumber ?? 0) > known) throw takenAway(stack)
  await absentAsUndefined(api.call('DeleteLaunchTemplate', { LaunchTemplateId: id }, { seen: true }))
  api.young.forget(id)
}
