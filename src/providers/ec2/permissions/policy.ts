import type { StackSpec } from '../../../model/stack-spec.js'
import { tagKeys } from '../../../model/tags.js'
import { adoptionStatements } from './adoption-policy.js'
import { copyStatements, regionsOfCopies, type CopiesElsewhere } from './copies-in-regions.js'
import { permissions, type PermissionFacts, type ResourceType } from './facts.js'
import { scalingStatements } from './scaling-policy.js'
import { balancingStatements } from './balancing-policy.js'
import { needs, type Need } from './needs.js'
import type { PolicyStatement, Scope } from './policy-statement.js'

export type { PolicyStatement } from './policy-statement.js'

/** A policy of IAM, ready to be written as JSON. */
export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

export interface PolicyChoice {
  /** Only what `plan`, `drift` and `show` need. */
  readonly readOnly?: boolean | undefined
  /** Entering the stack's servers by EC2 Instance Connect, too. */
  readonly instanceConnect?: boolean | undefined
  /** Regions to which checkpoints are copied. */
  readonly checkpointRegions?: readonly string[] | undefined
  /** Parameters of Systems Manager that hold values of variables. */
  readonly parameters?: readonly string[]
}

/**
 * The least policy under which this stack can be planned, applied and destroyed. What makes something is bound by the
 * stack's tag in the call, what changes or takes away by the tag on the thing, and all of it by region and account where the
 * target names them. Statements, actions and resources are in a fixed order.
 */
export function policyOf(
  spec: StackSpec,
  { readOnly = false, instanceConnect = false, parameters = [], checkpointRegions = [] }: PolicyChoice = {},
): PolicyDocument {
  const scope = scopeOf(spec)
  const elsewhere: CopiesElsewhere = { checkpointRegions }
  const isNeeded = (need: Need) => needs[need].isIn(spec) || (need === 'snapshotCopies' && checkpointRegions.length > 0)
  const needed = permissions.filter(({ need }) => isNeeded(need))
  const entering = instanceConnect ? enterStatement(spec, scope) : undefined
  const looking = [
    lookStatement(needed, scope, regionsOfCopies(spec, elsewhere)),
    parameterStatement(spec, parameters, scope),
    entering,
  ]
  const changing = readOnly ? [] : changeStatements(spec, needed, scope, elsewhere)
  const statements = [
    ...looking,
    ...changing,
    ...balancingStatements(spec, scope, readOnly),
    ...scalingStatements(spec, scope, readOnly),
  ]
  return { Version: '2012-10-17', Statement: statements.flatMap((statement) => statement ?? []) }
}

type Needed = readonly (PermissionFacts & { readonly action: string })[]

/** Describe actions take no resource; the region is all that they can be bound by. */
function lookStatement(needed: Needed, { region }: Scope, others: readonly string[]): PolicyStatement {
  const asked = others.length === 0 ? region : [...new Set([region ?? '', ...others])].sort()
  return {
    Sid: 'Look',
    Effect: 'Allow',
    Action: namesOf(needed.filter(({ part }) => part === 'look')),
    Resource: ['*'],
    ...(region !== undefined && { Condition: { StringEquals: { 'aws:RequestedRegion': asked ?? region } } }),
  }
}

/** Images and variables that are named by a parameter of Systems Manager. AWS's own parameters belong to no account. */
function parameterStatement(
  spec: StackSpec,
  parameters: readonly string[],
  { partition, region = '*', account = '*' }: Scope,
): PolicyStatement | undefined {
  const launched = [...spec.servers, ...spec.archives.map(({ server }) => server), ...(spec.scalingGroups ?? [])]
  const images = launched.flatMap(({ image }) => (image.kind === 'ssm' ? image.parameter : []))
  const names = [...images, ...parameters]
  if (names.length === 0) return undefined
  const arnOf = (name: string) =>
    `arn:${partition}:ssm:${region}:${name.startsWith('/aws/') ? '' : account}:parameter/${name.replace(/^\//, '')}`
  return {
    Sid: 'ReadParameters',
    Effect: 'Allow',
    Action: ['ssm:GetParameters'],
    Resource: distinct(names.map(arnOf)),
  }
}

