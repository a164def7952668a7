/** Generated from schema/stack.schema.json by scripts/generate-validator.mjs; change the schema and run that again. */

/**
 * A stack file as far as it is well formed, variables replaced: whatever does not have the shape that the schema asks
 * for is `undefined`, and so every member may be.
 */
export type StackShape = {
  readonly evenkeel?: 1 | undefined
  readonly stack?: NameShape | undefined
  readonly target?: TargetShape | undefined
  readonly extends?: string | undefined
  readonly tags?: TagsShape | undefined
  readonly variables?: Readonly<Record<string, VariableDeclarationShape | undefined>> | null | undefined
  readonly keyPairs?: Readonly<Record<string, KeyPairShape | undefined>> | null | undefined
  readonly networks?: Readonly<Record<string, NetworkShape | undefined>> | null | undefined
  readonly securityGroups?: Readonly<Record<string, SecurityGroupShape | undefined>> | null | undefined
  readonly images?: Readonly<Record<string, BuiltImageShape | undefined>> | null | undefined
  readonly placementGroups?: Readonly<Record<string, PlacementGroupShape | undefined>> | null | undefined
  readonly servers?: Readonly<Record<string, ServerShape | undefined>> | null | undefined
  readonly scalingGroups?: Readonly<Record<string, ScalingGroupShape | undefined>> | null | undefined
  readonly loadBalancers?: Readonly<Record<string, LoadBalancerShape | undefined>> | null | undefined
  readonly volumes?: Readonly<Record<string, VolumeShape | undefined>> | null | undefined
  readonly sync?: Readonly<Record<string, SyncRuleShape | undefined>> | null | undefined
  readonly archives?: Readonly<Record<string, ArchiveShape | undefined>> | null | undefined
  readonly outputs?: Readonly<Record<string, OutputValueShape | undefined>> | null | undefined
  readonly moved?: readonly (MoveShape | undefined)[] | null | undefined
}

/** A lower-case letter, then lower-case letters, digits and dashes, at most 40 characters. */
export type NameShape = string

export type ScalarShape = string | number | boolean

/** A text, or a list of texts; numbers and booleans are texts here. */
export type OutputValueShape = string | number | boolean | readonly (ScalarShape | undefined)[]

export type MoveShape = {
  readonly from?: SingleLineShape | undefined
  readonly to?: SingleLineShape | undefined
}

export type BooleanShape = boolean

export type TextShape = string

export type SingleLineShape = string

/** Tags of your own, on every resource that takes tags; an entry's own tags win over the stack's. Name, evenkeel:* and aws:* are reserved. */
export type TagsShape = Readonly<Record<string, string | undefined>> | null

/** Where the stack lives: `sandbox` for the embedded endpoint on this machine, or an EC2 region and account. */
export type TargetShape = string | {
  readonly region?: string | undefined
  readonly profile?: string | undefined
  readonly account?: string | undefined
  readonly endpoint?: string | undefined
}

/** What values a variable takes. Without a default it must be given. */
export type VariableDeclarationShape = {
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | undefined
  readonly default?: ScalarShape | undefined
  readonly description?: string | undefined
  readonly sensitive?: boolean | undefined
  readonly valueFrom?: {
    readonly ssm?: string | undefined
  } | undefined
  readonly version?: number | undefined
  readonly minimum?: number | undefined
  readonly maximum?: number | undefined
  readonly pattern?: string | undefined
  readonly enum?: readonly (ScalarShape | undefined)[] | undefined
} | null

export type KeyPairShape = {
  readonly publicKey?: SingleLineShape | undefined
  readonly keyPairId?: string | undefined
  readonly tags?: TagsShape | undefined
} | null

export type AddressBlockShape = string

export type NetworkShape = {
  readonly cidr?: AddressBlockShape | undefined
  readonly dnsSupport?: BooleanShape | undefined
  readonly dnsHostnames?: BooleanShape | undefined
  readonly subnets?: Readonly<Record<string, NetworkSubnetShape | undefined>> | null | undefined
  readonly nat?: 'single' | 'zonal' | undefined
  readonly acl?: NetworkAclShape | undefined
  readonly endpoints?: Readonly<Record<string, EndpointShape | undefined>> | null | undefined
  readonly tags?: TagsShape | undefined
}

