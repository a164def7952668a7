import {
  AttachVolumeCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateSecurityGroupCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteKeyPairCommand,
  DeleteLaunchTemplateCommand,
  DeleteLaunchTemplateVersionsCommand,
  DeleteSecurityGroupCommand,
  DeleteSnapshotCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  DetachVolumeCommand,
  GetConsoleOutputCommand,
  ImportKeyPairCommand,
  ModifyInstanceAttributeCommand,
  ModifyLaunchTemplateCommand,
  ModifyVolumeCommand,
  RevokeSecurityGroupIngressCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'

/**
 * What may be done when the outcome of a call is unknown (no answer, a 5xx):
 * `again`: send it again: it reads, carries a ClientToken, or its second time is recognised by the caller
 * (`*.Duplicate`, `VolumeInUse`, `IncorrectState`, NotFound after a delete).
 * `look-first`: a second call would make a second thing; the caller looks for the first one by its nonce tag.
 */
export type AfterDoubt = 'again' | 'look-first'

/**
 * Which bound on concurrent calls it counts against. EC2 has a bucket of requests for each account, Region and action
 * (ec2-behaviour, section 4): reads refill at 20/s, writes at 5/s, launches at 2/s with a burst of 5.
 */
export type Lane = 'read' | 'write' | 'launch'

interface ActionFacts {
  readonly lane: Lane
  readonly afterDoubt: AfterDoubt
}

const reads = { lane: 'read', afterDoubt: 'again' } as const satisfies ActionFacts
const writes = { lane: 'write', afterDoubt: 'again' } as const satisfies ActionFacts
const launches = { lane: 'launch', afterDoubt: 'again' } as const satisfies ActionFacts
const makesTwice = { lane: 'write', afterDoubt: 'look-first' } as const satisfies ActionFacts

/** Every EC2 action that evenkeel calls; docs/permissions.md lists the same names, and a test compares the two. */
export const actions = {
  DescribeAvailabilityZones: { command: DescribeAvailabilityZonesCommand, ...reads },
  DescribeImages: { command: DescribeImagesCommand, ...reads },
  DescribeInstances: { command: DescribeInstancesCommand, ...reads },
  DescribeKeyPairs: { command: DescribeKeyPairsCommand, ...reads },
  DescribeLaunchTemplates: { command: DescribeLaunchTemplatesCommand, ...reads },
  DescribeLaunchTemplateVersions: { command: DescribeLaunchTemplateVersionsCommand, ...reads },
  DescribeSecurityGroups: { command: DescribeSecurityGroupsCommand, ...reads },
  DescribeSnapshots: { command: DescribeSnapshotsCommand, ...reads },
  DescribeSubnets: { command: DescribeSubnetsCommand, ...reads },
  DescribeVolumes: { command: DescribeVolumesCommand, ...reads },
  DescribeVolumesModifications: { command: DescribeVolumesModificationsCommand, ...reads },
  GetConsoleOutput: { command: GetConsoleOutputCommand, ...reads },

  AttachVolume: { command: AttachVolumeCommand, ...writes },
  AuthorizeSecurityGroupIngress: { command: AuthorizeSecurityGroupIngressCommand, ...writes },
  CreateLaunchTemplate: { command: CreateLaunchTemplateCommand, ...writes },
  CreateLaunchTemplateVersion: { command: CreateLaunchTemplateVersionCommand, ...writes },
  CreateSecurityGroup: { command: CreateSecurityGroupCommand, ...writes },
  CreateSnapshot: { command: CreateSnapshotCommand, ...makesTwice },
  CreateTags: { command: CreateTagsCommand, ...writes },
  CreateVolume: { command: CreateVolumeCommand, ...writes },
  DeleteKeyPair: { command: DeleteKeyPairCommand, ...writes },
  DeleteLaunchTemplate: { command: DeleteLaunchTemplateCommand, ...writes },
  DeleteLaunchTemplateVersions: { command: DeleteLaunchTemplateVersionsCommand, ...writes },
  DeleteSecurityGroup: { command: DeleteSecurityGroupCommand, ...writes },
  DeleteSnapshot: { command: DeleteSnapshotCommand, ...writes },
  DeleteTags: { command: DeleteTagsCommand, ...writes },
  DeleteVolume: { command: DeleteVolumeCommand, ...writes },
  DetachVolume: { command: DetachVolumeCommand, ...writes },
  ImportKeyPair: { command: ImportKeyPairCommand, ...writes },
  ModifyInstanceAttribute: { command: ModifyInstanceAttributeCommand, ...writes },
  ModifyLaunchTemplate: { command: ModifyLaunchTemplateCommand, ...writes },
  ModifyVolume: { command: ModifyVolumeCommand, ...writes },
  RevokeSecurityGroupIngress: { command: RevokeSecurityGroupIngressCommand, ...writes },
  RunInstances: { command: RunInstancesCommand, ...launches },
  StartInstances: { command: StartInstancesCommand, ...launches },
  StopInstances: { command: StopInstancesCommand, ...writes },
  TerminateInstances: { command: TerminateInstancesCommand, ...writes },
} as const satisfies Readonly<Record<string, ActionFacts & { readonly command: unknown }>>

export type Action = keyof typeof actions

type CommandOf<A extends Action> = InstanceType<(typeof actions)[A]['command']>

/** What an action takes. */
export type InputOf<A extends Action> = CommandOf<A>['input']

/** What an action answers. */
export type OutputOf<A extends Action> =
  CommandOf<A> extends { resolveMiddleware(...args: never[]): (args: never) => Promise<{ output: infer Output }> }
    ? Output
    : never
