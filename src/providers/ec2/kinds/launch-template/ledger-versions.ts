import type { LaunchTemplateVersion } from '@aws-sdk/client-ec2'
import { isOfClass, providerError } from '../../errors/provider-errors.js'
import { lookUntilSeen } from '../../tags/ownership.js'
import type { Ec2Api } from '../../wire/api.js'
import { chunksOf, readAll } from '../../wire/pages.js'
import { decodeLedger, joinedLedger, type LedgerContent, type LedgerVersion } from './ledger-codec.js'
import { knewAllBefore, ledgerOf, type Committed } from './ledger-merge.js'

/** Chosen: fifty runs or more. Old versions of a ledger are its history; EC2 keeps 10,000 at most. */
export const versionsKept = 100
/** EC2 deletes and describes so many versions in a call. */
export const versionsPerCall = 200

/** A ledger as it stands in its template. */
export interface StandingLedger {
  readonly templateId: string
  /** The newest version that counts; 0: none. */
  readonly version: number
  readonly format: 1 | 2
  readonly content: LedgerContent
  /** It is put together of versions whose writers did not know of each other. */
  readonly isMerged: boolean
}

/** The name of a stack's ledger; launch template names are unique in an account and region. */
export function ledgerName(stack: string): string {
  return `evenkeel-${stack}`
}

/** Reads the ledger from the newest version on; undefined when there is none, or when what is there is no ledger. */
export async function readStanding(api: Ec2Api, stack: string): Promise<StandingLedger | undefined> {
  const output = await absentAsUndefined(
    api.call('DescribeLaunchTemplateVersions', { LaunchTemplateName: ledgerName(stack), Versions: ['$Latest'] }),
  )
  const latest = output?.LaunchTemplateVersions?.[0]
  const templateId = latest?.LaunchTemplateId
  const bytes = userDataOf(latest)
  if (templateId === undefined || bytes === undefined) return undefined
  const found = decodeLedger(bytes)
  return found && standingAt(api, { stack, templateId, version: latest?.VersionNumber ?? 0 }, found)
}

/** The version that holds the ledger as it is, or its list; undefined when the template is gone. */
export async function readCommittedVersion(api: Ec2Api, templateId: string): Promise<number | undefined> {
  const output = await absentAsUndefined(
    api.call('DescribeLaunchTemplateVersions', { LaunchTemplateId: templateId, Versions: ['$Latest'] }),
  )
  const latest = output?.LaunchTemplateVersions?.[0]
  const bytes = userDataOf(latest)
  const found = bytes && decodeLedger(bytes)
  return found?.kind === 'part' ? found.committed : latest?.VersionNumber
}

/** The ledger as this version of its template leaves it, which was just written. */
export async function readStandingAt(api: Ec2Api, place: LedgerPlace): Promise<StandingLedger> {
  const found = await lookUntilSeen(api, async () => (await readVersions(api, place.templateId, [place.version]))[0])
  const decoded = found && decodeLedger(found.bytes)
  if (!decoded) throw unreadable(place.stack, `its version ${place.version} is missing, or damaged`)
  return standingAt(api, place, decoded)
}

interface LedgerPlace {
  readonly stack: string
  readonly templateId: string
  readonly version: number
}

/** Follows a version to the ledger that it is, lists, or was written after, with those that its writer did not know. */
async function standingAt(api: Ec2Api, place: LedgerPlace, found: LedgerVersion): Promise<StandingLedger> {
  const { stack, templateId, version } = place
  if (found.kind === 'newer') throw newer(stack, found.format)
  // Whoever wrote a part was stopped before the list of the parts: what was there before still holds.
  const before = found.kind === 'part' ? found.committed : found.after
  const own = found.kind === 'list' ? found.parts : []
  const isAlone = found.kind !== 'part' && (before === undefined || version === before + own.length + 1)
  const earlier = isAlone || before === undefined ? [] : await readWindow(api, place, before)
  const chain: Committed[] = []
  for (const { version: number, bytes } of earlier) {
    const decoded = own.includes(number) ? undefined : decodeLedger(bytes)
    const committed = decoded && (await committedOf(api, place, number, decoded))
    if (committed) chain.push(committed)
  }
  const last = await committedOf(api, place, version, found)
  if (last) chain.push(last)
  const newest = chain.at(-1)
  if (newest === undefined) throw unreadable(stack, `its version ${before} is missing, or damaged`)
  const format = found.kind === 'whole' ? found.format : 2
  return {
    templateId,
    version: newest.version,
    format,
    content: ledgerOf(chain),
    isMerged: !chain.every(knewAllBefore),
  }
}