export type NetworkSubnetShape = {
  readonly cidr?: AddressBlockShape | undefined
  readonly zone?: ZoneShape | undefined
  readonly public?: BooleanShape | undefined
  readonly nat?: BooleanShape | undefined
  readonly acl?: NetworkAclShape | undefined
  readonly routes?: readonly (RouteShape | undefined)[] | undefined
}

/** What may cross the borders of subnets (a network ACL). It knows no connections: answers need rules of their own. What no rule decides is refused. */
export type NetworkAclShape = {
  readonly in?: readonly (AclRuleShape | undefined)[] | undefined
  readonly out?: readonly (AclRuleShape | undefined)[] | undefined
} | null

export type AclRuleShape = {
  readonly port?: number | string | undefined
  readonly protocol?: 'tcp' | 'udp' | 'icmp' | 'all' | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly action?: 'allow' | 'deny' | undefined
}

export type EndpointShape = {
  readonly service?: string | undefined
  readonly subnets?: readonly (string | undefined)[] | undefined
  readonly securityGroups?: readonly (string | undefined)[] | undefined
  readonly privateDns?: BooleanShape | undefined
}

export type RouteShape = {
  readonly to?: AddressBlockShape | undefined
  readonly by?: string | undefined
}

export type SecurityGroupShape = {
  readonly description?: string | undefined
  readonly network?: SingleLineShape | undefined
  readonly ingress?: readonly (IngressRuleShape | undefined)[] | undefined
  readonly egress?: readonly (EgressRuleShape | undefined)[] | undefined
  readonly groupId?: string | undefined
  readonly ignoreChanges?: readonly (string | undefined)[] | undefined
  readonly tags?: TagsShape | undefined
} | null

export type IngressRuleShape = {
  readonly port?: number | string | undefined
  readonly protocol?: 'tcp' | 'udp' | 'icmp' | 'all' | undefined
  readonly from?: string | {
    readonly tag?: string | Readonly<Record<string, string | undefined>> | undefined
  } | undefined
}

export type EgressRuleShape = {
  readonly port?: number | string | undefined
  readonly protocol?: 'tcp' | 'udp' | 'icmp' | 'all' | undefined
  readonly to?: string | {
    readonly tag?: string | Readonly<Record<string, string | undefined>> | undefined
  } | undefined
}

/** One of securityGroups; or one that is there already and is left as it is, by its id or a tag. */
export type GroupChoiceShape = string | {
  readonly tag?: string | Readonly<Record<string, string | undefined>> | undefined
}

/** One of keyPairs; or one that is there already and is left as it is, by its id, its name in EC2 or a tag. */
export type KeyPairChoiceShape = string | {
  readonly name?: string | undefined
  readonly tag?: string | Readonly<Record<string, string | undefined>> | undefined
}

export type PlacementGroupShape = {
  readonly strategy?: 'cluster' | 'spread' | 'partition' | undefined
  readonly partitions?: number | undefined
  readonly spreadLevel?: 'rack' | 'host' | undefined
  readonly tags?: TagsShape | undefined
}

