/**
 * The paths under which the properties of each kind of resource stand in changes. Closed: what a report can show, and
 * what the table of mutability answers for, is what is named here.
 */
export interface PropertyPaths {
  readonly keyPair: 'publicKey'
  readonly securityGroup: 'description' | 'ingress'
  readonly server:
    | 'image'
    | 'type'
    | 'zone'
    | 'subnet'
    | 'keyPair'
    | 'securityGroups'
    | 'state'
    | 'rootVolume.size'
    | 'rootVolume.type'
    | 'userData'
    | 'protect'
    | 'setup'
  readonly volume: VolumePath | InsidePath
  readonly sync: SyncPath
  readonly archive: 'from' | 'version' | 'versions' | 'files' | 'fstype' | 'size' | 'temporary'
}

/** Of a volume, as EC2 knows it. */
type VolumePath =
  | 'size'
  | 'type'
  | 'iops'
  | 'throughput'
  | 'encrypted'
  | 'kmsKey'
  | 'zone'
  | 'snapshot'
  | 'attachment'
  | 'onRemove'

/** Of a volume, as its server knows it. */
type InsidePath = 'filesystem' | 'filesystemSize' | 'label' | 'uuid' | 'mount' | 'options' | 'owner' | 'mode' | 'fstab'

type SyncPath =
  | 'from'
  | 'to'
  | 'via'
  | 'method'
  | 'overwrite'
  | 'delete'
  | 'include'
  | 'exclude'
  | 'owner'
  | 'chmod'
  | 'checksum'
  | 'bandwidthKiBps'
  | 'compress'
  | 'partial'
  | 'onChange'
  | 'health'
  | 'bytes'
  | 'files'
  | 'files.created'
  | 'files.changed'
  | 'files.deleted'
  | 'files.bytes'
  | 'files.first'

/** Kinds of resources whose properties stand in changes. */
export type PropertyKind = keyof PropertyPaths

/** Tags are the user's own, each a property of its own. */
export type TagPath = `tags.${string}`

/** The paths of one kind of resource, or of all. `exists`: whether it is there at all. */
export type PathOf<K extends PropertyKind = PropertyKind> = PropertyPaths[K] | TagPath | 'exists'
