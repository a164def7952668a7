import type { LaunchTemplate, LaunchTemplateVersion } from '@aws-sdk/client-ec2'
import { randomUUID } from 'node:crypto'
import type { LedgerRequest } from '../../../../executor/ports.js'
import { ledgerPartBytesMax, ledgerPartsMax } from '../../../../model/ledger/ledger-room.js'
import { tagKeys, type Tags } from '../../../../model/tags.js'
import type { Ec2Api } from '../../wire/api.js'
import { chunksOf, readAll } from '../../wire/pages.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import {
  decodeLedger,
  encodeLedger,
  joinedLedger,
  listOfParts,
  partsOfLedger,
  type LedgerContent,
  type LedgerVersion,
} from './ledger-codec.js'
import { lookUntilSeen } from '../../tags/ownership.js'
import { tagListOf, tagsOf } from '../../tags/tag-lists.js'

/** Old versions of a ledger are its history; EC2 keeps 10,000 at most. */
const versionsKept = 50
/** EC2 deletes and describes so many versions in a call. */
const versionsPerCall = 200

/** The role of the template in its tags. A client that knows the first format alone takes one of the second for another's. */
const role = 'ledger-2'
const roleOfFormat1 = 'ledger'

export interface Ledger extends LedgerContent {
  /** Undefined: written in the first format, so that its template is looked at before it is written again. */
  readonly id: string | undefined
}

/** The name of a stack's ledger; launch template names are unique in an account and region. */
function ledgerName(stack: string): string {
  return `evenkeel-${stack}`
}

/**
 * What the stack's ledger says; undefined when there is none, or when what is there is no ledger. Rejects when it is one
 * that cannot be read: what it knows must not be taken for nothing.
 */
export async function readLedger(api: Ec2Api, stack: string): Promise<Ledger | undefined> {
  const output = await absentAsUndefined(
    api.call('DescribeLaunchTemplateVersions', { LaunchTemplateName: ledgerName(stack), Versions: ['$Latest'] }),
  )
  const latest = output?.LaunchTemplateVersions?.[0]
  const id = latest?.LaunchTemplateId
  const bytes = userDataOf(latest)
  if (id === undefined || bytes === undefined) return undefined
  const found = decodeLedger(bytes)
  return found && wholeLedger(api, stack, id, found)
}

/** Follows a version to the ledger that it is, lists, or was written after. */
async function wholeLedger(api: Ec2Api, stack: string, id: string, found: LedgerVersion): Promise<Ledger> {
  switch (found.kind) {
    case 'whole':
      return {
        id: found.format === 1 ? undefined : id,
        addresses: found.addresses,
        wishes: found.wishes,
        ...(found.epoch && { epoch: found.epoch }),
      }
    case 'part': {
      // Whoever wrote it was stopped before the list of the parts: what was there before still holds.
      const [before] = await readVersions(api, id, [found.committed])
      const committed = before && decodeLedger(before)
      if (committed?.kind === 'whole' || committed?.kind === 'list') return wholeLedger(api, stack, id, committed)
      throw unreadable(stack, `its version ${found.committed} is missing, or damaged`)
    }
    case 'list': {
      const parts = (await readVersions(api, id, found.parts)).map((bytes) => decodeLedger(bytes))
      const joined = joinedLedger(
        found,
        parts.flatMap((part) => (part?.kind === 'part' ? [part.bytes] : [])),
      )
      if (joined?.kind === 'whole' || joined?.kind === 'newer') return wholeLedger(api, stack, id, joined)
      throw unreadable(stack, `a part of it is missing, or damaged`)
    }
    case 'newer':
      throw unreadable(stack, `a newer evenkeel wrote it (format ${found.format})`, 'use that one, or a newer one')
  }
}

function unreadable(stack: string, why: string, hint?: string) {
  return providerError(
    'EC2_LEDGER_UNREADABLE',
    'bad-request',
    `the ledger of ${stack} (the launch template ${ledgerName(stack)}) cannot be read: ${why}`,
    {
      hint:
        hint ??
        'try again in a minute; if it stays so, delete that launch template: what the stack has is found by its tags, and what was asked for and is not done yet is to be asked for again',
    },
  )
}

