import type { StackSpec } from '../../../model/stack-spec.js'
import { tagKeys } from '../../../model/tags.js'
import type { PolicyStatement } from './policy-statement.js'

/** The regions beside the stack's own in which it has copies, sorted. */
export function regionsOfCopies({ images }: StackSpec): readonly string[] {
  return [...new Set(images.flatMap(({ regions }) => regions.map(({ region }) => region)))].sort()
}

/** What copies in other regions need; a policy that is bound by no region allows it already. */
export function copyStatements(
  spec: StackSpec,
  partition: string,
  region: string | undefined,
): readonly PolicyStatement[] {
  const regions = regionsOfCopies(spec)
  if (region === undefined || regions.length === 0) return []
  const Resource = regions.flatMap((other) =>
    ['image', 'snapshot'].map((type) => `arn:${partition}:ec2:${other}::${type}/*`),
  )
  return [
    {
      Sid: 'CopyToRegions',
      Effect: 'Allow',
      Action: ['ec2:CopyImage', 'ec2:CreateTags'],
      Resource,
      Condition: { StringEquals: { [`aws:RequestTag/${tagKeys.stack}`]: spec.stack } },
    },
    {
      Sid: 'ChangeInRegions',
      Effect: 'Allow',
      Action: [
        'ec2:CreateTags',
        'ec2:DeleteSnapshot',
        'ec2:DeleteTags',
        'ec2:DeregisterImage',
        'ec2:ModifyImageAttribute',
      ],
      Resource,
      Condition: {
        StringEquals: { [`aws:ResourceTag/${tagKeys.stack}`]: spec.stack },
        StringEqualsIfExists: { [`aws:RequestTag/${tagKeys.stack}`]: spec.stack },
      },
    },
    ...keyStatements(spec),
  ]
}

/** Keys by ARN or id in the region of the copy; an alias stands for a key whose id is not known here. */
function keyStatements({ images }: StackSpec): readonly PolicyStatement[] {
  const keys = images.flatMap(({ regions }) =>
    regions.flatMap(({ region, kmsKey }) => {
      if (kmsKey === undefined) return []
      if (kmsKey.startsWith('arn:'))
        return kmsKey.includes(':alias/') ? kmsKey.replace(/:alias\/.*$/, ':key/*') : kmsKey
      return `arn:*:kms:${region}:*:key/${kmsKey.startsWith('alias/') ? '*' : kmsKey}`
    }),
  )
  if (keys.length === 0) return []
  const Action = [
    'kms:CreateGrant',
    'kms:Decrypt',
    'kms:DescribeKey',
    'kms:GenerateDataKeyWithoutPlaintext',
    'kms:ReEncrypt*',
  ]
  return [{ Sid: 'UseKeysInRegions', Effect: 'Allow', Action, Resource: [...new Set(keys)].sort() }]
}
