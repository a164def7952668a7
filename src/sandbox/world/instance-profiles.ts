import { digestOfText } from '../../core/digest.js'
import { invalidValue } from '../wire/api-error.js'
import type { World } from './world.js'

/** An IAM instance profile as EC2 shows it. */
export interface InstanceProfile {
  readonly arn: string
  readonly id: string
}

/** The profile of this name; the account has those that the sandbox was started with. */
export function profileOf({ accountId }: World, name: string): InstanceProfile {
  const digits = digestOfText(`${accountId} ${name}`, 17).toUpperCase()
  return { arn: `arn:aws:iam::${accountId}:instance-profile/${name}`, id: `AIPA${digits}` }
}

/** The name of the profile that a call names by its name or its ARN; undefined where it names none. Throws for one that there is not. */
export function readProfile(
  world: World,
  { Arn, Name }: { readonly Arn?: string | undefined; readonly Name?: string | undefined } = {},
): string | undefined {
  const names = world.cloud.switches.instanceProfiles?.split(',') ?? []
  if (Name !== undefined) {
    if (names.includes(Name)) return Name
    throw invalidValue(
      `Value (${Name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
    )
  }
  if (Arn === undefined) return undefined
  const named = names.find((name) => profileOf(world, name).arn === Arn)
  if (named !== undefined) return named
  throw invalidValue(`Value (${Arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN`)
}
