import type { HostFacts } from '../../model/inside/host-facts.js'
import type { HostVitals } from '../../model/inside/host-vitals.js'
import type { Address } from '../../model/address.js'
import type { Fstype } from '../../model/inside/fstype.js'
import type { MountSpec } from '../../model/kinds/volume.js'
import type { Effect } from './effect.js'

/** How to reach a server. Its host key is always known before a connection is made. */
export interface HostAccess {
  readonly address: Address
  readonly instanceId: string
  /** Public address, else the private one. */
  readonly hostname: string
  /** Where other servers reach it. */
  readonly privateIp?: string
  readonly port: number
  readonly user: string
  /** The server through which it is reached; absent: straight. */
  readonly via?: HostAccess
  /** `ssh-ed25519 AAAA…`; a connection that shows another key is refused. */
  readonly hostKey: string
  /** Undefined: the SSH agent. */
  readonly privateKeyPath: string | undefined
  /** Tried after it, and the SSH agent after these: the server may still have an older key of the stack. */
  readonly otherKeyPaths?: readonly string[]
  /** Public halves, `ssh-ed25519 AAAA…`, of the stack's keys that the SSH agent holds: each is asked of it alone, before its others. */
  readonly agentKeys?: readonly string[]
  /** Where no key of the stack is here, nor in the agent: what lets this machine in all the same. */
  readonly pass?: Pass
  /** Volume id -> the name under which EC2 attached it, e.g. `/dev/sdf`: on Xen types a disk does not tell its volume id. */
  readonly deviceNames?: Readonly<Record<string, string>>
}

/** A throw-away key that EC2 lets into a server for a short while. */
export interface Pass {
  /** Path of its private half (0600); it is there as long as the session. */
  readonly privateKeyPath: string
  /**
   * Lets it in, for a login that begins now; nothing is sent where that was done a moment ago. Rejects with HOST_NOT_ADMITTED
   * where it cannot be, and with a retryable HOST_UNREACHABLE where it cannot be yet.
   */
  admit(): Promise<void>
}

/** Lets this machine into servers without a key of the stack. */
export interface PassPort {
  passFor(server: { readonly address: Address; readonly instanceId: string; readonly user: string }): Promise<Pass>
}

export interface ReadyOptions {
  /** For all of it. */
  readonly timeoutMs: number
  /** How long it may take to answer; left out: all of the time. */
  readonly answerMs?: number
  /** It answers: what is waited for from now on is the end of its first boot. */
  readonly onAnswer?: () => void
  /** Aborted: nobody waits any more; rejects with Cancelled. */
  readonly signal?: AbortSignal | undefined
}

export interface KeyRequest {
  readonly stack: string
  /** The key pair's name, for the line's comment. */
  readonly name: string
  /** `ssh-ed25519 AAAA…`. */
  readonly publicKey: string
  /** Where its private half is; undefined: in the SSH agent. */
  readonly privateKeyPath: string | undefined
  /** Fingerprints of keys that the stack put there without a mark: at the launch. */
  readonly former: readonly string[]
}

/** Where a server answers, whoever that is. */
export interface HostPlace {
  readonly address: Address
  readonly hostname: string
  readonly port: number
  /** The server through which it is reached; absent: straight. */
  readonly via?: HostAccess
}

