/**
 * What the EC2 model asks of the machines and disks behind it. The API works without one (`hosts: 'none'`):
 * then instances and volumes exist as records alone. All methods are idempotent: asking twice is the same as once.
 * Sizes are bytes, times milliseconds.
 */
export interface HostBackend {
  /** `linux`: real hosts and block devices. `none`: records only; every method resolves without effect. */
  readonly kind: 'linux' | 'none'
  /** Why there are no hosts, for `sandbox status` and plans; absent with `linux`. */
  readonly unavailableBecause?: string
  /** What its hosts are not, for `sandbox status` and the log: sentences, known once it has started. */
  readonly limits: readonly string[]

  /** Sweeps what a crashed daemon left under this state directory, then starts the switch. */
  start(): Promise<void>
  /** Stops every host (their disks stay on disk), releases all devices; nothing of this sandbox is left on the machine. */
  stop(): Promise<void>

  /**
   * The public address of a number, given as an address of the sandbox's network: `10.66.H.L` -> 127.B.H.L. The block B
   * is the same after the next start, unless so many state directories are in use that another had to take it.
   */
  publicIpFor(number: string): string

  /** Boots the instance's host; resolves when sshd listens. The root disk is made at the first boot and kept afterwards. */
  boot(host: HostDescription): Promise<HostBoot>
  /** Orderly power-off: writers are told, filesystems unmounted. `force` pulls the plug. Resolves when nothing runs. */
  shutdown(instanceId: string, options: { readonly force: boolean }): Promise<void>
  /** Removes the root disk of a host that has been shut down. */
  destroy(instanceId: string): Promise<void>
  /** Called when a host ends by itself (reboot(2), poweroff(2), or a crash of its PID 1), not after `shutdown`. */
  onExit(listener: (instanceId: string, how: 'reboot' | 'poweroff' | 'crash') => void): void
  /** Text that the host wrote to its console so far (boot messages, host keys, cloud-init lines); at most the last 64 KiB. */
  console(instanceId: string): Promise<string>
  /** Empties it: another machine's, from here on. */
  clearConsole(instanceId: string): Promise<void>

  /** Makes the volume's file: blank (sparse), or a copy of a snapshot's content that is extended to `sizeBytes`. */
  createVolume(volumeId: string, sizeBytes: number, fromSnapshotId: string | undefined): Promise<void>
  deleteVolume(volumeId: string): Promise<void>
  /** Extends the file, and the device in the host that it is attached to. */
  growVolume(volumeId: string, sizeBytes: number): Promise<void>
  /** Puts the volume's block device into the instance's host; with the host off, it appears at the next boot. */
  attachVolume(
    volumeId: string,
    attachment: { readonly instanceId: string; readonly deviceName: string },
  ): Promise<void>
  /** Takes the device away. Resolves `busy` (and takes nothing away) while the host has it mounted, unless forced. */
  detachVolume(volumeId: string, options: { readonly force: boolean }): Promise<'detached' | 'busy'>
  /**
   * A point in time, taken when it resolves: what had reached the device, as EC2's; caches of a host that has it mounted are
   * not in it. Where the machine does not allow that (`limits`), a copy for which mounted filesystems are frozen.
   */
  createSnapshot(snapshotId: string, volumeId: string): Promise<void>
  /** The same of a host's root disk: an archive of what was written to it since it was made from its image. */
  createRootSnapshot(snapshotId: string, instanceId: string): Promise<void>
  deleteSnapshot(snapshotId: string): Promise<void>

  /**
   * What the instance's host has beside its first address from now on: what is not named goes. Without effect while it is
   * off; a boot makes what its description says.
   */
  setInterfaces(instanceId: string, interfaces: readonly HostInterface[]): Promise<void>

  /** What the metadata service says to the instance's host from now on; without effect while it is off. */
  setMetadata(instanceId: string, metadata: HostMetadata): Promise<void>

  /**
   * Replaces all public addresses and firewall rules at once. Each public address leads to the host with that private
   * address, or to nothing as long as that is off; connections through an address that now leads elsewhere are cut.
   * Default deny inwards between hosts and from outside; those with a public address have a way out. Rejects when a new address cannot be reached from this machine.
   */
  setNetwork(network: HostNetwork): Promise<void>

  /**
   * What load balancers do from now on, all of them at once; their addresses must be in force (`setNetwork`). When it resolves,
   * nothing new is sent to a target that is not named. What goes on with one that drains goes on; with another it is cut.
   */
  setBalancers(listeners: readonly BalancerListener[]): Promise<void>
  /** Asks a target once whether it is well. */
  probe(probe: Probe): Promise<ProbeResult>

  /** What goes wrong with SSH connections that are made from now on; those before go on as they are. */
  disturb(disturbance: Disturbance): Promise<void>
}

/** Troubles of the nth SSH connection from this machine, by chance; the same seed gives the same. Times of the machine's clock. */
export interface Disturbance {
  readonly seed: number
  readonly slow?: { readonly probability: number; readonly delayMs: number } | undefined
  readonly dropped?: { readonly probability: number; readonly withinMs: number } | undefined
  readonly hanging?: { readonly probability: number; readonly withinMs: number } | undefined
}

