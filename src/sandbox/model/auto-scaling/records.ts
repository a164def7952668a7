import { randomUUID } from 'node:crypto'

/** A launch template as a group names it: the version by number, `$Default` or `$Latest`. */
export interface TemplateChoice {
  readonly templateId: string
  readonly version: string
}

export interface ScalingTag {
  readonly key: string
  readonly value: string
  /** Whether what the group launches gets it too. */
  readonly isPropagated: boolean
}

/** Its id is its ARN. */
export interface ScalingGroup {
  readonly id: string
  readonly sequence: number
  readonly name: string
  readonly template: TemplateChoice
  readonly minSize: number
  readonly maxSize: number
  readonly desired: number
  readonly zones: readonly string[]
  /** Empty: the default subnets of its zones. */
  readonly subnetIds: readonly string[]
  readonly targetGroupIds: readonly string[]
  readonly healthCheckType: 'EC2' | 'ELB'
  readonly graceSeconds: number
  /** Undefined: the grace period is what an instance refresh waits for. */
  readonly warmupSeconds: number | undefined
  readonly cooldownSeconds: number
  readonly deletionProtection: DeletionProtection
  readonly terminationPolicies: readonly string[]
  readonly areNewProtected: boolean
  readonly suspended: readonly ScalingProcess[]
  readonly tags: readonly ScalingTag[]
  readonly createdAtMs: number
  readonly isDeleting: boolean
  /** Launches that failed in a row. */
  readonly failures: number
  /** Until then nothing is launched: the last launches failed. */
  readonly pausedUntilMs: number | undefined
}

export const deletionProtections = ['none', 'prevent-force-deletion', 'prevent-all-deletion'] as const
export type DeletionProtection = (typeof deletionProtections)[number]

/** Auto Scaling API reference, SuspendProcesses. */
export const scalingProcesses = [
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'Launch',
  'ReplaceUnhealthy',
  'ScheduledActions',
  'Terminate',
] as const
export type ScalingProcess = (typeof scalingProcesses)[number]

/** An instance of a group; its id is the instance's. */
export interface ScalingMember {
  readonly id: string
  readonly sequence: number
  readonly groupId: string
  /** The version by its number. */
  readonly template: TemplateChoice
  readonly state: 'Pending' | 'InService' | 'Terminating'
  readonly health: 'Healthy' | 'Unhealthy'
  readonly isProtected: boolean
  readonly inServiceAtMs: number | undefined
  /** What began with its launch, or its end. */
  readonly activityId: string
}

/** One launch or termination, as DescribeScalingActivities tells it. */
export interface ScalingActivity {
  readonly id: string
  readonly sequence: number
  readonly groupId: string
  readonly description: string
  readonly cause: string
  readonly startedAtMs: number
  readonly endedAtMs: number | undefined
  readonly status: 'PreInService' | 'InProgress' | 'Successful' | 'Failed' | 'Cancelled'
  readonly message: string | undefined
}

export interface RefreshPreferences {
  readonly minHealthyPercentage: number
  /** Undefined: what goes and what takes its place go and come side by side. */
  readonly maxHealthyPercentage: number | undefined
  readonly warmupSeconds: number
  readonly skipsMatching: boolean
  readonly rollsBack: boolean
}

export interface InstanceRefresh {
  readonly id: string
  readonly sequence: number
  readonly groupId: string
  readonly status: RefreshStatus
  readonly reason: string | undefined
  readonly startedAtMs: number
  /** Since when nothing was replaced. */
  readonly movedAtMs: number
  readonly endedAtMs: number | undefined
  readonly preferences: RefreshPreferences
  /** Undefined: the group's own, which stays. */
  readonly wanted: TemplateChoice | undefined
  /** What was there when it began, in its order of launch. */
  readonly total: number
  /** Instances that are to go. */
  readonly oldIds: readonly string[]
  readonly percent: number
  readonly rollback: { readonly reason: string; readonly startedAtMs: number; readonly percent: number } | undefined
}

export type RefreshStatus =
  | 'Pending'
  | 'InProgress'
  | 'Successful'
  | 'Failed'
  | 'Cancelling'
  | 'Cancelled'
  | 'RollbackInProgress'
  | 'RollbackFailed'
  | 'RollbackSuccessful'

/** Whether it still does something: a group has one such at most. */
export function isActive({ status }: Pick<InstanceRefresh, 'status'>): boolean {
  return ['Pending', 'InProgress', 'Cancelling', 'RollbackInProgress'].includes(status)
}

export function newGroupArn(
  { accountId, region }: { readonly accountId: string; readonly region: { readonly name: string } },
  name: string,
): string {
  return `arn:aws:autoscaling:${region.name}:${accountId}:autoScalingGroup:${randomUUID()}:autoScalingGroupName/${name}`
}

export function sameTemplate(left: TemplateChoice, right: TemplateChoice): boolean {
  return left.templateId === right.templateId && left.version === right.version
}