/** One connection an instance, made at the first use and kept until `close`. Commands run through `sudo -n` where they need root. */
export interface HostPort {
  /** Retries until the server answers and its first boot is over (`cloud-init status --wait` where there is one). */
  waitUntilReady(access: HostAccess, options: ReadyOptions): Promise<Effect>
  /**
   * The host keys that whoever answers there offers, `ssh-ed25519 AAAA…`, of all kinds that can be pinned. Nobody logs in, and
   * nothing is believed: it is for the caller to compare them with what is known in another way.
   */
  offeredHostKeys(place: HostPlace): Promise<readonly string[]>
  /** What tells this boot of the server from any other: `/proc/sys/kernel/random/boot_id` (random(4)). */
  bootId(access: HostAccess): Promise<string>
  /** One round trip. Never rejects for a host that cannot be reached: that is an answer. */
  probe(access: HostAccess): Promise<HostFacts>
  /** Its load, its memory and what its filesystems hold. */
  vitals(access: HostAccess): Promise<HostVitals>
  /** Refuses a device on which any signature is found, unless it is the wanted filesystem (then `unchanged`). Installs mkfs when it is missing. */
  makeFilesystem(
    access: HostAccess,
    request: {
      readonly volumeId: string
      readonly fstype: Fstype
      readonly label: string | undefined
      readonly uuid: string | undefined
      /** Whether it is mounted (swap: used) afterwards, so that a server whose kernel cannot is told before anything is made. */
      readonly isUsed?: boolean | undefined
    },
  ): Promise<Effect>
  /** Grows the partition, if there is one, and the filesystem to the device's size; offline where the kernel refuses it online. */
  growFilesystem(
    access: HostAccess,
    request: { readonly volumeId: string; readonly fstype: Fstype; readonly mountPath: string | undefined },
  ): Promise<Effect>
  /** Checks that the device holds `fstype`, makes the directory, mounts by UUID, sets owner and mode where given; a swap area is swapped to. `unchanged` when all is so already. */
  mount(
    access: HostAccess,
    request: { readonly volumeId: string; readonly fstype: Fstype; readonly mount: MountSpec; readonly fresh: boolean },
  ): Promise<Effect>
  /** One line by UUID for this volume, in place of any older managed line. Atomic. */
  writeFstab(
    access: HostAccess,
    request: { readonly volumeId: string; readonly fstype: Fstype; readonly mount: MountSpec },
  ): Promise<Effect>
  /** Takes the managed fstab line out, then unmounts; a busy mount is a HostError that names the processes that hold it. */
  unmount(access: HostAccess, request: { readonly volumeId: string }): Promise<Effect>
  /** The volume's filesystem, where it is mounted at that path and on top there; rejects with HOST_NOT_MOUNTED when it is not. */
  checkMounted(
    access: HostAccess,
    request: { readonly volumeId: string; readonly mountPath: string },
  ): Promise<MountedFilesystem>
  /**
   * Holds the filesystems of these volumes still, those that are mounted, until `thaw`, or until the server has lost us,
   * or for `seconds` at most. One that cannot be frozen is written out instead.
   */
  freeze(
    access: HostAccess,
    request: { readonly volumeIds: readonly string[]; readonly seconds: number },
  ): Promise<Freeze>
  /**
   * Makes the bytes of one volume those of another, on one server or on two, by what differs; both must be in no use.
   * What was written is read back and compared. Running it again goes on where it ended.
   */
  copyBlocks(
    source: { readonly access: HostAccess; readonly volumeId: string },
    destination: { readonly access: HostAccess; readonly volumeId: string },
    request: BlockCopyRequest,
  ): Promise<BlockCopy>
  /**
   * Runs a shell command as the login user; output line by line. Rejects with HostError when it exits with other than 0, and
   * with HOST_TIMED_OUT when it has not ended in time: then it was ended on the server too, as it is with `signal`, whose
   * reason it rejects with. `shown` stands for the command in messages.
   */
  run(
    access: HostAccess,
    command: string,
    onOutput: (line: string) => void,
    options?: { readonly timeoutMs?: number; readonly shown?: string; readonly signal?: AbortSignal },
  ): Promise<void>
  /** Runs argv with the caller's standard streams; resolves with the exit status. For `evenkeel exec`. */
  exec(access: HostAccess, argv: readonly string[], streams: ExecStreams): Promise<number>
  /**
   * Lets one more key in, proves by a login with it alone that it opens the server, and only then takes away the stack's
   * own other keys: those that it put there, and `former` ones. Keys of others stay. Rejects with HOST_KEY_UNPROVEN, and has
   * taken nothing away, when it does not open it.
   */
  authorizeKey(access: HostAccess, request: KeyRequest): Promise<Effect>
  /** Drops the connection to an instance, e.g. before it is stopped. */
  disconnect(instanceId: string): void
  close(): void
}