/** Who reaches whom. */
export interface HostNetwork {
  /** At most one for a host, and at most one host for each. */
  readonly publicAddresses: readonly PublicAddress[]
  /** What the name service answers to hosts: name -> private address, or several. */
  readonly names: Readonly<Record<string, string | readonly string[]>>
  readonly rules: readonly FirewallRule[]
  /** By private address, of hosts that may not begin a connection to everywhere: where they may. Answers always go out. */
  readonly egress?: Readonly<Record<string, readonly EgressRule[]>>
  /**
   * The private addresses of each VPC's hosts: between two VPCs only public addresses lead anywhere. Left out: all hosts
   * are in one.
   */
  readonly networks?: readonly (readonly string[])[]
  /** Of load balancers: they are reached there by whom `rules` allow, from this machine at their public addresses. */
  readonly balancers?: readonly BalancerAddress[]
  /**
   * By private address, of hosts without a public one: the public address of the NAT gateway by which they go out. All other
   * hosts without a public address go nowhere.
   */
  readonly wayOut?: Readonly<Record<string, string>>
  /** What passes at the borders of subnets, in both directions and whatever was said before; left out: everything. */
  readonly borders?: readonly SubnetBorder[]
  /** By private address: how many hops the metadata service's answer to a request for a token goes. */
  readonly metadataHops?: Readonly<Record<string, number>>
}

/** Where a node of a load balancer listens. */
export interface BalancerAddress {
  readonly privateIp: string
  readonly publicIp: string | undefined
  readonly ports: readonly number[]
}

/** What a node of a load balancer does with what comes to it at one port. */
export interface BalancerListener {
  /** The node's private address, from which it goes to targets as well. */
  readonly address: string
  readonly port: number
  readonly protocol: 'HTTP' | 'TCP'
  readonly idleTimeoutMs: number
  /** Clients stay with their target: by a cookie for so long, or by their address (TCP). */
  readonly stickySeconds: number | undefined
  readonly targets: readonly BalancerTarget[]
  /** They get nothing new. */
  readonly draining: readonly BalancerTarget[]
}

export interface BalancerTarget {
  readonly id: string
  readonly address: string
  readonly port: number
}

export interface Probe {
  /** The address that asks: a node's. */
  readonly from: string
  readonly address: string
  readonly port: number
  readonly protocol: 'HTTP' | 'TCP'
  /** Of HTTP. */
  readonly path: string
  /** Of the machine's clock. */
  readonly timeoutMs: number
}

/** What became of one probe. */
export type ProbeResult =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'connected' }
  /** Refused, reset, or no HTTP. */
  | { readonly kind: 'failed' }
  | { readonly kind: 'timed-out' }

/** A public address and the host that it leads to. */
export interface PublicAddress {
  readonly publicIp: string
  readonly privateIp: string
  /** The first private address of the host, where this is that of a further interface of it. */
  readonly hostIp?: string
}

/** A subnet whose network ACL lets not everything pass. The first rule that fits decides; what none fits is dropped. */
export interface SubnetBorder {
  readonly cidr: string
  readonly inwards: readonly BorderRule[]
  readonly outwards: readonly BorderRule[]
}

/** `peer` is the other end's CIDR. */
export interface BorderRule extends Pick<FirewallRule, 'protocol' | 'fromPort' | 'toPort'> {
  readonly peer: string
  readonly allows: boolean
}

/** What the instance metadata service says to a host. */
export interface HostMetadata {
  /** Whether it answers nothing, who has fetched a token first (IMDSv2), or anybody (IMDSv1 too). */
  readonly access: 'nobody' | 'token' | 'anybody'
  /** Path below `/latest/` -> text. */
  readonly values: Readonly<Record<string, string>>
}

export interface HostDescription {
  readonly instanceId: string
  /** e.g. `ip-10-66-0-5`. */
  readonly hostname: string
  /** Where its short name and those of its neighbours are looked up, e.g. `ec2.internal`. */
  readonly domain: string
  readonly privateIp: string
  /** Of its network interface, e.g. `02:ee:0a:42:00:05`. */
  readonly macAddress: string
  /** The image's login user (`admin`, `ubuntu`, `ec2-user`), with password-less sudo. */
  readonly loginUser: string
  /** Whether its image has EC2 Instance Connect's package: sshd then asks the metadata service for keys as well. */
  readonly instanceConnect?: boolean
  /** OpenSSH public key lines for the login user; read at the first boot alone, as cloud-init does. */
  readonly authorizedKeys: readonly string[]
  /** Decoded user data; run at the first boot alone. */
  readonly userData: string | undefined
  /** `nvme`: /dev/nvmeNn1 with by-id links (Nitro types); `xen`: /dev/xvdf. */
  readonly deviceNaming: 'nvme' | 'xen'
  /** Of the root disk: made of this size, grown to it at a later boot, never made smaller. */
  readonly rootSizeBytes: number
  /** The snapshot that the root disk is made of at the first boot; absent: a blank one. */
  readonly rootSnapshotId?: string
  /** The root volume's id, the serial number of its device; absent where the API knows none. */
  readonly rootVolumeId?: string
  /** Volumes present at boot, in the order of their device numbers. */
  readonly volumes: readonly { readonly volumeId: string; readonly deviceName: string }[]
  /** Beside the first address; absent: nothing. */
  readonly interfaces?: readonly HostInterface[]
  readonly metadata: HostMetadata
}

/** A network interface of a host, by its name inside. */
export interface HostInterface {
  readonly name: string
  /** Absent on the first one, of which further addresses alone are told. */
  readonly macAddress?: string
  readonly addresses: readonly string[]
}

export interface HostBoot {
  /** `ssh-ed25519 AAAA… root@host`, one line per host key; the same at every boot of the instance. */
  readonly hostKeys: readonly string[]
}

/** Allow rule; `to` is a CIDR of addresses as the host names them, public ones of other hosts included. */
export interface EgressRule extends Pick<FirewallRule, 'protocol' | 'fromPort' | 'toPort'> {
  readonly to: string
}

/** Allow rule; `from` is a CIDR (`203.0.113.1/32` is the operator's side of the sandbox). Ports inclusive; protocol `all` has no ports. */
export interface FirewallRule {
  readonly from: string
  readonly toPrivateIp: string
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'all'
  readonly fromPort: number
  readonly toPort: number
}
