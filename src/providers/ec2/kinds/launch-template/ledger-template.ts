import type { LaunchTemplate } from '@aws-sdk/client-ec2'
import { randomUUID } from 'node:crypto'
import { tagKeys, type Tags } from '../../../../model/tags.js'
import type { Address } from '../../../../model/address.js'
import type { Ec2Api } from '../../wire/api.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import { decodeLedger, encodeLedger, ledgerBytesMax } from './ledger-codec.js'
import { lookUntilSeen } from '../../tags/ownership.js'
import { tagListOf, tagsOf } from '../../tags/tag-lists.js'

/** Old versions of a ledger are its history; EC2 keeps 10,000 at most. */
const versionsKept = 50

export interface Ledger {
  readonly id: string
  readonly addresses: readonly Address[]
}

/** The name of a stack's ledger; launch template names are unique in an account and region. */
function ledgerName(stack: string): string {
  return `evenkeel-${stack}`
}

/** The newest version of the stack's ledger; undefined when there is none, or when what is there cannot be read as one. */
export async function readLedger(api: Ec2Api, stack: string): Promise<Ledger | undefined> {
  const output = await absentAsUndefined(
    api.call('DescribeLaunchTemplateVersions', { LaunchTemplateName: ledgerName(stack), Versions: ['$Latest'] }),
  )
  const version = output?.LaunchTemplateVersions?.[0]
  const text = version?.LaunchTemplateData?.UserData
  if (version?.LaunchTemplateId === undefined || text === undefined) return undefined
  const addresses = decodeLedger(Buffer.from(text, 'base64'))
  return addresses && { id: version.LaunchTemplateId, addresses }
}

/** Writes the ledger as a new version, or makes it; an empty list removes it. Returns its id, or undefined once removed. */
export async function writeLedger(
  api: Ec2Api,
  request: { readonly stack: string; readonly id: string | undefined; readonly addresses: readonly Address[] },
): Promise<string | undefined> {
  const { stack, addresses } = request
  if (addresses.length === 0) {
    const id = request.id ?? (await findLedger(api, stack))
    if (id !== undefined) await removeLedger(api, stack, id)
    return undefined
  }
  const data = launchTemplateDataOf(addresses)
  const written = request.id !== undefined && (await addVersion(api, request.id, data))
  if (written) return request.id
  return createLedger(api, stack, data)
}

function launchTemplateDataOf(addresses: readonly Address[]): { UserData: string } {
  const bytes = encodeLedger(addresses)
  if (bytes.length > ledgerBytesMax) {
    throw providerError(
      'EC2_LEDGER_TOO_LARGE',
      'bad-request',
      `the ledger of ${addresses.length} addresses takes ${bytes.length} bytes; EC2 has room for ${ledgerBytesMax}`,
      { hint: 'give servers of one kind one entry with `count`, or split the stack' },
    )
  }
  return { UserData: Buffer.from(bytes).toString('base64') }
}

async function createLedger(api: Ec2Api, stack: string, data: { UserData: string }): Promise<string> {
  try {
    const output = await api.call('CreateLaunchTemplate', {
      LaunchTemplateName: ledgerName(stack),
      LaunchTemplateData: data,
      ClientToken: randomUUID(),
      TagSpecifications: [
        {
          ResourceType: 'launch-template',
          Tags: tagListOf({ [tagKeys.stack]: stack, [tagKeys.role]: 'ledger', Name: ledgerName(stack) }),
        },
      ],
    })
    const id = output.LaunchTemplate?.LaunchTemplateId ?? ''
    api.young.note(id)
    return id
  } catch (error) {
    if (!hasAwsCode(error, 'InvalidLaunchTemplateName.AlreadyExistsException')) throw error
    const id = await lookUntilSeen(api, () => findLedger(api, stack))
    if (id !== undefined && (await addVersion(api, id, data))) return id
    throw error
  }
}

/** False when the template is gone. */
async function addVersion(api: Ec2Api, id: string, data: { UserData: string }): Promise<boolean> {
  const output = await absentAsUndefined(
    api.call('CreateLaunchTemplateVersion', {
      LaunchTemplateId: id,
      LaunchTemplateData: data,
      ClientToken: randomUUID(),
    }),
  )
  if (output === undefined) return false
  const version = output.LaunchTemplateVersion?.VersionNumber
  if (version !== undefined && version > versionsKept) await prune(api, id, version)
  return true
}

/** Drops versions beyond those kept. The default one cannot be dropped, so the newest becomes it. Best effort: it only tidies. */
async function prune(api: Ec2Api, id: string, newest: number): Promise<void> {
  const oldest = newest - versionsKept
  const Versions = Array.from({ length: Math.min(10, oldest) }, (_, back) => String(oldest - back))
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

/** The id of the template of that name; rejects when it is not a ledger of this stack. */
async function findLedger(api: Ec2Api, stack: string): Promise<string | undefined> {
  const output = await absentAsUndefined(
    api.call('DescribeLaunchTemplates', { LaunchTemplateNames: [ledgerName(stack)] }),
  )
  const template = output?.LaunchTemplates?.[0]
  if (template?.LaunchTemplateId === undefined) return undefined
  checkOurs(stack, template.LaunchTemplateId, tagsOf(template.Tags))
  return template.LaunchTemplateId
}

async function removeLedger(api: Ec2Api, stack: string, id: string): Promise<void> {
  const template = await absentAsUndefined(readLaunchTemplate(api, id))
  if (template === undefined) return
  checkOurs(stack, id, tagsOf(template.Tags))
  await absentAsUndefined(api.call('DeleteLaunchTemplate', { LaunchTemplateId: id }, { seen: true }))
  api.young.forget(id)
}

function checkOurs(stack: string, id: string, tags: Tags): void {
  if (tags[tagKeys.stack] === stack && tags[tagKeys.role] === 'ledger') return
  throw providerError(
    'EC2_NOT_OURS',
    'permission',
    `the launch template ${ledgerName(stack)} (${id}) is not the ledger of this stack`,
    {
      hint: `it lacks the tags ${tagKeys.stack}=${stack} and ${tagKeys.role}=ledger; rename the stack, or put the tags back if it is yours`,
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
