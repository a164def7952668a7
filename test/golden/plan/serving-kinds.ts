import type { LiveStack } from '../../../src/model/live-stack.js'
import type { LiveSpotRequest } from '../../../src/model/launch/spot.js'
import { tagKeys } from '../../../src/model/tags.js'
import { at, emptyLive, specOf } from '../../support/live-stack.js'
import type { GoldenCase } from './golden-case.js'
import { settled } from './settled.js'

const defaultSubnets = ['a', 'b'].map((letter) => ({
  id: `subnet-${letter}`,
  zone: `us-east-1${letter}`,
  vpcId: 'vpc-default',
  givesPublicIp: true,
}))

const first = (text: string) => emptyLive(specOf(text), { defaultSubnets })
const standing = (text: string): LiveStack => ({ ...settled(text, { defaultSubnets }), defaultSubnets })

const firstRun = { revision: '4f0c2aa', run: 'run-1' }

/** The world after EC2 has ended the instance behind an address, its spot request telling why. */
function takenBack(live: LiveStack, address: string): LiveStack {
  const gone = live.servers.find((server) => server.address === address)
  const request: LiveSpotRequest = {
    address: at(address),
    id: 'sir-0taken',
    tags: { [tagKeys.stack]: live.stack, [tagKeys.address]: address },
    state: 'closed',
    status: 'instance-terminated-no-capacity',
    since: '2026-11-20T04:00:00.000Z',
    isPersistent: false,
    ...(gone && { instanceId: gone.id }),
  }
  const hosts = Object.fromEntries(Object.entries(live.hosts).filter(([key]) => key !== address))
  return { ...live, servers: live.servers.filter((server) => server !== gone), hosts, spotRequests: [request] }
}

/** Load balancers, scaling groups and spot servers: what serves, and comes and goes while it does. */
export const servingKindCases: Readonly<Record<string, GoldenCase>> = {
  'load-balancer-first': { world: first, options: firstRun },
  // Members become larger one by one; a listener was deleted by hand.
  'load-balancer-rolls': {
    world: (text) => {
      const live = standing(text.replace('t3.large', 't3.small'))
      return { ...live, loadBalancers: (live.loadBalancers ?? []).map((one) => ({
          ...one,
          balancers: one.balancers.map((balancer) => ({ ...balancer, listeners: [] })),
        })),
      }
    },
    options: { run: 'run-2' },
  },
  'load-balancer-destroyed': { world: standing, destroy: 'with-file' },
  'scaling-group-first': { world: first, options: firstRun },
  'scaling-group-refreshed': { world: (text) => standing(text.replace('t3.large', 't3.small')), options: { run: 'run-2' } },
  // The file asks for more at most; somebody has suspended launches, taken its grace away, and begun to replace its members.
  'scaling-group-drifted': {
    world: (text) => {
      const live = standing(text.replace('max: 4', 'max: 3'))
      return {
        ...live,
        scalingGroups: (live.scalingGroups ?? []).map((one) => ({
          ...one,
          group: one.group && {
            ...one.group,
            suspended: ['Launch'],
            health: { ...one.group.health, graceSeconds: 0 },
            refreshingTo: { id: 'lt-0byhand', version: '7' },
          },
        })),
      }
    },
    options: { run: 'run-2' },
  },
  'scaling-group-destroyed': { world: standing, destroy: 'with-file' },
  'spot-first': { world: first, options: firstRun },
  // One was taken back for good; of the other EC2 waits for room, and the file asks for another price.
  'spot-taken-back': {
    world: (text) => {
      const live = takenBack(standing(text.replace('maxPrice: 0.05', 'maxPrice: 0.02')), 'server.batch')
      return {
        ...live,
        servers: live.servers.map((server) =>
          server.spot?.isPersistent === true
            ? {
                ...server,
                state: 'stopped',
                publicIp: undefined,
                spot: { ...server.spot, state: 'disabled', status: 'instance-stopped-no-capacity', interruption: 'stopped' },
              }
            : server,
        ),
      }
    },
    options: { run: 'run-2' },
  },
  'spot-destroyed': { world: standing, destroy: 'with-file' },
}
