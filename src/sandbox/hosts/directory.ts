import { createHash } from 'node:crypto'
import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'

/** Where a sandbox keeps its hosts and disks. All paths are absolute and free of symbolic links. */
export interface HostsDirectory {
  readonly root: string
  /** Twelve hex digits that name this directory in places shared by the machine: cgroups, locks. */
  readonly identity: string
  /** The number B of this sandbox's 127.B.0.0/16. */
  readonly addressBlockFile: string
  /** Names of /dev/loopN nodes that this sandbox made the kernel create, one a line. */
  readonly loopsFile: string
  /** Scripts and the image's files; rewritten at each start. */
  readonly runtime: string
  /** Where the image layer is mounted, in the switch's mount namespace alone. */
  readonly imageLayer: string
  /** The filesystem image that volumes and snapshots lie on, and where it is mounted, in that namespace too. */
  readonly disksImage: string
  readonly disks: string
  /** How a snapshot's content is made: sharing extents with its volume, or as a copy. */
  readonly snapshotsBy: 'clone' | 'copy'
  /** The mount namespace in which volumes and snapshots are seen by their paths there; undefined: this process's. */
  readonly namespace: string | undefined
  instance(instanceId: string): string
  volume(volumeId: string): string
  snapshot(snapshotId: string): string
  /** The file of a host's root disk; it lies where the volumes lie. */
  rootDisk(instanceId: string): string
  /** The file of a root disk of that size on which nothing has been written; on the filesystem of the others, gone at the next start. */
  blankDisk(sizeBytes: number): string
  /** The same with volumes and snapshots below `base`, a path of this process into another mount namespace. */
  withDisks(place: { readonly base: string; readonly namespace: string }): HostsDirectory
}

/** Makes the directory (mode 0700: it holds private host keys) and returns its paths. */
export async function openHostsDirectory(stateDir: string): Promise<HostsDirectory> {
  for (const name of ['instances', 'volumes', 'snapshots', 'runtime', 'image']) {
    await mkdir(join(stateDir, name), { recursive: true, mode: 0o700 })
  }
  const root = await realpath(stateDir)
  const directory = (base: string, namespace: string | undefined): HostsDirectory => ({
    root,
    identity: createHash('sha256').update(root).digest('hex').slice(0, 12),
    addressBlockFile: join(root, 'address-block'),
    loopsFile: join(root, 'loops'),
    runtime: join(root, 'runtime'),
    imageLayer: join(root, 'image'),
    disksImage: join(root, 'disks.xfs'),
    disks: join(root, 'disks'),
    snapshotsBy: namespace === undefined ? 'copy' : 'clone',
    namespace,
    instance: (instanceId) => join(root, 'instances', instanceId),
    volume: (volumeId) => join(base, 'volumes', `${volumeId}.img`),
    snapshot: (snapshotId) => join(base, 'snapshots', `${snapshotId}.img`),
    rootDisk: (instanceId) => join(base, 'volumes', `${instanceId}.img`),
    blankDisk: (sizeBytes) => join(base, 'blanks', `${sizeBytes}.img`),
    withDisks: (place) => directory(place.base, place.namespace),
  })
  return directory(root, undefined)
}
