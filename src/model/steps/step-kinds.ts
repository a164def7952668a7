import type { Address } from '../address.js'
import type { PlannedPlace, Step, StepKind, StepOf } from './step.js'

/**
 * What is known of every step of a kind. Where it runs: `ec2`, by calls that only wait, or `host`, inside servers, which a
 * target without hosts cannot do; each has a bound of its own on how much is in flight.
 */
type StepKindFacts<K extends StepKind> = CloudKindFacts<K> | HostKindFacts<K>

interface CommonFacts {
  /**
   * How long such a step takes on EC2, in seconds, as far as a table can know: medians where they were measured
   * (volume create 1.5, attach and detach 1 to 4; EBS CSI driver), else chosen. Only their order matters.
   */
  readonly seconds: number
  /** What it is doing, for who watches: "volume.music attaching". */
  readonly doing: string
}

interface CloudKindFacts<K extends StepKind> extends CommonFacts {
  readonly runs: 'ec2'
  /** The servers in which it does something beside. */
  readonly enters?: (step: StepOf<K>) => readonly Address[]
}

interface HostKindFacts<K extends StepKind> extends CommonFacts {
  readonly runs: 'host'
  /** The servers in which it acts. */
  readonly enters: (step: StepOf<K>) => readonly Address[]
  /**
   * Whether no other such step may run in the same server meanwhile: what installs packages shares the package manager's
   * lock, and what edits /etc/fstab reads it before it writes it. Such a step enters exactly one server.
   */
  readonly alone?: true
}

const itsServer = ({ server }: { readonly server: Address }) => [server]
const itself = ({ address }: { readonly address: Address }) => [address]

/** One line for each kind of step; the compiler sees that none is missing. Whether a step is a clean-up is its own to say (`cleansAfter`). */
const stepKinds = {
  'import-key-pair': { runs: 'ec2', seconds: 1, doing: 'importing' },
  'delete-key-pair': { runs: 'ec2', seconds: 1, doing: 'deleting' },
  'create-network': { runs: 'ec2', seconds: 3, doing: 'creating' },
  'modify-network': { runs: 'ec2', seconds: 1, doing: 'modifying' },
  'delete-network': { runs: 'ec2', seconds: 5, doing: 'deleting' },
  'create-security-group': { runs: 'ec2', seconds: 2, doing: 'creating' },
  'authorize-ingress': { runs: 'ec2', seconds: 1, doing: 'opening' },
  'revoke-ingress': { runs: 'ec2', seconds: 1, doing: 'closing' },
  'authorize-egress': { runs: 'ec2', seconds: 1, doing: 'opening its ways out' },
  'revoke-egress': { runs: 'ec2', seconds: 1, doing: 'closing its ways out' },
  'delete-security-group': { runs: 'ec2', seconds: 5, doing: 'deleting' },
  'create-server': { runs: 'ec2', seconds: 20, doing: 'launching' },
  'start-server': { runs: 'ec2', seconds: 15, doing: 'starting' },
  'stop-server': { runs: 'ec2', seconds: 30, doing: 'stopping' },
  'reboot-server': {
    runs: 'ec2',
    seconds: 60,
    doing: 'rebooting',
    enters: ({ address, bootId }) => (bootId === undefined ? [] : [address]),
  },
  'modify-server': { runs: 'ec2', seconds: 1, doing: 'modifying' },
  'cancel-spot-request': { runs: 'ec2', seconds: 1, doing: 'cancelling its spot request' },
  'terminate-server': { runs: 'ec2', seconds: 40, doing: 'terminating' },
  'connect-host': { runs: 'host', seconds: 30, doing: 'connecting', enters: itself },
  'authorize-key': { runs: 'host', seconds: 2, doing: 'changing its keys', enters: itself, alone: true },
  'run-setup': { runs: 'host', seconds: 60, doing: 'setting up', enters: itself, alone: true },
  // Of a server's root disk; what a snapshot holds is there already.
  'create-image': { runs: 'ec2', seconds: 300, doing: 'making the image' },
  'register-image': { runs: 'ec2', seconds: 10, doing: 'making the image' },
  'await-image': { runs: 'ec2', seconds: 300, doing: 'becoming available' },
  'copy-image': { runs: 'ec2', seconds: 600, doing: 'copying' },
  'modify-image': { runs: 'ec2', seconds: 2, doing: 'modifying' },
  'deregister-image': { runs: 'ec2', seconds: 2, doing: 'deregistering' },
  'create-placement-group': { runs: 'ec2', seconds: 2, doing: 'creating' },
  'delete-placement-group': { runs: 'ec2', seconds: 2, doing: 'deleting' },
  'ensure-interface': { runs: 'ec2', seconds: 5, doing: 'attaching' },
  'remove-interface': { runs: 'ec2', seconds: 5, doing: 'deleting' },
  'allocate-address': { runs: 'ec2', seconds: 1, doing: 'allocating' },
  'associate-address': { runs: 'ec2', seconds: 2, doing: 'associating' },
  'disassociate-address': { runs: 'ec2', seconds: 2, doing: 'disassociating' },
  'release-address': { runs: 'ec2', seconds: 1, doing: 'releasing' },
  'create-scaling-group': { runs: 'ec2', seconds: 120, doing: 'launching its members' },
  'modify-scaling-group': { runs: 'ec2', seconds: 60, doing: 'modifying' },
  'refresh-scaling-group': { runs: 'ec2', seconds: 600, doing: 'replacing its members' },
  'delete-scaling-group': { runs: 'ec2', seconds: 120, doing: 'ending its members' },
  'delete-launch-templates': { runs: 'ec2', seconds: 2, doing: 'deleting former templates' },
  'create-load-balancer': { runs: 'ec2', seconds: 150, doing: 'creating' },
  'modify-load-balancer': { runs: 'ec2', seconds: 5, doing: 'modifying' },
  'register-target': { runs: 'ec2', seconds: 1, doing: 'registering a server' },
  'await-target': { runs: 'ec2', seconds: 30, doing: 'waiting for a healthy server' },
  'deregister-target': { runs: 'ec2', seconds: 30, doing: 'draining a server' },
  'delete-load-balancer': { runs: 'ec2', seconds: 10, doing: 'deleting' },
  'create-volume': { runs: 'ec2', seconds: 2, doing: 'creating' },
  'adopt-volume': { runs: 'ec2', seconds: 1, doing: 'adopting' },
  'attach-volume': { runs: 'ec2', seconds: 3, doing: 'attaching' },
  'detach-volume': { runs: 'ec2', seconds: 3, doing: 'detaching' },
  'modify-volume': { runs: 'ec2', seconds: 10, doing: 'modifying' },
  'set-auto-enable-io': { runs: 'ec2', seconds: 1, doing: 'setting whether I/O goes on by itself' },
  'create-snapshot': {
    runs: 'ec2',
    seconds: 60,
    doing: 'taking a snapshot',
    enters: ({ hold }) => (hold ? [hold.server] : []),
  },
  'create-snapshots': {
    runs: 'ec2',
    seconds: 60,
    doing: 'taking snapshots',
    enters: ({ server }) => (server === undefined ? [] : [server]),
  },
  'modify-snapshot': { runs: 'ec2', seconds: 1, doing: 'changing who may use a snapshot' },
  'copy-snapshot': { runs: 'ec2', seconds: 600, doing: 'copying a snapshot' },
  'delete-snapshot': { runs: 'ec2', seconds: 1, doing: 'deleting a snapshot' },
  'supersede-volume': { runs: 'ec2', seconds: 1, doing: 'giving up its place' },
  'delete-volume': { runs: 'ec2', seconds: 3, doing: 'deleting' },
  'make-filesystem': { runs: 'host', seconds: 3, doing: 'making the filesystem', enters: itsServer, alone: true },
  'grow-filesystem': { runs: 'host', seconds: 3, doing: 'growing the filesystem', enters: itsServer, alone: true },
  'mount-volume': { runs: 'host', seconds: 1, doing: 'mounting', enters: itsServer, alone: true },
  'verify-volume': { runs: 'host', seconds: 1, doing: 'verifying', enters: itsServer },
  'write-fstab': { runs: 'host', seconds: 1, doing: 'writing fstab', enters: itsServer, alone: true },
  'unmount-volume': {
    runs: 'host',
    seconds: 1,
    doing: 'unmounting',
    // An instance that goes is not what others enter under its address.
    enters: ({ server, instanceId }) => (instanceId === undefined ? [server] : []),
    alone: true,
  },
  'copy-files': {
    runs: 'host',
    seconds: 60,
    doing: 'copying files',
    enters: ({ server, source }) => [...(server === undefined ? [] : [server]), ...serversAmong(source)],
  },
  'copy-blocks': {
    runs: 'host',
    seconds: 120,
    doing: 'copying blocks',
    enters: ({ source, destination }) => [source.server, destination.server],
  },
  'run-on-change': { runs: 'host', seconds: 5, doing: 'running its command', enters: itsServer, alone: true },
  'check-health': { runs: 'host', seconds: 5, doing: 'checking health', enters: itsServer },
  'record-copy': {
    runs: 'host',
    seconds: 1,
    doing: 'recording the copy',
    enters: ({ source }) => serversAmong(source),
  },
  'tag-resource': { runs: 'ec2', seconds: 1, doing: 'tagging' },
  'remove-temporary': { runs: 'ec2', seconds: 40, doing: 'cleaning up' },
} satisfies { readonly [K in StepKind]: StepKindFacts<K> }