export type ServerShape = {
  readonly count?: number | undefined
  readonly image?: ImageShape | undefined
  readonly type?: string | undefined
  readonly zone?: ZoneShape | undefined
  readonly subnet?: SubnetShape | undefined
  readonly keyPair?: KeyPairChoiceShape | undefined
  readonly securityGroups?: readonly (GroupChoiceShape | undefined)[] | undefined
  readonly user?: string | undefined
  readonly state?: 'running' | 'stopped' | undefined
  readonly rootVolume?: {
    readonly size?: SizeShape | undefined
    readonly type?: VolumeTypeShape | undefined
    readonly onRemove?: 'snapshot' | 'delete' | undefined
    readonly onReplace?: 'snapshot' | 'delete' | undefined
  } | undefined
  readonly elasticIp?: ElasticIpShape | undefined
  readonly userData?: string | undefined
  readonly onUserDataChange?: 'ignore' | 'replace' | 'stop-start' | undefined
  readonly rolling?: {
    readonly maxUnavailable?: number | string | undefined
    readonly health?: string | undefined
    readonly timeout?: string | undefined
    readonly order?: 'ascending' | 'descending' | undefined
  } | undefined
  readonly replace?: 'launch-first' | 'terminate-first' | undefined
  readonly protect?: BooleanShape | undefined
  readonly dependsOn?: readonly (string | undefined)[] | undefined
  readonly via?: string | undefined
  readonly setup?: readonly (string | undefined)[] | undefined
  readonly alternatives?: readonly ({
    readonly type?: string | undefined
    readonly zone?: ZoneShape | undefined
  } | undefined)[] | undefined
  readonly iamInstanceProfile?: string | undefined
  readonly monitoring?: BooleanShape | undefined
  readonly cpu?: {
    readonly cores?: number | undefined
    readonly threadsPerCore?: number | undefined
  } | undefined
  readonly metadata?: {
    readonly tokens?: 'required' | 'optional' | undefined
    readonly hopLimit?: number | undefined
    readonly endpoint?: 'enabled' | 'disabled' | undefined
    readonly instanceTags?: 'enabled' | 'disabled' | undefined
  } | undefined
  readonly placement?: {
    readonly group?: TextShape | undefined
    readonly partition?: number | undefined
    readonly tenancy?: 'default' | 'dedicated' | 'host' | undefined
    readonly hostId?: string | undefined
  } | undefined
  readonly spot?: {
    readonly maxPrice?: number | undefined
    readonly interruption?: 'terminate' | 'stop' | undefined
  } | undefined
  readonly stopProtection?: BooleanShape | undefined
  readonly shutdownBehavior?: 'stop' | 'terminate' | undefined
  readonly privateIp?: string | readonly (PrivateAddressShape | undefined)[] | undefined
  readonly secondaryPrivateIps?: readonly (PrivateAddressShape | undefined)[] | undefined
  readonly sourceDestCheck?: BooleanShape | undefined
  readonly interfaces?: Readonly<Record<string, InterfaceShape | undefined>> | undefined
  readonly instanceId?: string | undefined
  readonly ignoreChanges?: readonly (string | undefined)[] | undefined
  readonly tags?: TagsShape | undefined
}

/** An image by id, the newest by owner and name pattern, what an SSM parameter says, or one that the stack makes (image.golden). */
export type ImageShape = string | {
  readonly owner?: string | undefined
  readonly name?: SingleLineShape | undefined
  readonly architecture?: 'x86_64' | 'arm64' | undefined
  readonly ssm?: string | undefined
}

export type InterfaceShape = {
  readonly subnet?: SubnetShape | undefined
  readonly securityGroups?: readonly (GroupChoiceShape | undefined)[] | undefined
  readonly privateIp?: string | readonly (PrivateAddressShape | undefined)[] | undefined
  readonly secondaryPrivateIps?: readonly (PrivateAddressShape | undefined)[] | undefined
  readonly sourceDestCheck?: BooleanShape | undefined
}

export type PrivateAddressShape = string

/** Whether there is one, or what is said of it. */
export type ElasticIpShape = boolean | {
  readonly protect?: BooleanShape | undefined
}

export type BuiltImageShape = {
  readonly from?: SingleLineShape | undefined
  readonly description?: SingleLineShape | undefined
  readonly keep?: number | undefined
  readonly regions?: readonly (CopyRegionShape | undefined)[] | undefined
  readonly share?: readonly (string | undefined)[] | undefined
  readonly protect?: BooleanShape | undefined
  readonly architecture?: 'x86_64' | 'arm64' | undefined
  readonly rootDevice?: string | undefined
  readonly bootMode?: 'legacy-bios' | 'uefi' | 'uefi-preferred' | undefined
  readonly user?: SingleLineShape | undefined
  readonly tags?: TagsShape | undefined
}

export type CopyRegionShape = string | {
  readonly region?: string | undefined
  readonly encrypted?: BooleanShape | undefined
  readonly kmsKey?: SingleLineShape | undefined
}

/** Servers and volumes that belong together must be in the same one. */
export type ZoneShape = string