/** Letting keys into the stack's servers, as their login users where the file names all of these. */
function enterStatement(
  { stack, servers }: StackSpec,
  { partition, region = '*', account = '*' }: Scope,
): PolicyStatement {
  const users = distinct(servers.flatMap(({ user }) => user ?? []))
  const isNamed = servers.length > 0 && servers.every(({ user }) => user !== undefined)
  return {
    Sid: 'EnterThisStack',
    Effect: 'Allow',
    Action: ['ec2-instance-connect:SendSSHPublicKey'],
    Resource: [`arn:${partition}:ec2:${region}:${account}:instance/*`],
    Condition: {
      StringEquals: { [`aws:ResourceTag/${tagKeys.stack}`]: stack, ...(isNamed && { 'ec2:osuser': users }) },
    },
  }
}

function changeStatements(
  spec: StackSpec,
  needed: Needed,
  scope: Scope,
  elsewhere: CopiesElsewhere,
): readonly PolicyStatement[] {
  const changing = needed.filter(({ part }) => part === 'change')
  const making = changing.filter(({ makes }) => makes !== undefined)
  const owning = changing.filter(({ own }) => own !== undefined)
  const using = changing.filter(({ beside }) => beside !== undefined)
  const own = typesOf(owning.filter(({ action }) => !isTagging(action)).map(({ own: types }) => types))
  const isSpot = needs.spot.isIn(spec)
  const made = typesOf(making.map(({ makes }) => makes)).filter((type) => isSpot || type !== 'spot-instances-request')
  const ofStack = { [`aws:ResourceTag/${tagKeys.stack}`]: spec.stack }
  const forStack = { [`aws:RequestTag/${tagKeys.stack}`]: spec.stack }
  const snapshots = spec.volumes.flatMap(({ snapshot }) => (snapshot?.kind === 'id' ? snapshot.id : []))
  const statements: readonly (PolicyStatement | undefined)[] = [
    {
      Sid: 'MakeForThisStack',
      Effect: 'Allow',
      Action: namesOf(making),
      Resource: arnsOf(made, scope),
      Condition: { StringEquals: forStack },
    },
    {
      Sid: 'MakeBeside',
      Effect: 'Allow',
      Action: namesOf(using),
      Resource: arnsOf(typesOf(using.map(({ beside }) => beside)), scope),
    },
    {
      Sid: 'TagWhatIsMade',
      Effect: 'Allow',
      Action: ['ec2:CreateTags'],
      Resource: arnsOf(made, scope),
      Condition: { StringEquals: { 'ec2:CreateAction': making.map(({ action }) => action), ...forStack } },
    },
    {
      Sid: 'ChangeOnlyThisStack',
      Effect: 'Allow',
      Action: namesOf(owning.filter(({ action }) => action !== 'CreateTags')),
      Resource: arnsOf(own, scope),
      Condition: { StringEquals: ofStack },
    },
    {
      // Nothing of the stack's is given to another by its tag.
      Sid: 'TagOnlyThisStack',
      Effect: 'Allow',
      Action: ['ec2:CreateTags'],
      Resource: arnsOf(own, scope),
      Condition: { StringEquals: ofStack, StringEqualsIfExists: forStack },
    },
    ...adoptionStatements(spec, (type, name) => arnOf(type, name, scope)),
    snapshots.length === 0
      ? undefined
      : {
          Sid: 'CopySnapshots',
          Effect: 'Allow',
          Action: ['ec2:CreateVolume'],
          Resource: distinct(snapshots).map((id) => arnOf('snapshot', id, scope)),
        },
    keyStatement(spec, scope),
    roleStatement(spec, scope),
    isSpot ? spotRoleStatement(scope) : undefined,
    ...copyStatements(spec, { partition: scope.partition, region: scope.region, elsewhere }),
  ]
  return statements.flatMap((statement) =>
    statement && statement.Action.length > 0 && statement.Resource.length > 0 ? statement : [],
  )
}

