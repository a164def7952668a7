import { regionsOfSnapshots, snapshotRegions } from '../../../model/regions/snapshot-regions.js'
import type { StackSpec } from '../../../model/stack-spec.js'
import { tagKeys } from '../../../model/tags.js'
import type { PolicyStatement } from './policy-statement.js'

/** What may be copied to other regions beside what the file says: checkpoints, by a command. */
export interface CopiesElsewhere {
  readonly checkpointRegions?: readonly string[] | undefined
}

/** The regions beside the stack's own in which it has copies, sorted. */
export function regionsOfCopies(spec: StackSpec, elsewhere: CopiesElsewhere): readonly string[] {
  return [...new Set([...imageRegions(spec), ...snapshotNames(spec, elsewhere)])].sort()
}

function imageRegions({ images }: StackSpec): readonly string[] {
  return images.flatMap(({ regions }) => regions.map(({ region }) => region))
}

function snapshotNames(spec: StackSpec, { checkpointRegions = [] }: CopiesElsewhere): readonly string[] {
  return [...regionsOfSnapshots(spec), ...checkpointRegions]
}

/** What copies in other regions need; a policy that is bound by no region allows it already. */
export function copyStatements(
  spec: StackSpec,
  {
    partition,
    region,
    elsewhere,
  }: { readonly partition: string; readonly region: string | undefined; readonly elsewhere: CopiesElsewhere },
): readonly PolicyStatement[] {
  const regions = regionsOfCopies(spec, elsewhere)
  if (region === undefined || regions.length === 0) return []
  const ofImages = new Set(imageRegions(spec))
  const ofSnapshots = new Set(snapshotNames(spec, elsewhere))
  const Resource = regions.flatMap((other) =>
    [...(ofImages.has(other) ? ['image'] : []), 'snapshot'].map((type) => `arn:${partition}:ec2:${other}::${type}/*`),
  )
  return [
    {
      Sid: 'CopyToRegions',
      Effect: 'Allow',
      Action: [
        ...(ofImages.size > 0 ? ['ec2:CopyImage'] : []),
        ...(ofSnapshots.size > 0 ? ['ec2:CopySnapshot'] : []),
        'ec2:CreateTags',
      ],
      Resource,
      Condition: { StringEquals: { [`aws:RequestTag/${tagKeys.stack}`]: spec.stack } },
    },
    {
      Sid: 'ChangeInRegions',
      Effect: 'Allow',
      Action: [
        'ec2:CreateTags',
        'ec2:DeleteSnapshot',
        ...(ofImages.size > 0 ? ['ec2:DeleteTags', 'ec2:DeregisterImage', 'ec2:ModifyImageAttribute'] : []),
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
function keyStatements(spec: StackSpec): readonly PolicyStatement[] {
  const copied = [...spec.images.flatMap(({ regions }) => regions), ...snapshotRegions(spec)]
  const keys = copied.flatMap(({ region, kmsKey }) => {
    if (kmsKey === undefined) return []
    if (kmsKey.startsWith('arn:')) return kmsKey.includes(':alias/') ? kmsKey.replace(/:alias\/.*$/, ':key/*') : kmsKey
    return `arn:*:kms:${region}:*:key/${kmsKey.startsWith('alias/') ? '*' : kmsKey}`
  })
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