/** A subnet of the file, by id, or the one with a tag; instead of zone. */
export type SubnetShape = string | {
  readonly tag?: string | Readonly<Record<string, string | undefined>> | undefined
}

export type ScalingGroupShape = {
  readonly image?: ImageShape | undefined
  readonly type?: string | undefined
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly desired?: number | undefined
  readonly zones?: readonly (ZoneShape | undefined)[] | undefined
  readonly subnets?: readonly (SubnetShape | undefined)[] | undefined
  readonly securityGroups?: readonly (string | undefined)[] | undefined
  readonly keyPair?: string | undefined
  readonly iamInstanceProfile?: string | undefined
  readonly monitoring?: BooleanShape | undefined
  readonly metadata?: {
    readonly tokens?: 'required' | 'optional' | undefined
    readonly hopLimit?: number | undefined
    readonly endpoint?: 'enabled' | 'disabled' | undefined
    readonly instanceTags?: 'enabled' | 'disabled' | undefined
  } | undefined
  readonly rootVolume?: {
    readonly size?: SizeShape | undefined
    readonly type?: VolumeTypeShape | undefined
  } | undefined
  readonly userData?: string | undefined
  readonly loadBalancer?: string | undefined
  readonly health?: ScalingHealthShape | undefined
  readonly refresh?: RefreshShape | undefined
  readonly protect?: BooleanShape | undefined
  readonly tags?: TagsShape | undefined
}

/** By what a member is judged; one that is not well is replaced. */
export type ScalingHealthShape = {
  readonly check?: 'ec2' | 'load-balancer' | undefined
  readonly grace?: number | undefined
}

/** How members are replaced when what they are launched from has changed: a few at a time. */
export type RefreshShape = {
  readonly minHealthy?: number | undefined
  readonly maxHealthy?: number | undefined
  readonly warmup?: number | undefined
  readonly rollback?: BooleanShape | undefined
}

export type LoadBalancerShape = {
  readonly kind?: 'application' | 'network' | undefined
  readonly internal?: BooleanShape | undefined
  readonly subnets?: readonly (SubnetShape | undefined)[] | undefined
  readonly securityGroups?: readonly (GroupChoiceShape | undefined)[] | undefined
  readonly listeners?: readonly (ListenerShape | undefined)[] | undefined
  readonly targets?: TargetsShape | undefined
  readonly protect?: BooleanShape | undefined
  readonly tags?: TagsShape | undefined
}

export type ListenerShape = {
  readonly port?: number | undefined
  readonly protocol?: 'http' | 'https' | 'tcp' | undefined
  readonly certificate?: string | undefined
}

/** Which servers get the traffic, and where. */
export type TargetsShape = {
  readonly servers?: string | readonly (string | undefined)[] | undefined
  readonly port?: number | undefined
  readonly health?: HealthCheckShape | undefined
  readonly drainSeconds?: number | undefined
  readonly stickySeconds?: number | undefined
}

/** How a server shows that it is well. It gets traffic once it has answered well. */
export type HealthCheckShape = {
  readonly path?: string | undefined
  readonly protocol?: 'http' | 'tcp' | undefined
  readonly codes?: string | undefined
  readonly interval?: number | undefined
  readonly timeout?: number | undefined
  readonly healthy?: number | undefined
  readonly unhealthy?: number | undefined
}

/** Volumes grow in place; they never shrink. */
export type SizeShape = number

export type DurationShape = string

export type KeepCountShape = number

/** Volume type. */
export type VolumeTypeShape = 'gp3' | 'gp2' | 'io1' | 'io2' | 'st1' | 'sc1' | 'standard'

export type MountPathShape = string

export type MountOptionsShape = string

export type MountOwnerShape = string

export type MountModeShape = string

/** Absolute path; left out: /mnt/<stack>/<name>. The longer form { path, options, owner, mode } says the same as the keys beside it. */
export type MountShape = string | {
  readonly path?: MountPathShape | undefined
  readonly options?: MountOptionsShape | undefined
  readonly owner?: MountOwnerShape | undefined
  readonly mode?: MountModeShape | undefined
}