/** A filesystem that was found mounted. */
export interface MountedFilesystem {
  readonly mountPath: string
  /** `major:minor`, as the third field of /proc/self/mountinfo has it. */
  readonly number: string
}

export interface BlockCopyRequest {
  /** Whether whatever is at the destination may go; else it must be zero from end to end. */
  readonly mayOverwrite: () => boolean
  /** Take gzip where no faster program is at both ends. */
  readonly compress: boolean
  /** Called once, when it is known that something will be written, and before it is. */
  readonly beforeWriting: () => Promise<void>
  /** Aborted: what is under way ends, on the servers too, and it rejects with the reason. */
  readonly signal?: AbortSignal
  /** Bytes, of so many, that were compared; then of those that are sent. */
  readonly onProgress: (bytesDone: number, bytesTotal: number, what: 'compared' | 'copied') => void
}

export interface BlockCopy {
  /** SHA-256 over the SHA-256s of the source's ranges, in hex; the destination's is the same. */
  readonly digest: string
  readonly bytesSent: number
  /** Made zero without sending them. */
  readonly bytesZeroed: number
}

/** Filesystems that are held still. */
export interface Freeze {
  /** False when one of them could only be written out. */
  readonly complete: boolean
  /** Lets them go on; resolves with whether they were held until now. Never rejects. */
  thaw(): Promise<boolean>
}

export interface ExecStreams {
  readonly stdin: NodeJS.ReadableStream | undefined
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  /** The terminal that all three are; left out: they are files or pipes, and the command has no terminal either. */
  readonly terminal?: ExecTerminal
  /** Aborted: the command, and what it has started, is sent SIGINT, and its exit status waited for. */
  readonly interrupt?: AbortSignal
}

export interface ExecTerminal {
  /** `xterm-256color`, as TERM has it. */
  readonly term: string
  size(): { readonly rows: number; readonly cols: number }
  /** Calls back when the size has changed; returns the way to unsubscribe. */
  onResize(listener: () => void): () => void
}

/** What this machine has to enter a server with. */
export interface KeysHere {
  /** Path of the pair's private half; undefined: it is not here. */
  readonly own: string | undefined
  /** Paths of the private halves of keys that the server may have in its place. */
  readonly former: readonly string[]
  /** Public halves, `ssh-ed25519 AAAA…`, of those of both that the SSH agent holds; the pair's first, and only where no file has it. */
  readonly inAgent: readonly string[]
}

/** Key pairs on this machine. */
export interface LocalKeysPort {
  /**
   * `ssh-ed25519 AAAA…` without comment, or undefined when this machine has none for that entry yet. Of a generated pair
   * the one that EC2 has (`live`), if its private half is here, else the one in its place.
   */
  publicKey(keyPair: Address, live?: string): Promise<string | undefined>
  /** Makes the stack's generated pair when it is not there (mode 0600), and returns its public half. */
  generate(keyPair: Address): Promise<string>
  /** Moves a generated pair aside, after its key pair was deleted in EC2; where its private half lies then. Nothing is ever deleted. */
  retire(keyPair: Address): Promise<string | undefined>
  /** Where ssh finds the private half, for a generated one that of `live`; undefined: ask the agent. */
  privateKeyPath(keyPair: Address, live: string | undefined): Promise<string | undefined>
  /** Where the private halves lie of the pair, and of keys with these fingerprints (`SHA256:…`), wherever on this machine, or in its agent. */
  privateKeyPaths(keyPair: Address | undefined, formerKeys: readonly string[]): Promise<KeysHere>
}
