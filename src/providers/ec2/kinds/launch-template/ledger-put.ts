import { randomUUID } from 'node:crypto'
import { ledgerPartBytesMax, ledgerPartsMax } from '../../../../model/ledger/ledger-room.js'
import type { RunNote } from '../../../../model/ledger/run-note.js'
import { tagKeys } from '../../../../model/tags.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import { lookUntilSeen } from '../../tags/ownership.js'
import { tagListOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { encodeLedger, listOfParts, partsOfLedger, type LedgerContent } from './ledger-codec.js'
import { emptyLedger } from './ledger-merge.js'
import { findLedger, ledgerRoles } from './ledger-place.js'
import {
  absentAsUndefined,
  ledgerName,
  readCommittedVersion,
  versionsKept,
  versionsPerCall,
  type StandingLedger,
} from './ledger-versions.js'

export interface LedgerOrder {
  readonly stack: string
  /** Of its template; undefined: not known, or not there. */
  readonly id: string | undefined
  readonly content: LedgerContent
  /** What its writer knows; undefined: it has not looked, and writes over what stands there. */
  readonly known: StandingLedger | 'none' | undefined
  /** Of the run that writes. */
  readonly note: RunNote | undefined
}

export interface WrittenLedger {
  readonly templateId: string
  readonly version: number
  /** False: somebody wrote in between. */
  readonly knewAll: boolean
}

/** Writes the content as the newest version, and makes the template where there is none. */
export async function putLedger(api: Ec2Api, order: LedgerOrder): Promise<WrittenLedger> {
  const written = order.id === undefined ? undefined : await addTo(api, order.id, order)
  return written ?? createLedger(api, order)
}

/** Chosen: what thirty thousand ids take. Each part is a call more in every writing. */
const bytesWithIdsMax = 24 * ledgerPartBytesMax

/** Makes the template; where it is there already, the content becomes its newest version. */
async function createLedger(api: Ec2Api, order: LedgerOrder): Promise<WrittenLedger> {
  const { stack, content, note } = order
  const whole = encodeLedger(content, 0, note)
  const isLarge = whole.length > ledgerPartBytesMax
  try {
    const output = await api.call('CreateLaunchTemplate', {
      LaunchTemplateName: ledgerName(stack),
      LaunchTemplateData: templateDataOf(isLarge ? encodeLedger(emptyLedger, 0) : whole),
      ClientToken: randomUUID(),
      TagSpecifications: [
        {
          ResourceType: 'launch-template',
          Tags: tagListOf({ [tagKeys.stack]: stack, [tagKeys.role]: ledgerRoles.now, Name: ledgerName(stack) }),
        },
      ],
    })
    const templateId = output.LaunchTemplate?.LaunchTemplateId ?? ''
    api.young.note(templateId)
    const first = { templateId, version: 1, knewAll: true }
    if (!isLarge) return first
    const known = { ...first, format: 2, content: emptyLedger, isMerged: false } as const
    return (await addTo(api, templateId, { ...order, known })) ?? first
  } catch (error) {
    if (!hasAwsCode(error, 'InvalidLaunchTemplateName.AlreadyExistsException')) throw error
    const found = await lookUntilSeen(api, () => findLedger(api, stack))
    if (found === undefined) throw error
    // Before anything stands in it that a client of the first format could not read, and would write over.
    if (found.role === ledgerRoles.first) {
      await api.call('CreateTags', { Resources: [found.id], Tags: tagListOf({ [tagKeys.role]: ledgerRoles.now }) })
    }
    const written = await addTo(api, found.id, order)
    if (written) return written
    throw error
  }
}

/** Adds the version that holds the whole, or those of its parts and then the list of them. Undefined: the template is gone. */
async function addTo(
  api: Ec2Api,
  templateId: string,
  { stack, content, known, note }: LedgerOrder,
): Promise<WrittenLedger | undefined> {
  const after =
    known === undefined ? undefined : known === 'none' || known.templateId !== templateId ? 0 : known.version
  const whole = fitting(content, after, note)
  const isWhole = whole.length <= ledgerPartBytesMax
  const bytes = isWhole ? whole : fitting(content, after, undefined)
  const versions: number[] = []
  if (!isWhole) {
    const committed = after !== undefined && after > 0 ? after : await readCommittedVersion(api, templateId)
    if (committed === undefined) return undefined
    const parts = partsOfLedger(bytes, committed)
    if (parts.length > ledgerPartsMax) throw tooLarge(stack, bytes.length)
    // One after the other: the numbers are EC2's, and the bucket for these calls holds a hundred.
    for (const part of parts) {
      const version = await addVersion(api, templateId, part)
      if (version === undefined) return undefined
      versions.push(version)
    }
  }
  const last = versions.length > 0 ? listOfParts(versions, bytes, after, note) : bytes
  const version = await addVersion(api, templateId, last)
  if (version === undefined) return undefined
  await prune(api, templateId, { first: Math.min(version, ...versions), newest: version })
  return { templateId, version, knewAll: after === undefined || version === after + versions.length + 1 }
}

/** Ids are left out where all together would have no room: they only make a look quicker. */
function fitting(content: LedgerContent, after: number | undefined, note: RunNote | undefined): Uint8Array {
  const bytes = encodeLedger(content, after, note)
  if (bytes.length <= bytesWithIdsMax || !content.ids) return bytes
  return encodeLedger({ ...content, ids: undefined }, after, note)
}

function tooLarge(stack: string, bytes: number) {
  return providerError(
    'EC2_LEDGER_TOO_LARGE',
    'bad-request',
    `the ledger of ${stack} takes ${bytes} bytes; there is room for ${ledgerPartsMax * ledgerPartBytesMax}`,
    { hint: 'give servers of one kind one entry with `count`, or split the stack' },
  )
}

/** Its number; undefined when the template is gone. */
async function addVersion(api: Ec2Api, id: string, bytes: Uint8Array): Promise<number | undefined> {
  const output = await absentAsUndefined(
    api.call('CreateLaunchTemplateVersion', {
      LaunchTemplateId: id,
      LaunchTemplateData: templateDataOf(bytes),
      ClientToken: randomUUID(),
    }),
  )
  return output && (output.LaunchTemplateVersion?.VersionNumber ?? 0)
}

function templateDataOf(bytes: Uint8Array): { UserData: string } {
  return { UserData: Buffer.from(bytes).toString('base64') }
}

/**
 * Drops versions beyond those kept before the first that the ledger needs. The default one cannot be dropped, so the newest
 * becomes it. Best effort: it only tidies.
 */
async function prune(
  api: Ec2Api,
  id: string,
  { first, newest }: { readonly first: number; readonly newest: number },
): Promise<void> {
  const oldest = first - versionsKept
  if (oldest < 1) return
  // As many again as were added, so that what a refused call has left goes too.
  const count = Math.min(versionsPerCall, oldest, Math.max(10, 2 * (newest - first + 1)))
  const Versions = Array.from({ length: count }, (_, back) => String(oldest - back))
  try {
    await api.call('ModifyLaunchTemplate', {
      LaunchTemplateId: id,
      DefaultVersion: String(newest),
      ClientToken: randomUUID(),
    })
    await api.call('DeleteLaunchTemplateVersions', { LaunchTemplateId: id, Versions })
  } catch (error) {
    if (!isOfClass(error, 'absent', 'auth', 'permission', 'bad-request', 'wait-state', 'throttle')) throw error
  }
}
