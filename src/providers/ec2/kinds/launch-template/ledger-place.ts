import type { LaunchTemplate } from '@aws-sdk/client-ec2'
import { tagKeys, type Tags } from '../../../../model/tags.js'
import { providerError } from '../../errors/provider-errors.js'
import { tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { absentAsUndefined, ledgerName } from './ledger-versions.js'

/** The role of the template in its tags. A client that knows the first format alone takes one of the second for another's. */
export const ledgerRoles = { now: 'ledger-2', first: 'ledger' } as const

/** The template of that name; rejects when it is not a ledger of this stack. */
export async function findLedger(
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

/** Throws where a template is not a ledger of this stack. */
export function checkOurs(stack: string, id: string, tags: Tags): void {
  const isLedger = Object.values<string>(ledgerRoles).includes(tags[tagKeys.role] ?? '')
  if (tags[tagKeys.stack] === stack && isLedger) return
  throw providerError(
    'EC2_NOT_OURS',
    'permission',
    `the launch template ${ledgerName(stack)} (${id}) is not the ledger of this stack`,
    {
      hint: `it lacks the tags ${tagKeys.stack}=${stack} and ${tagKeys.role}=${ledgerRoles.now}; rename the stack, or put the tags back if it is yours`,
    },
  )
}

export async function readLaunchTemplate(api: Ec2Api, id: string): Promise<LaunchTemplate | undefined> {
  const output = await api.call('DescribeLaunchTemplates', { LaunchTemplateIds: [id] })
  return output.LaunchTemplates?.find(({ LaunchTemplateId }) => LaunchTemplateId === id)
}