/** Where steps run: the sides that share a bound on what is in flight. */
export type StepPlace = CloudKindFacts<StepKind>['runs'] | HostKindFacts<StepKind>['runs']

/** Where a step of this kind runs. */
export function placeOfKind(kind: StepKind): StepPlace {
  return stepKinds[kind].runs
}

/** The servers inside which a step acts, each once: those that must answer before it can begin. In the order in which it names them. */
export function serversEntered(step: Step): readonly Address[] {
  const { enters } = factsOf(step)
  return enters === undefined ? [] : [...new Set(enters(step))]
}

/** The server, or the instance of it that goes, in which nothing else of that sort may run meanwhile; undefined where it does not matter. */
export function aloneIn(step: Step): string | undefined {
  const facts = factsOf(step)
  if (facts.runs !== 'host' || facts.alone !== true) return undefined
  return facts.enters(step)[0] ?? ('instanceId' in step ? step.instanceId : undefined)
}

/** Expected duration in seconds, for deciding what to start first. */
export function expectedSeconds({ kind }: Step): number {
  return stepKinds[kind].seconds
}

/** What a running step of this kind is doing, in words that follow its address. */
export function doingOf(kind: StepKind): string {
  return stepKinds[kind].doing
}

/** The kind's line, whose function takes just such steps. */
function factsOf({ kind }: Step): StepKindFacts<Step['kind']> {
  return stepKinds[kind] as StepKindFacts<StepKind>
}

function serversAmong(source: string | readonly PlannedPlace[]): readonly Address[] {
  if (typeof source === 'string') return []
  return source.flatMap(({ server }) => (server === undefined ? [] : [server]))
}