/** The user data of these versions, in this order; those that are gone are left out. */
async function readVersions(api: Ec2Api, id: string, versions: readonly number[]): Promise<readonly Uint8Array[]> {
  const chunks = await Promise.all(
    chunksOf(versions.map(String), versionsPerCall).map((Versions) =>
      absentAsUndefined(
        readAll(
          api,
          'DescribeLaunchTemplateVersions',
          { LaunchTemplateId: id, Versions: [...Versions] },
          (output) => output.LaunchTemplateVersions,
        ),
      ),
    ),
  )
  const found = new Map(chunks.flatMap((chunk) => chunk ?? []).map((version) => [version.VersionNumber, version]))
  return versions.flatMap((version) => userDataOf(found.get(version)) ?? [])
}

function userDataOf(version: LaunchTemplateVersion | undefined): Uint8Array | undefined {
  const text = version?.LaunchTemplateData?.UserData
  return text === undefined ? undefined : Buffer.from(text, 'base64')
}

/**
 * Writes the ledger as a new version, or makes it; one that says nothing is removed. Returns its id, or undefined once
 * removed. One that is too large for a version is written in parts, and holds from the moment in which the list of them
 * is written: a run that is stopped before leaves what was there.
 */
export async function writeLedger(asking: Ec2Api, request: LedgerRequest): Promise<string | undefined> {
  const { stack, addresses, wishes = [], epoch } = request
  const api = request.isForLock === true ? unguarded(asking) : asking
  if (addresses.length + wishes.length === 0 && epoch === undefined) {
    const id = request.id ?? (await findLedger(api, stack))?.id
    if (id !== undefined) await removeLedger(api, stack, id)
    return undefined
  }
  const bytes = encodeLedger({ addresses, wishes, epoch })
  if (bytes.length <= ledgerPartBytesMax) {
    const written = request.id !== undefined && (await addNewest(api, request.id, bytes))
    return written && request.id !== undefined ? request.id : createLedger(api, stack, bytes)
  }
  const written = request.id !== undefined && (await addParts(api, stack, request.id, bytes))
  if (written && request.id !== undefined) return request.id
  const id = await createLedger(api, stack, encodeLedger({ addresses: [], wishes: [] }), 'keep')
  await addParts(api, stack, id, bytes)
  return id
}

function unguarded(api: Ec2Api): Ec2Api {
  return { ...api, call: (action, input, options) => api.call(action, input, { ...options, isForLock: true }) }
}

/** Makes the template with these bytes; where it is there already, they become its newest version, unless it is to be kept. */
async function createLedger(api: Ec2Api, stack: string, bytes: Uint8Array, standing?: 'keep'): Promise<string> {
  try {
    const output = await api.call('CreateLaunchTemplate', {
      LaunchTemplateName: ledgerName(stack),
      LaunchTemplateData: templateDataOf(bytes),
      ClientToken: randomUUID(),
      TagSpecifications: [
        {
          ResourceType: 'launch-template',
          Tags: tagListOf({ [tagKeys.stack]: stack, [tagKeys.role]: role, Name: ledgerName(stack) }),
        },
      ],
    })
    const id = output.LaunchTemplate?.LaunchTemplateId ?? ''
    api.young.note(id)
    return id
  } catch (error) {
    if (!hasAwsCode(error, 'InvalidLaunchTemplateName.AlreadyExistsException')) throw error
    const found = await lookUntilSeen(api, () => findLedger(api, stack))
    if (found === undefined) throw error
    // Before anything stands in it that a client of the first format could not read, and would write over.
    if (found.role === roleOfFormat1) {
      await api.call('CreateTags', { Resources: [found.id], Tags: tagListOf({ [tagKeys.role]: role }) })
    }
    if (standing === 'keep' || (await addNewest(api, found.id, bytes))) return found.id
    throw error
  }
}

