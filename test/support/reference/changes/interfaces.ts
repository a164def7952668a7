import type { KeyChange, KeyTable } from './key-change.js'

const ids = { first: 'subnet-00000001', second: 'subnet-0123456789abcdef0' } as const
const byMaking =
  'the interface is detached and deleted, and another one made: its subnet and its first address are fixed.'
const atOnce = 'it holds at once.'
const storage = { subnet: ids.first, securityGroups: ['door'] }

/** The golden stack has none: each change is tried where its server has one. */
const where = { 'servers.web.interfaces': { storage } }

const change = (facts: KeyChange): { readonly changes: readonly KeyChange[] } => ({ changes: [{ where, ...facts }] })
const anew = (from: unknown, to: unknown, says: string) =>
  change({ from, to, does: 'replacement', by: 'ensure-interface', says })
const inPlace = (from: unknown, to: unknown, says: string) =>
  change({ from, to, does: 'in-place', by: 'ensure-interface', says })

/** Network interfaces beside the one that a server is launched with. */
export const interfaceKeys: KeyTable = {
  'servers.*.interfaces': {
    leftOut: 'none beside the one that it is launched with.',
    changes: [
      {
        to: { storage },
        does: 'created',
        by: 'ensure-interface',
        says: 'it is made and attached while the server runs, at the first place that is free.',
      },
      {
        when: 'when one leaves the file',
        from: { storage },
        to: undefined,
        does: 'removed',
        by: 'remove-interface',
        says: 'it is detached and deleted.',
      },
    ],
  },
  'servers.*.interfaces.*.subnet': anew(ids.first, ids.second, byMaking),
  'servers.*.interfaces.*.subnet.tag': {
    leftOut: 'the subnet is one of the file, or named by its id.',
    ...change({
      from: 'tier=db',
      to: 'tier=web',
      does: 'replacement',
      by: 'ensure-interface',
      where: { 'servers.web.interfaces': { storage: { subnet: {} } } },
      says: 'where it means another subnet, as for `subnet`.',
    }),
  },
  'servers.*.interfaces.*.securityGroups': inPlace(['door'], ['door', 'web'], atOnce),
  'servers.*.interfaces.*.securityGroups[].tag': {
    leftOut: 'the group is named by its entry or its id.',
    ...change({
      from: 'tier=web',
      to: 'tier=db',
      does: 'in-place',
      by: 'ensure-interface',
      where: { 'servers.web.interfaces': { storage: { subnet: ids.first, securityGroups: [{}] } } },
      says: 'as for `securityGroups`: it wears the other group.',
    }),
  },
  'servers.*.interfaces.*.privateIp': anew('172.31.0.30', '172.31.0.31', byMaking),
  'servers.*.interfaces.*.secondaryPrivateIps': inPlace(
    undefined,
    ['172.31.0.32'],
    'they are assigned and given back in EC2. Inside a server its image has to take them up.',
  ),
  'servers.*.interfaces.*.sourceDestCheck': inPlace(true, false, atOnce),
}