/** What EC2 does with a key of one's own, in the name of whoever calls (EBS User Guide, "How Amazon EBS encryption works"). */
const keyActions = [
  'kms:CreateGrant',
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncrypt*',
]

/**
 * Who gives a server a profile passes the role that is in it (IAM User Guide, "Grant a user permissions to pass a role to an
 * AWS service"). Which role that is no call of EC2's tells.
 */
function roleStatement(
  { servers, scalingGroups = [] }: StackSpec,
  { partition, account = '*' }: Scope,
): PolicyStatement | undefined {
  if ([...servers, ...scalingGroups].every(({ options }) => options?.iamInstanceProfile === undefined)) return undefined
  return {
    Sid: 'PassRoles',
    Effect: 'Allow',
    Action: ['iam:PassRole'],
    Resource: [`arn:${partition}:iam::${account}:role/*`],
    Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
  }
}

/** The first spot instance of an account has EC2 make its role for them (EC2 User Guide, "Service-linked role for Spot Instance requests"). */
function spotRoleStatement({ partition, account = '*' }: Scope): PolicyStatement {
  return {
    Sid: 'MakeRoleForSpot',
    Effect: 'Allow',
    Action: ['iam:CreateServiceLinkedRole'],
    Resource: [`arn:${partition}:iam::${account}:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot`],
    Condition: { StringEquals: { 'iam:AWSServiceName': 'spot.amazonaws.com' } },
  }
}

/** Keys are named by ARN, by id, or by an alias, which stands for a key whose id is not known here. */
function keyStatement(spec: StackSpec, scope: Scope): PolicyStatement | undefined {
  const keys = distinct(spec.volumes.flatMap(({ kmsKey }) => kmsKey ?? []))
  if (keys.length === 0) return undefined
  const { partition, region = '*', account = '*' } = scope
  const arns = keys.map((key) => {
    if (key.startsWith('arn:')) return key.includes(':alias/') ? key.replace(/:alias\/.*$/, ':key/*') : key
    return `arn:${partition}:kms:${region}:${account}:key/${key.startsWith('alias/') ? '*' : key}`
  })
  const aliases = keys.flatMap((key) => /(?:^|:)(alias\/.*)$/.exec(key)?.[1] ?? [])
  return {
    Sid: 'UseKeys',
    Effect: 'Allow',
    Action: keyActions,
    Resource: distinct(arns),
    ...(aliases.length === keys.length && {
      Condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': aliases } },
    }),
  }
}

function scopeOf({ target }: StackSpec): Scope {
  const { region } = target
  const account = target.kind === 'ec2' ? target.account : undefined
  return { partition: partitionOf(region), region, account }
}

/** AWS General Reference, "Amazon Resource Names", partitions. */
function partitionOf(region: string | undefined): string {
  if (region?.startsWith('cn-') === true) return 'aws-cn'
  return region?.startsWith('us-gov-') === true ? 'aws-us-gov' : 'aws'
}

/** These belong to nobody's account in their ARN (Service Authorization Reference). */
const withoutAccount: readonly ResourceType[] = ['image', 'snapshot']

function arnOf(type: ResourceType, name: string, { partition, region = '*', account = '*' }: Scope): string {
  return `arn:${partition}:ec2:${region}:${withoutAccount.includes(type) ? '' : account}:${type}/${name}`
}

function arnsOf(types: readonly ResourceType[], scope: Scope): readonly string[] {
  return types.map((type) => arnOf(type, '*', scope))
}

function typesOf(lists: readonly (readonly ResourceType[] | undefined)[]): readonly ResourceType[] {
  return distinct(lists.flatMap((list) => list ?? []))
}

function isTagging(action: string): boolean {
  return action === 'CreateTags' || action === 'DeleteTags'
}

function namesOf(actions: readonly { readonly action: string }[]): readonly string[] {
  return actions.map(({ action }) => `ec2:${action}`)
}

function distinct<Value extends string>(values: readonly Value[]): readonly Value[] {
  return [...new Set(values)].sort()
}
