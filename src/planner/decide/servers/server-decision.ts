import type { Address } from '../../../model/address.js'
import type { AppliedRecord } from '../../../model/applied.js'
import type { LiveServer } from '../../../model/kinds/server.js'
import type { LiveImage } from '../../../model/launch/image.js'
import type { LiveSpotRequest } from '../../../model/launch/spot.js'
import type { LiveSubnet } from '../../../model/launch/subnet.js'
import type { ReplaceOrder, ServerSpec } from '../../../model/kinds/server.js'
import type { ModifyServer } from '../../../model/steps/step.js'
import type { Tags } from '../../../model/tags.js'
import type { TagWork } from '../../compare/desired-tags.js'
import type { Decided, Refuse } from '../decided.js'
import type { KeyFindings } from './key-findings.js'
import type { ServerEnd } from './server-end.js'
import type { ServerOutlook, ServerOutlooks } from './server-outlook.js'

/** What becomes of a server. */
export type ServerDecision =
  | CreateServerDecision
  | ReplaceServerDecision
  | StandingServerDecision
  | RemoveServerDecision
  | Refuse

/** Those for which something is planned, if only to look inside. */
export type PlannedServer = Exclude<ServerDecision, Refuse>

interface PlannedBase extends Decided {
  readonly outlook: ServerOutlook
  /** The instances of that address that end, the youngest first. */
  readonly ends: readonly ServerEnd[]
  /** Spot requests of that address that outlived their instance, and are cancelled. */
  readonly requests: readonly LiveSpotRequest[]
}

export interface CreateServerDecision extends PlannedBase {
  readonly kind: 'create'
  readonly launch: Launch
}

/** Another instance takes its place. */
export interface ReplaceServerDecision extends PlannedBase {
  readonly kind: 'replace'
  readonly launch: Launch
  readonly order: ReplaceOrder
}

/** The instance stays; those whose place it takes end. */
export interface StandingServerDecision extends PlannedBase {
  readonly kind: 'keep' | 'update'
  readonly spec: ServerSpec
  readonly live: LiveServer
  /** Attributes of the instance that change; some need it stopped. */
  readonly modification: Modification
  readonly tagging: TagWork
  readonly setupRuns: boolean
  /** Its host key is not pinned yet: it is entered for that alone. */
  readonly pinsHostKey: boolean
  /** What is done with its keys, and which are noted on it before their pair goes from EC2. */
  readonly keys: Pick<KeyFindings, 'work' | 'noted' | 'pairs'>
}

export interface RemoveServerDecision extends PlannedBase {
  readonly kind: 'remove'
}

/** Whether a server that runs is stopped as it is now. */
export function stopsNow({ outlook, modification }: StandingServerDecision): boolean {
  return outlook.runsNow && (!outlook.runsAfter || needsStop(modification))
}

/** Whether a server that runs is stopped and started again. */
export function restarts(decision: ServerDecision): boolean {
  return 'modification' in decision && decision.outlook.runsAfter && stopsNow(decision)
}

export type Modification = Partial<
  Pick<ModifyServer, 'type' | 'securityGroups' | 'existingGroupIds' | 'protect' | 'userData' | 'options'>
>

/** Whether EC2 changes it while the server is stopped alone. */
export function needsStop({ type, userData, options }: Modification): boolean {
  return type !== undefined || userData !== undefined || options?.cpu !== undefined || options?.placement !== undefined
}

/** Everything that a launch needs to know. */
export interface Launch {
  readonly spec: ServerSpec
  readonly image: LiveImage
  readonly subnet: LiveSubnet | undefined
  readonly zone: string
  readonly keyName: string
  /** Tags that it keeps for good. */
  readonly tags: Tags
  /** Everything recorded once all steps are done. */
  readonly record: AppliedRecord
  /** Whether the file names set-up commands. Where there are no hosts, their step is left out as impossible. */
  readonly setupRuns: boolean
}

/** What others must know of the servers for which something is planned. */
export function serverOutlooksOf(decisions: Iterable<ServerDecision>): ServerOutlooks {
  const outlooks = new Map<Address, ServerOutlook>()
  for (const decision of decisions) {
    if ('outlook' in decision) outlooks.set(decision.address, decision.outlook)
  }
  return outlooks
}
