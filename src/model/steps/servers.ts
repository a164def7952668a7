import type { Address, Batch } from '../address.js'
import type { RootDisk } from '../kinds/server.js'
import type { ServerOptionChanges, ServerOptions } from '../launch/server-options.js'
import type { StepBase } from './step-base.js'
import type { Tags } from '../tags.js'
import type { Template } from '../template.js'

export interface CreateServer extends StepBase {
  readonly kind: 'create-server'
  /** Undefined: what `image` is when the step begins. */
  readonly imageId: string | undefined
  /** An image of the stack that this plan makes. */
  readonly image?: Address
  readonly rootDeviceName: string
  readonly type: string
  /** Exactly one of zone, subnetId and subnet. */
  readonly zone: string | undefined
  readonly subnetId: string | undefined
  /** One that is made in this plan. */
  readonly subnet?: Address
  readonly keyPair: Address
  /** The key pair's name in EC2, which a launch asks for. */
  readonly keyName: string
  /** Who logs in (planner/login-user.ts): the executor's binding of a new server needs it before anything can be read from it. */
  readonly user: string
  /** Through whom it is entered, for the same reason; absent: it is reached straight. */
  readonly via?: Address
  readonly securityGroups: readonly Address[]
  /** Of groups beside that the stack does not own; left out: none. */
  readonly existingGroupIds?: readonly string[]
  readonly rootVolume: RootDisk
  readonly userData: Template | undefined
  readonly protect: boolean
  /** Left out: none are asked for. */
  readonly options?: ServerOptions
  /** As what it is launched where EC2 has no room for that, in order. Left out: as nothing else. */
  readonly alternatives?: readonly { readonly type: string; readonly zone: string | undefined }[]
  readonly tags: Tags
  /** On the root volume, made in the same call. */
  readonly rootVolumeTags: Tags
  /** On the spot request, made in the same call; left out: it is on demand. */
  readonly spotRequestTags?: Tags
  /** Those that are launched in one call with it: all have this very step, but for their own addresses. Left out: it is alone. */
  readonly batch?: Batch
}

export interface StartServer extends StepBase {
  readonly kind: 'start-server'
  /** Undefined: the one that this plan created. */
  readonly instanceId: string | undefined
}

export interface StopServer extends StepBase {
  readonly kind: 'stop-server'
  readonly instanceId: string | undefined
}

export interface RebootServer extends StepBase {
  readonly kind: 'reboot-server'
  readonly instanceId: string
  /**
   * The boot that is to end, as the server itself names it: another one there later says that the reboot has been. Left out:
   * it could not be entered, and its reboot is asked for and not waited for.
   */
  readonly bootId?: string
}

export interface ModifyServer extends StepBase {
  readonly kind: 'modify-server'
  /** Undefined: the one that this plan created. */
  readonly instanceId: string | undefined
  readonly type?: string
  readonly securityGroups?: readonly Address[]
  /** Beside those, where they are said. */
  readonly existingGroupIds?: readonly string[]
  readonly protect?: boolean
  /** Given to it while it is stopped; one without parts: none. */
  readonly userData?: Template
  readonly options?: ServerOptionChanges
}

export interface TerminateServer extends StepBase {
  readonly kind: 'terminate-server'
  readonly instanceId: string
}

/** After it EC2 launches, starts and stops nothing more for the request; what runs goes on. */
export interface CancelSpotRequest extends StepBase {
  readonly kind: 'cancel-spot-request'
  readonly requestId: string
  /** The stack's instance behind it, which may end with it; left out: there is none. */
  readonly instanceId?: string
}

export interface ConnectHost extends StepBase {
  readonly kind: 'connect-host'
  /** It ran when the plan was made, and did not answer: it is not waited for like one that boots. */
  readonly didNotAnswer?: true
  /** An earlier run found that its console shows no host keys: it is looked at once, and not waited for. */
  readonly showsNoHostKey?: true
  /** Written together with its host key: the address and the name of one that is launched with others. */
  readonly tags?: Tags
}

export interface RunSetup extends StepBase {
  readonly kind: 'run-setup'
  readonly commands: readonly Template[]
}

export interface AuthorizeKey extends StepBase {
  readonly kind: 'authorize-key'
  readonly keyPair: Address
  /** Undefined: the pair is generated on this machine in this plan. */
  readonly publicKey: string | undefined
  /** Fingerprints of keys that the stack put on the server before, and that go. */
  readonly former: readonly string[]
}