async function committedOf(
  api: Ec2Api,
  { stack, templateId }: LedgerPlace,
  version: number,
  found: LedgerVersion,
): Promise<Committed | undefined> {
  switch (found.kind) {
    case 'whole':
      return { version, after: found.after, content: contentOf(found) }
    case 'list': {
      const parts = (await readVersions(api, templateId, found.parts)).map(({ bytes }) => decodeLedger(bytes))
      const joined = joinedLedger(
        found,
        parts.flatMap((part) => (part?.kind === 'part' ? [part.bytes] : [])),
      )
      if (joined?.kind === 'newer') throw newer(stack, joined.format)
      if (joined?.kind === 'whole') return { version, after: found.after, content: contentOf(joined) }
      throw unreadable(stack, `a part of it is missing, or damaged`)
    }
    case 'newer':
      throw newer(stack, found.format)
    case 'part':
      return undefined
  }
}

function contentOf({ addresses, wishes, epoch, ids, fence }: LedgerContent): LedgerContent {
  return { addresses, wishes, ...(epoch && { epoch }), ...(ids && { ids }), ...(fence !== undefined && { fence }) }
}

interface VersionBytes {
  readonly version: number
  readonly bytes: Uint8Array
}

/** Those from `first` to the one before the place's, as far as they are there; older ones are tidied away. */
async function readWindow(
  api: Ec2Api,
  { templateId, version }: LedgerPlace,
  first: number,
): Promise<readonly VersionBytes[]> {
  let found: readonly VersionBytes[] = []
  // EC2 gives no number twice: one of late that is not shown is not everywhere yet.
  const lateFirst = Math.max(1, first, version - versionsKept)
  await lookUntilSeen(api, async () => {
    const shown = await absentAsUndefined(
      readAll(
        api,
        'DescribeLaunchTemplateVersions',
        { LaunchTemplateId: templateId, MinVersion: String(Math.max(1, first)), MaxVersion: String(version - 1) },
        (output) => output.LaunchTemplateVersions,
      ),
    )
    found = (shown ?? [])
      .flatMap((item) => {
        const bytes = userDataOf(item)
        return bytes && item.VersionNumber !== undefined ? { version: item.VersionNumber, bytes } : []
      })
      .sort((left, right) => left.version - right.version)
    const late = (shown ?? []).filter(({ VersionNumber = 0 }) => VersionNumber >= lateFirst)
    return late.length >= version - lateFirst ? true : undefined
  })
  return found
}

/** The user data of these versions, in this order; those that are gone are left out. */
async function readVersions(api: Ec2Api, id: string, versions: readonly number[]): Promise<readonly VersionBytes[]> {
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
  return versions.flatMap((version) => {
    const bytes = userDataOf(found.get(version))
    return bytes ? { version, bytes } : []
  })
}

/** What a version holds, as it was sent; undefined for none. */
export function userDataOf(version: LaunchTemplateVersion | undefined): Uint8Array | undefined {
  const text = version?.LaunchTemplateData?.UserData
  return text === undefined ? undefined : Buffer.from(text, 'base64')
}

function newer(stack: string, format: number) {
  return unreadable(stack, `a newer evenkeel wrote it (format ${format})`, 'use that one, or a newer one')
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

export async function absentAsUndefined<Output>(answer: Promise<Output>): Promise<Output | undefined> {
  try {
    return await answer
  } catch (error) {
    if (isOfClass(error, 'absent')) return undefined
    throw error
  }
}
