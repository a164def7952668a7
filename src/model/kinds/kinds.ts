/** What is known of a kind of resource everywhere: where its entries stand in the three documents that list it. */
interface Kind {
  /** The section of the stack file; absent for what follows from entries of another kind. */
  readonly section?: string
  /** The list in StackSpec. */
  readonly specs: string
  /** Most stacks have none: then the list in StackSpec is absent. */
  readonly isRare?: true
  /** The list in LiveStack; absent for what is no resource of EC2's own. */
  readonly live?: string
}

/** The kinds of thing that have an address, by its first word, in the order in which reports list them: one line each. */
export const kinds = {
  keyPair: { section: 'keyPairs', specs: 'keyPairs', live: 'keyPairs' },
  network: { section: 'networks', specs: 'networks', live: 'networks' },
  securityGroup: { section: 'securityGroups', specs: 'securityGroups', live: 'securityGroups' },
  image: { section: 'images', specs: 'images', live: 'builtImages' },
  placementGroup: { section: 'placementGroups', specs: 'placementGroups', live: 'placementGroups' },
  server: { section: 'servers', specs: 'servers', live: 'servers' },
  interface: { specs: 'interfaces', live: 'interfaces', isRare: true },
  elasticIp: { specs: 'elasticIps', live: 'elasticIps' },
  scalingGroup: { section: 'scalingGroups', specs: 'scalingGroups', live: 'scalingGroups', isRare: true },
  loadBalancer: { section: 'loadBalancers', specs: 'loadBalancers', live: 'loadBalancers', isRare: true },
  volume: { section: 'volumes', specs: 'volumes', live: 'volumes' },
  sync: { section: 'sync', specs: 'syncs' },
  archive: { section: 'archives', specs: 'archives' },
} as const satisfies Readonly<Record<string, Kind>>

export type ResourceKind = keyof typeof kinds

/** In the order of reports. */
export const resourceKinds = Object.keys(kinds) as readonly ResourceKind[]

/** Names of lists, in the order of reports. */
export type SpecList = (typeof kinds)[ResourceKind]['specs']
export const specLists: readonly SpecList[] = resourceKinds.map((kind) => kinds[kind].specs)

export type LiveList = Extract<(typeof kinds)[ResourceKind], { readonly live: string }>['live']
export const liveLists: readonly LiveList[] = Object.values(kinds).flatMap((kind) =>
  'live' in kind ? [kind.live] : [],
)

/** The names of what evenkeel adds by itself where a file names none. */
export const generatedName = 'default'