export type VolumeShape = {
  readonly server?: TextShape | undefined
  readonly zone?: ZoneShape | undefined
  readonly size?: SizeShape | undefined
  readonly type?: VolumeTypeShape | undefined
  readonly iops?: number | undefined
  readonly throughput?: number | undefined
  readonly encrypted?: BooleanShape | undefined
  readonly kmsKey?: SingleLineShape | undefined
  readonly fstype?: 'ext2' | 'ext3' | 'ext4' | 'xfs' | 'btrfs' | 'vfat' | 'ntfs' | 'jfs' | 'reiserfs' | 'f2fs' | 'swap' | 'raw' | undefined
  readonly mount?: MountShape | undefined
  readonly options?: MountOptionsShape | undefined
  readonly owner?: MountOwnerShape | undefined
  readonly mode?: MountModeShape | undefined
  readonly unmounted?: BooleanShape | undefined
  readonly label?: SingleLineShape | undefined
  readonly uuid?: string | undefined
  readonly reuse?: BooleanShape | undefined
  readonly snapshot?: string | {
    readonly name?: string | undefined
    readonly version?: number | string | undefined
  } | undefined
  readonly volumeId?: string | undefined
  readonly snapshots?: {
    readonly every?: DurationShape | undefined
    readonly keep?: {
      readonly last?: KeepCountShape | undefined
      readonly daily?: KeepCountShape | undefined
      readonly weekly?: KeepCountShape | undefined
    } | undefined
    readonly share?: readonly (string | undefined)[] | undefined
    readonly consistent?: 'freeze' | 'unmount' | 'none' | undefined
    readonly regions?: readonly (CopyRegionShape | undefined)[] | undefined
  } | undefined
  readonly protect?: BooleanShape | undefined
  readonly autoEnableIO?: BooleanShape | undefined
  readonly onRemove?: 'snapshot' | 'retain' | 'delete' | undefined
  readonly dependsOn?: readonly (string | undefined)[] | undefined
  readonly ignoreChanges?: readonly (string | undefined)[] | undefined
  readonly tags?: TagsShape | undefined
}

export type ArchiveShape = {
  readonly from?: SingleLineShape | undefined
  readonly fstype?: 'ext2' | 'ext3' | 'ext4' | 'xfs' | 'btrfs' | undefined
  readonly keep?: number | undefined
  readonly regions?: readonly (CopyRegionShape | undefined)[] | undefined
  readonly slack?: string | undefined
  readonly checksum?: BooleanShape | undefined
  readonly exclude?: readonly (SingleLineShape | undefined)[] | undefined
  readonly server?: ArchiveServerShape | undefined
  readonly tags?: TagsShape | undefined
}

/** The server that the files are copied through. It lives only while a version is made. */
export type ArchiveServerShape = {
  readonly image?: ImageShape | undefined
  readonly type?: string | undefined
  readonly zone?: ZoneShape | undefined
  readonly subnet?: SubnetShape | undefined
  readonly keyPair?: KeyPairChoiceShape | undefined
  readonly securityGroups?: readonly (GroupChoiceShape | undefined)[] | undefined
  readonly user?: string | undefined
}

export type SyncRuleShape = {
  readonly from?: string | readonly (SingleLineShape | undefined)[] | undefined
  readonly to?: SingleLineShape | undefined
  readonly method?: 'files' | 'blocks' | 'clone' | undefined
  readonly via?: 'direct' | 'local' | undefined
  readonly delete?: BooleanShape | undefined
  readonly include?: readonly (SingleLineShape | undefined)[] | undefined
  readonly exclude?: readonly (SingleLineShape | undefined)[] | undefined
  readonly owner?: string | undefined
  readonly chmod?: string | undefined
  readonly checksum?: BooleanShape | undefined
  readonly bandwidthKiBps?: number | undefined
  readonly compress?: BooleanShape | undefined
  readonly partial?: BooleanShape | undefined
  readonly overwrite?: BooleanShape | undefined
  readonly onChange?: string | undefined
  readonly rolling?: {
    readonly maxUnavailable?: number | undefined
    readonly health?: string | undefined
    readonly timeout?: string | undefined
  } | undefined
}
