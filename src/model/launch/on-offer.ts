/** What EC2 has on offer, as people look it up before they write a stack file. */

/** An image that servers can be launched of. */
export interface FoundImage {
  readonly id: string
  readonly name: string
  /** Twelve digits. */
  readonly owner: string
  readonly architecture: string
  /** ISO 8601; absent where EC2 does not say. */
  readonly createdAt?: string
  /** The public parameter that leads to it, where it was found by one. */
  readonly parameter?: string
  readonly rootVolumeGiB?: number
}

/** What is looked for: images of an owner, or those that the parameters below a path of Systems Manager hold. */
export type ImagesWanted =
  | {
      readonly kind: 'owner'
      /** Twelve digits, `self` or `amazon`. */
      readonly owner: string
      /** With `*` and `?`; left out: any. */
      readonly name?: string | undefined
      readonly architecture?: string | undefined
    }
  | { readonly kind: 'parameters'; readonly path: string; readonly architecture?: string | undefined }

/** An instance type, and where it is offered. */
export interface FoundType {
  readonly name: string
  readonly vcpus: number
  readonly memoryMiB: number
  /** Those of EC2: `x86_64`, `arm64`; sorted. */
  readonly architectures: readonly string[]
  readonly isCurrent: boolean
  /** As EC2 words it: `Up to 5 Gigabit`. */
  readonly network: string
  /** Of instance store volumes, which lose their data with a stop; 0: none. */
  readonly instanceStoreGB: number
  /** Names of zones, sorted; empty: none of the region's. */
  readonly zones: readonly string[]
}

export interface FoundZone {
  readonly name: string
  /** The same in every account: `use1-az4`. */
  readonly id: string
  readonly type: string
  readonly state: string
  /** `opt-in-not-required`, `opted-in` or `not-opted-in`. */
  readonly optIn: string
  /** What is opted into together. */
  readonly group: string
}

export interface FoundRegion {
  readonly name: string
  readonly endpoint: string
  /** As of zones, for the account that asks. */
  readonly optIn: string
}

/** How much of something is wanted: `4` at least, `=4` exactly, `4-8` from one to the other. */
export interface Bounds {
  readonly min: number
  readonly max: number
}

export interface TypesWanted {
  /** With `*`: `t3.*`; left out: any. */
  readonly name?: string | undefined
  readonly vcpus?: Bounds | undefined
  readonly memoryGiB?: Bounds | undefined
  readonly architecture?: string | undefined
  /** Offered there. */
  readonly zone?: string | undefined
}

/** The types that fit, the smallest first: by CPUs, memory, name. */
export function fittingTypes(types: readonly FoundType[], wanted: TypesWanted): readonly FoundType[] {
  const { name, vcpus, memoryGiB, architecture, zone } = wanted
  const named = name === undefined ? undefined : patternOf(name)
  return types
    .filter(
      (type) =>
        (named?.test(type.name) ?? true) &&
        isWithin(type.vcpus, vcpus) &&
        isWithin(type.memoryMiB / 1024, memoryGiB) &&
        (architecture === undefined || type.architectures.includes(architecture)) &&
        (zone === undefined ? type.zones.length > 0 : type.zones.includes(zone)),
    )
    .sort(
      (left, right) =>
        left.vcpus - right.vcpus ||
        left.memoryMiB - right.memoryMiB ||
        (left.name < right.name ? -1 : Number(left.name > right.name)),
    )
}

/** The bounds that a word says; undefined for a word that says none. */
export function boundsOf(word: string): Bounds | undefined {
  const [, exact, from, to] = /^(=)?(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?$/.exec(word) ?? []
  if (from === undefined || (exact !== undefined && to !== undefined)) return undefined
  const min = Number(from)
  const max = exact === undefined ? (to === undefined ? Infinity : Number(to)) : min
  return max < min ? undefined : { min, max }
}

function isWithin(amount: number, bounds: Bounds | undefined): boolean {
  return bounds === undefined || (amount >= bounds.min && amount <= bounds.max)
}

function patternOf(name: string): RegExp {
  const text = name.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${text.replaceAll('*', '.*').replaceAll('?', '.')}$`)
}
