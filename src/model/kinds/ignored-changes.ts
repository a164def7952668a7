import type { AppliedKey } from '../applied.js'
import type { UserTags } from '../tags.js'

/** What a change shows it by, and what is recorded of it. */
interface Ignorable {
  readonly paths: readonly string[]
  readonly keys: readonly AppliedKey[]
}

/** The keys of an entry whose changes may be left alone (`ignoreChanges`), beside `tags.NAME`. */
export const ignorable = {
  server: {
    type: { paths: ['type'], keys: ['type'] },
    image: { paths: ['image'], keys: ['image'] },
    zone: { paths: ['zone'], keys: ['zone'] },
    subnet: { paths: ['subnet'], keys: ['subnet'] },
    securityGroups: { paths: ['securityGroups'], keys: ['group'] },
    state: { paths: ['state'], keys: ['state'] },
    rootVolume: { paths: ['rootVolume.size', 'rootVolume.type'], keys: ['root'] },
    userData: { paths: ['userData'], keys: ['userdata'] },
    setup: { paths: ['setup'], keys: ['setup'] },
    iamInstanceProfile: { paths: ['iamInstanceProfile'], keys: ['iam'] },
    monitoring: { paths: ['monitoring'], keys: ['monitor'] },
    cpu: { paths: ['cpu.cores', 'cpu.threadsPerCore'], keys: ['cpu'] },
    metadata: {
      paths: ['metadata.tokens', 'metadata.hopLimit', 'metadata.endpoint', 'metadata.instanceTags'],
      keys: ['metadata'],
    },
    placement: {
      paths: ['placement.group', 'placement.partition', 'placement.tenancy', 'placement.hostId'],
      keys: ['place'],
    },
    stopProtection: { paths: ['stopProtection'], keys: ['stop'] },
    shutdownBehavior: { paths: ['shutdownBehavior'], keys: ['shutdown'] },
    spot: { paths: ['spot.interruption', 'spot.maxPrice'], keys: ['spot'] },
    privateIp: { paths: ['privateIp'], keys: ['ip'] },
    secondaryPrivateIps: { paths: ['secondaryPrivateIps'], keys: ['ips'] },
    sourceDestCheck: { paths: ['sourceDestCheck'], keys: ['check'] },
  },
  volume: {
    size: { paths: ['size'], keys: ['size'] },
    // What a volume of one type takes, one of another refuses.
    type: { paths: ['type', 'iops', 'throughput'], keys: ['type', 'iops', 'rate'] },
    iops: { paths: ['iops'], keys: ['iops'] },
    throughput: { paths: ['throughput'], keys: ['rate'] },
    autoEnableIO: { paths: ['autoEnableIO'], keys: ['io'] },
  },
  securityGroup: {
    ingress: { paths: ['ingress'], keys: ['ingress', 'operator'] },
    egress: { paths: ['egress'], keys: ['egress'] },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Ignorable>>>>

export type IgnoringKind = keyof typeof ignorable

interface Ignoring {
  /** As the file names them: `type`, `tags.team`. Left out: none. */
  readonly ignoreChanges?: readonly string[]
}

/** The paths of changes that are left alone, tags among them. */
export function ignoredPaths(kind: IgnoringKind, { ignoreChanges }: Ignoring): ReadonlySet<string> {
  if (ignoreChanges === undefined) return nothing
  const table: Readonly<Record<string, Ignorable>> = ignorable[kind]
  return new Set(ignoreChanges.flatMap((name) => table[name]?.paths ?? [name]))
}

const nothing: ReadonlySet<string> = new Set()

/** The keys of the applied record that stay as they were. */
export function ignoredKeys(kind: IgnoringKind, { ignoreChanges }: Ignoring): readonly AppliedKey[] {
  const table: Readonly<Record<string, Ignorable>> = ignorable[kind]
  return (ignoreChanges ?? []).flatMap((name) => table[name]?.keys ?? [])
}

/** The tags without those that are left alone. */
export function heededTags({ ignoreChanges, tags }: Ignoring & { readonly tags: UserTags }): UserTags {
  if (!ignoreChanges) return tags
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !ignoreChanges.includes(`tags.${key}`)))
}
