/** Regions that the sandbox has, with zone name -> zone id and the third octet at which each zone's /20 starts. */
export interface Zone {
  readonly name: string
  readonly id: string
  /** Third octet of the default subnet: all subnets of all regions are disjoint, as they share one network of hosts. */
  readonly octet: number
}

export interface Region {
  readonly name: string
  readonly longName: string
  readonly zones: readonly Zone[]
  /** A Local Zone, where the region has one here: no subnet comes with it, and an account has to opt into it. */
  readonly localZone?: LocalZone
}

export interface LocalZone extends Pick<Zone, 'name' | 'id'> {
  /** What is opted into. */
  readonly group: string
}

function region(
  name: string,
  longName: string,
  zones: readonly (readonly [letter: string, id: string, octet: number])[],
  localZone?: LocalZone,
): Region {
  return {
    name,
    longName,
    ...(localZone && { localZone }),
    zones: zones.map(([letter, id, octet]) => ({ name: name + letter, id, octet })),
  }
}

const boston = { name: 'us-east-1-bos-1a', id: 'use1-bos1-az1', group: 'us-east-1-bos-1' }

/** Zone ids of one real account; they differ between accounts on EC2. */
export const regions: readonly Region[] = [
  region(
    'us-east-1',
    'US East (N. Virginia)',
    [
      ['a', 'use1-az1', 0],
      ['b', 'use1-az2', 16],
      ['c', 'use1-az4', 32],
      ['d', 'use1-az6', 48],
      ['e', 'use1-az3', 64],
      ['f', 'use1-az5', 80],
    ],
    boston,
  ),
  region('eu-central-1', 'Europe (Frankfurt)', [
    ['a', 'euc1-az2', 96],
    ['b', 'euc1-az3', 112],
    ['c', 'euc1-az1', 128],
  ]),
  region('eu-west-1', 'Europe (Ireland)', [
    ['a', 'euw1-az3', 144],
    ['b', 'euw1-az1', 160],
    ['c', 'euw1-az2', 176],
  ]),
  region('us-west-2', 'US West (Oregon)', [
    ['a', 'usw2-az1', 192],
    ['b', 'usw2-az2', 208],
    ['c', 'usw2-az3', 224],
    ['d', 'usw2-az4', 240],
  ]),
]

export const defaultRegion = 'us-east-1'

export function findRegion(name: string): Region | undefined {
  return regions.find((candidate) => candidate.name === name)
}

/** The address block that all hosts of a sandbox live in. */
export const networkCidr = '10.66.0.0/16'
export const networkPrefix = '10.66'

/** The operator's side of the sandbox, as the hosts see it. */
export const operatorAddress = '203.0.113.1'
