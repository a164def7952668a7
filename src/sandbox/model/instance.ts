import type { Placement } from './placement-group.js'
import { ApiError } from '../wire/api-error.js'

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped'

/** The number that goes with each state on the wire (EC2 API reference, InstanceState). */
export const instanceStateCodes: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
}

export interface StateReason {
  readonly code: string
  readonly message: string
}

export interface MetadataOptions {
  readonly state: 'pending' | 'applied'
  readonly httpTokens: 'optional' | 'required'
  readonly httpPutResponseHopLimit: number
  readonly httpEndpoint: 'enabled' | 'disabled'
  readonly httpProtocolIpv6: 'enabled' | 'disabled'
  readonly instanceMetadataTags: 'enabled' | 'disabled'
}

export interface CpuOptions {
  readonly coreCount: number
  readonly threadsPerCore: number
}

/** One instance. Its block devices are the attachments of its volumes; its tags are in the tag table. */
export interface Instance {
  readonly id: string
  readonly sequence: number
  readonly reservationId: string
  readonly launchIndex: number
  readonly state: InstanceState
  readonly stateReason: StateReason | undefined
  /** `User initiated (2026-01-01 10:00:00 GMT)`, or empty. */
  readonly transitionReason: string
  readonly imageId: string
  readonly instanceType: string
  readonly architecture: 'x86_64' | 'arm64'
  readonly zone: string
  readonly subnetId: string
  readonly vpcId: string
  readonly privateIp: string
  /** Further ones of its first network interface; absent: none. */
  readonly secondaryIps?: readonly string[]
  readonly macAddress: string
  readonly networkInterfaceId: string
  readonly networkAttachmentId: string
  /** Whether it has an address of its own while it runs; an Elastic IP takes its place. */
  readonly hasPublicIp: boolean
  /** It was started with several interfaces, and got none by itself; absent: it did. */
  readonly lacksPublicIp?: boolean
  /** Which one (world/public-numbers.ts); undefined: that of its private address. */
  readonly publicNumber: string | undefined
  readonly securityGroupIds: readonly string[]
  readonly keyName: string | undefined
  /** Public key lines as they were when the instance was launched. */
  readonly authorizedKeys: readonly string[]
  /** Base64, as it was sent. */
  readonly userData: string | undefined
  readonly clientToken: string | undefined
  readonly rootDeviceName: string
  readonly loginUser: string
  readonly metadataOptions: MetadataOptions
  readonly detailedMonitoring: boolean
  readonly ebsOptimized: boolean
  readonly cpuCredits: 'standard' | 'unlimited' | undefined
  /** Absent: all that its type has. */
  readonly cpuOptions?: CpuOptions | undefined
  /** Absent: in no group, on hardware that is shared. */
  readonly placement?: Placement | undefined
  readonly disableApiTermination: boolean
  readonly disableApiStop: boolean
  readonly shutdownBehavior: 'stop' | 'terminate'
  readonly sourceDestCheck: boolean
  readonly hostKeys: readonly string[]
  /** The host ended without being asked to: the API still says `running`, the status check does not. */
  readonly impaired: boolean
  /** Checks that fail because the sandbox was told so. */
  readonly impairments?: Impairments
  /** Of the last start, in milliseconds; EC2's LaunchTime. */
  readonly launchedAtMs: number
  readonly createdAtMs: number
  readonly terminatedAtMs: number | undefined
}

/** What EC2 checks: the machine below the instance, the instance, its volumes. */
export const checkNames = ['system', 'instance', 'volumes'] as const
export type CheckName = (typeof checkNames)[number]

/** Since when checks fail. */
export type Impairments = Readonly<Partial<Record<CheckName, number>>>

/** The IAM instance profile that an instance has. */
export interface ProfileAssociation {
  readonly id: string
  readonly sequence: number
  readonly instanceId: string
  readonly profileName: string
  readonly sinceMs: number
}

/** What EC2 changes of a stopped instance alone. */
export function requireStopped({ id, state }: Instance): void {
  if (state !== 'stopped')
    throw new ApiError('IncorrectInstanceState', `The instance '${id}' is not in the 'stopped' state.`)
}

export type InstanceAction = 'start' | 'stop' | 'reboot' | 'terminate'

/**
 * What an action asked for in a state does: `begin` it, nothing (`keep`), or the error that EC2 gives.
 * Source: EC2 User Guide, "Instance lifecycle"; error texts from third-party logs.
 */
export function decideTransition(action: InstanceAction, instance: Instance): 'begin' | 'keep' {
  const decision = transitions[action][instance.state]
  if (decision !== 'refuse') return decision
  throw refusals[action](instance)
}

const transitions: Readonly<Record<InstanceAction, Readonly<Record<InstanceState, 'begin' | 'keep' | 'refuse'>>>> = {
  start: {
    stopped: 'begin',
    running: 'keep',
    pending: 'keep',
    stopping: 'refuse',
    'shutting-down': 'refuse',
    terminated: 'refuse',
  },
  stop: {
    running: 'begin',
    stopped: 'keep',
    stopping: 'keep',
    pending: 'refuse',
    'shutting-down': 'refuse',
    terminated: 'refuse',
  },
  reboot: {
    running: 'begin',
    terminated: 'keep',
    pending: 'refuse',
    stopped: 'refuse',
    stopping: 'refuse',
    'shutting-down': 'refuse',
  },
  terminate: {
    pending: 'begin',
    running: 'begin',
    stopping: 'begin',
    stopped: 'begin',
    'shutting-down': 'keep',
    terminated: 'keep',
  },
}

const refusals: Readonly<Record<InstanceAction, (instance: Instance) => ApiError>> = {
  start: ({ id }) =>
    new ApiError('IncorrectInstanceState', `The instance '${id}' is not in a state from which it can be started.`),
  stop: ({ id }) =>
    new ApiError('IncorrectInstanceState', `This instance '${id}' is not in a state from which it can be stopped.`),
  reboot: ({ id }) =>
    new ApiError('IncorrectInstanceState', `The instance '${id}' is not in a state from which it can be rebooted.`),
  terminate: ({ id }) =>
    new ApiError('IncorrectInstanceState', `The instance '${id}' is not in a state from which it can be terminated.`),
}

/** EC2's StateTransitionReason for a change that a call asked for. */
export function userInitiated(nowMs: number): string {
  return `User initiated (${new Date(nowMs).toISOString().slice(0, 19).replace('T', ' ')} GMT)`
}

/** What EC2 does by itself, as a transition reason. */
export function serviceInitiated(nowMs: number): string {
  return userInitiated(nowMs).replace('User', 'Service')
}

export const userInitiatedShutdown: StateReason = {
  code: 'Client.UserInitiatedShutdown',
  message: 'Client.UserInitiatedShutdown: User initiated shutdown',
}

export const instanceInitiatedShutdown: StateReason = {
  code: 'Client.InstanceInitiatedShutdown',
  message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown',
}

/** Of the interface with this private address. */
export function macOf(privateIp: string): string {
  const octets = privateIp.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'))
  return ['02', 'ee', ...octets].join(':')
}
