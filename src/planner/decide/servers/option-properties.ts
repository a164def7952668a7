import type { AppliedKey, AppliedRecord } from '../../../model/applied.js'
import type { DiffValue } from '../../../model/change.js'
import {
  isSameProfile,
  profileName,
  type Placement,
  type ServerOptionChanges,
  type ServerOptionPath,
  type ServerOptions,
} from '../../../model/launch/server-options.js'
import type { LiveServer, ServerSpec } from '../../../model/kinds/server.js'
import type { Property, Wishes } from '../../compare/comparison.js'

/** One option: what is recorded of it, and how its parts stand in changes. */
interface Option {
  readonly name: keyof ServerOptions
  readonly key: AppliedKey
  readonly parts: readonly Part[]
}

interface Part {
  readonly path: ServerOptionPath
  /** Undefined: nothing is said of it. */
  readonly of: (options: ServerOptions) => DiffValue | undefined
  /** What EC2 gives by itself, to which it goes back when it leaves the file; undefined: it stays as it is then. */
  readonly initial?: DiffValue
}

const table: readonly Option[] = [
  {
    name: 'iamInstanceProfile',
    key: 'iam',
    parts: [{ path: 'iamInstanceProfile', of: ({ iamInstanceProfile }) => iamInstanceProfile, initial: null }],
  },
  {
    name: 'monitoring',
    key: 'monitor',
    parts: [{ path: 'monitoring', of: ({ monitoring }) => monitoring, initial: false }],
  },
  {
    name: 'cpu',
    key: 'cpu',
    parts: [
      { path: 'cpu.cores', of: ({ cpu }) => cpu?.cores },
      { path: 'cpu.threadsPerCore', of: ({ cpu }) => cpu?.threadsPerCore },
    ],
  },
  {
    name: 'metadata',
    key: 'metadata',
    parts: [
      { path: 'metadata.tokens', of: ({ metadata }) => metadata?.tokens },
      { path: 'metadata.hopLimit', of: ({ metadata }) => metadata?.hopLimit },
      { path: 'metadata.endpoint', of: ({ metadata }) => metadata?.endpoint },
      { path: 'metadata.instanceTags', of: ({ metadata }) => metadata?.instanceTags },
    ],
  },
  {
    name: 'placement',
    key: 'place',
    parts: [
      { path: 'placement.group', of: ({ placement }) => placement?.group, initial: null },
      { path: 'placement.partition', of: ({ placement }) => placement?.partition },
      { path: 'placement.tenancy', of: ({ placement }) => placement?.tenancy, initial: 'default' },
      { path: 'placement.hostId', of: ({ placement }) => placement?.hostId },
    ],
  },
  {
    name: 'stopProtection',
    key: 'stop',
    parts: [{ path: 'stopProtection', of: ({ stopProtection }) => stopProtection, initial: false }],
  },
  {
    name: 'shutdownBehavior',
    key: 'shutdown',
    parts: [{ path: 'shutdownBehavior', of: ({ shutdownBehavior }) => shutdownBehavior, initial: 'stop' }],
  },
  {
    name: 'spot',
    key: 'spot',
    parts: [
      { path: 'spot.interruption', of: ({ spot }) => spot?.interruption, initial: null },
      { path: 'spot.maxPrice', of: ({ spot }) => spot?.maxPrice },
    ],
  },
  { name: 'privateIp', key: 'ip', parts: [{ path: 'privateIp', of: ({ privateIp }) => privateIp }] },
  {
    name: 'secondaryPrivateIps',
    key: 'ips',
    parts: [{ path: 'secondaryPrivateIps', of: ({ secondaryPrivateIps }) => secondaryPrivateIps, initial: [] }],
  },
  {
    name: 'sourceDestCheck',
    key: 'check',
    parts: [{ path: 'sourceDestCheck', of: ({ sourceDestCheck }) => sourceDestCheck, initial: true }],
  },
]

/** What options say, by the paths under which it stands in changes. */
export function optionValues(options: ServerOptions = {}): Readonly<Record<string, DiffValue | undefined>> {
  return Object.fromEntries(table.flatMap(({ parts }) => parts.map(({ path, of }) => [path, of(options)])))
}

/** What the file says of them, as it is digested. */
export function optionWords({ options }: ServerSpec): readonly { readonly key: AppliedKey; readonly word: unknown }[] {
  return options ? table.map(({ key, name }) => ({ key, word: options[name] })) : []
}

/** Those of which the file says something, or said at the last apply. `groups`: addresses of placement groups by their names in EC2. */
export function optionProperties(
  { options: asked = {} }: ServerSpec,
  { options = {}, spot }: LiveServer,
  applied: AppliedRecord | undefined,
  groups: ReadonlyMap<string, string>,
): readonly Property<'server'>[] {
  // Where EC2 does not show the request of a spot instance, it is taken for what it was launched as.
  const live = spot && !options.spot && asked.spot ? { ...options, spot: asked.spot } : options
  return table.flatMap(({ name, key, parts }) => {
    const word = asked[name]
    if (word === undefined && applied?.[key] === undefined) return []
    return parts.flatMap(({ path, of, initial }): readonly Property<'server'>[] => {
      const after = of(asked) ?? initial
      if (after === undefined) return []
      // Of what EC2 was not asked for nothing is known before it.
      const observed = of(live) ?? untold[path] ?? null
      const before = path === 'placement.group' ? (groups.get(String(observed)) ?? observed) : observed
      return [{ path, key, word, before, after, ...(path === 'iamInstanceProfile' && profiles(before, after)) }]
    })
  })
}

/** What an observation leaves out where it is so. */
const untold: Readonly<Partial<Record<ServerOptionPath, DiffValue>>> = {
  monitoring: false,
  'placement.tenancy': 'default',
  secondaryPrivateIps: [],
  sourceDestCheck: true,
}

/** A profile is shown by its name where the file names it so. */
function profiles(before: DiffValue, after: DiffValue): Pick<Property<'server'>, 'before' | 'equal'> {
  if (typeof before !== 'string' || typeof after !== 'string') return { before, equal: before === after }
  const equal = isSameProfile(after, before)
  return { before: equal || !after.startsWith('arn:') ? profileName(before) : before, equal }
}

/** What stands of them in the plan of a new server. */
export function optionWishes({ options }: ServerSpec): Wishes<'server'> {
  if (!options) return {}
  return Object.fromEntries(table.flatMap(({ parts }) => parts.map(({ path, of }) => [path, of(options)] as const)))
}

/** What is done on a live server whose properties at these paths change; undefined: nothing of this. */
export function optionChanges(
  { options: asked = {} }: ServerSpec,
  changed: ReadonlySet<string>,
): ServerOptionChanges | undefined {
  const names = table.filter(
    // Another type has its own cores and threads (EC2 User Guide, "Rules for specifying CPU options").
    ({ name, parts }) => parts.some(({ path }) => changed.has(path)) || (name === 'cpu' && changed.has('type')),
  )
  const entries = names.flatMap(({ name, parts: [part] }) => {
    // Fixed at launch.
    if (name === 'spot') return []
    const value = name === 'placement' ? placementChange(asked.placement) : (asked[name] ?? part?.initial)
    return value === undefined ? [] : [[name, value] as const]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

/** A server whose file names no group any more leaves the one that it is in. */
function placementChange({ tenancy: _tenancy, ...placement }: Placement = {}): ServerOptionChanges['placement'] {
  return { group: null, ...placement }
}