/** Adds the version that holds the whole ledger. False when the template is gone. */
async function addNewest(api: Ec2Api, id: string, bytes: Uint8Array): Promise<boolean> {
  const version = await addVersion(api, id, bytes)
  if (version === undefined) return false
  await prune(api, id, { first: version, newest: version })
  return true
}

/** Adds the versions that hold the parts, then the list of them. False when the template is gone. */
async function addParts(api: Ec2Api, stack: string, id: string, bytes: Uint8Array): Promise<boolean> {
  const committed = await committedVersion(api, id)
  if (committed === undefined) return false
  const parts = partsOfLedger(bytes, committed)
  if (parts.length > ledgerPartsMax) throw tooLarge(stack, bytes.length)
  const versions: number[] = []
  // One after the other: the numbers are EC2's, and the bucket for these calls holds a hundred.
  for (const part of parts) {
    const version = await addVersion(api, id, part)
    if (version === undefined) return false
    versions.push(version)
  }
  const newest = await addVersion(api, id, listOfParts(versions, bytes))
  if (newest === undefined) return false
  await prune(api, id, { first: Math.min(...versions), newest })
  return true
}

/** The version that holds the ledger as it is, or its list; undefined when the template is gone. */
async function committedVersion(api: Ec2Api, id: string): Promise<number | undefined> {
  const output = await absentAsUndefined(
    api.call('DescribeLaunchTemplateVersions', { LaunchTemplateId: id, Versions: ['$Latest'] }),
  )
  const latest = output?.LaunchTemplateVersions?.[0]
  const bytes = userDataOf(latest)
  const found = bytes && decodeLedger(bytes)
  return found?.kind === 'part' ? found.committed : latest?.VersionNumber
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

/** The template of that name; rejects when it is not a ledger of this stack. */
async function findLedger(
  api: Ec2Api,
  stack: string,
): Promise<{ readonly id: string; readonly role: string | undefined } | undefined> {
  const output = await absentAsUndefined(
    api.call('DescribeLaunchTemplates', { LaunchTemplateNames: [ledgerName(stack)] }),
  )
  const template = output?.LaunchTemplates?.[0]
  if (template?.LaunchTemplateId === undefined) return undefined
  const tags = tagsOf(template.Tags)
  checkOurs(stack, template.LaunchTemplateId, tags)
  return { id: template.LaunchTemplateId, role: tags[tagKeys.role] }
}

async function removeLedger(api: Ec2Api, stack: string, id: string): Promise<void> {
  const template = await absentAsUndefined(readLaunchTemplate(api, id))
  if (template === undefined) return
  checkOurs(stack, id, tagsOf(template.Tags))
  await absentAsUndefined(api.call('DeleteLaunchTemplate', { LaunchTemplateId: id }, { seen: true }))
  api.young.forget(id)
}

function checkOurs(stack: string, id: string, tags: Tags): void {
  const isLedger = [role, roleOfFormat1].includes(tags[tagKeys.role] ?? '')
  if (tags[tagKeys.stack] === stack && isLedger) return
  throw providerError(
    'EC2_NOT_OURS',
    'permission',
    `the launch template ${ledgerName(stack)} (${id}) is not the ledger of this stack`,
    {
      hint: `it lacks the tags ${tagKeys.stack}=${stack} and ${tagKeys.role}=${role}; rename the stack, or put the tags back if it is yours`,
    },
  )
}

export async function readLaunchTemplate(api: Ec2Api, id: string): Promise<LaunchTemplate | undefined> {
  const output = await api.call('DescribeLaunchTemplates', { LaunchTemplateIds: [id] })
  return output.LaunchTemplates?.find(({ LaunchTemplateId }) => LaunchTemplateId === id)
}

async function absentAsUndefined<Output>(answer: Promise<Output>): Promise<Output | undefined> {
  try {
    return await answer
  } catch (error) {
    if (isOfClass(error, 'absent')) return undefined
    throw error
  }
}
