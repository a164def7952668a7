import type { Address } from './address.js'
import type { Change } from './change.js'
import type { Unreadable } from './live-stack.js'
import type { Problem } from './plan-problem.js'
import type { Move } from './moves/move.js'
import type { OutputSpec } from './outputs/stack-output.js'
import type { Step, StepId } from './steps/step.js'
import type { Wish } from './ledger/wish.js'
import type { Epoch } from './ledger/lock.js'

/** What is to be done, in an order that respects every need. Plain JSON: it can be saved, and the same inputs give the same bytes. */
export interface Plan {
  readonly formatVersion: 1
  readonly stack: string
  readonly specDigest: string
  readonly liveDigest: string
  /** Whether everything could be read. An incomplete plan acts only on what was seen. */
  readonly complete: boolean
  /** Whether an apply would carry it out: false when an error of scope `plan` stands in it. An empty plan is applyable. */
  readonly applyable: boolean
  /** Sorted by address; one for each address, `none` included. */
  readonly changes: readonly Change[]
  /** In a stable topological order. */
  readonly steps: readonly Step[]
  readonly problems: readonly Problem[]
  /** What could not be read and why, sorted by address: servers' insides and sync rules included. */
  readonly unreadable: readonly Unreadable[]
  /** Steps that the target cannot carry out (a sandbox without hosts), left out of `steps`. */
  readonly impossible: readonly { readonly id: StepId; readonly address: Address; readonly reason: string }[]
  /** What exists already, by address: the executor's first bindings. An instance whose place another takes stands by its id too. */
  readonly bindings: Readonly<Record<string, Binding>>
  /** The ledger to write before the first step and after the last; undefined: unchanged. */
  readonly ledger: PlannedLedger
  /** It does what was asked for alone (a stop, a snapshot, a part): what a run that was cut off has left is for a later one to settle. */
  readonly isPart?: true
  /** What a plan is of that is not of the whole stack (`--only`); each sorted. Left out: everything. */
  readonly only?: {
    readonly asked: readonly Address[]
    /** What they need, and is changed with them. */
    readonly needed: readonly Address[]
    /** With which something would be done, and is not. */
    readonly leftOut: readonly Address[]
  }
  /** Of counts whose members leave service a few at a time; absent where there are none. */
  readonly rolls?: readonly PlannedRoll[]
  /** By which other names tags may still call what the plan names; absent where by none. */
  readonly renamed?: readonly Move[]
  /** What the file wants told of the stack, by name; absent where it wants nothing. */
  readonly outputs?: readonly OutputSpec[]
}

/** The order in which members of a count are taken out of service and brought back: a wave begins when the one before it serves again. */
export interface PlannedRoll {
  /** The count: `server.web`. */
  readonly server: Address
  readonly maxUnavailable: number
  /** Every member that is out of service at some time of the plan, once. */
  readonly waves: readonly (readonly Address[])[]
}

export interface PlannedLedger {
  /** Launch template id; undefined: to be made. */
  readonly id: string | undefined
  /** As read. */
  readonly before: readonly Address[]
  /** When every step is done; empty: the stack is gone, and so is the ledger. */
  readonly after: readonly Address[]
  /** Of these the ones that tags may still say, though the file has other names for what they mean: they go when every step is done. */
  readonly former?: readonly Address[]
  /** Absent where there are none, neither as read nor now. */
  readonly wishes?: PlannedWishes
  /** As read: of a run that ended without a word, with which this one goes on. It goes when a plan of everything is carried out. */
  readonly epoch?: Epoch
}

/** What was asked for and may take several runs, each list by address. */
export interface PlannedWishes {
  /** As read. */
  readonly before: readonly Wish[]
  /** Written before the first step; each goes when it is done. */
  readonly open: readonly Wish[]
}

/** What a step needs to know of a resource that exists. */
export interface Binding {
  readonly id: string
  readonly privateIp?: string
  readonly publicIp?: string
  readonly privateDns?: string
  readonly publicDns?: string
  readonly zone?: string
  /** On a server that this run launched as one of its alternatives: as which. */
  readonly alternative?: string
  /** On load balancers: the name, and the target group in use. */
  readonly dnsName?: string
  readonly targetGroupId?: string
  /** On servers: `ssh-ed25519 AAAA…` from its tag. */
  readonly hostKey?: string
  /** On servers: who logs in, and with whose key. */
  readonly user?: string
  readonly keyPair?: Address
  /** The server through which it is entered; absent: it is reached straight. */
  readonly via?: Address
  /** Fingerprints of keys that it may still have in place of that pair's, or beside it. */
  readonly formerKeys?: readonly string[]
  /** On servers of Xen types, whose disks do not tell their volume ids: volume id -> the name under which EC2 attached it. */
  readonly deviceNames?: Readonly<Record<string, string>>
}

/** Whether an error stands in a plan, of either scope: then an apply cannot end with the stack as the file says. */
export function hasErrors(plan: Plan): boolean {
  return plan.problems.some(({ severity }) => severity === 'error')
}
