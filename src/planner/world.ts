import type { Address } from '../model/address.js'
import { createDigester, type Digester } from '../model/applied.js'
import { pairsOfServers, type PairsOfServer } from '../model/inside/login-keys.js'
import type { ElasticIpSpec } from '../model/kinds/elastic-ip.js'
import type { KeyPairSpec } from '../model/kinds/key-pair.js'
import type { ImageSpec } from '../model/kinds/image.js'
import type { LiveImage } from '../model/launch/image.js'
import type { LiveStack } from '../model/live-stack.js'
import type { ScalingGroupSpec } from '../model/kinds/scaling-group.js'
import type { LoadBalancerSpec } from '../model/kinds/load-balancer.js'
import type { ServerSpec } from '../model/kinds/server.js'
import type { NetworkSpec } from '../model/kinds/network.js'
import type { VolumeSpec } from '../model/kinds/volume.js'
import type { StackSpec } from '../model/stack-spec.js'
import { indexLive, type LiveIndex } from './live-index.js'
import { openWishes, type OpenWishes, type RestoreOptions } from './open-wishes.js'

/** What a caller may add to a plan's inputs. */
export interface PlanOptions extends RestoreOptions {
  /** Git commit, or `--revision`: recorded in tags together with other changes. */
  readonly revision?: string | undefined
  /** The run that will apply the plan: recorded on what it creates. */
  readonly run?: string | undefined
  /** Servers to be replaced where their image's name means a newer image by now. */
  readonly updateImages?: readonly Address[] | undefined
  /** Servers and volumes whose place another is to take, whatever they are like. */
  readonly replace?: readonly Address[] | undefined
  /** Images of which another version is to be made, whatever they are made of. */
  readonly rebuild?: readonly Address[] | undefined
  /** The moment for which the plan is made, ISO 8601: without it no snapshot is due. */
  readonly now?: string | undefined
}

/** What every decision is made from, behind maps; nobody writes on it. */
export interface World {
  readonly spec: StackSpec
  /** The specification as the file has it, before names that moved were settled: what a plan's digest is of. */
  readonly file: StackSpec
  /** The file's volumes by address. */
  readonly volumes: ReadonlyMap<Address, VolumeSpec>
  /** The file's volumes by the server that they belong to, each list by address. */
  readonly volumesByServer: ReadonlyMap<Address, readonly VolumeSpec[]>
  /** The file's servers by address. */
  readonly servers: ReadonlyMap<Address, ServerSpec>
  /** The parts of the file's networks by address. */
  readonly networks: ReadonlyMap<Address, NetworkSpec>
  /** The file's key pairs by address. */
  readonly keyPairs: ReadonlyMap<Address, KeyPairSpec>
  readonly live: LiveIndex
  readonly pairsOf: PairsOfServer
  readonly options: PlanOptions
  /** What was asked for and is not done. */
  readonly wishes: OpenWishes
  readonly digest: Digester
  /** The images that the plan makes or waits for; absent while that is not decided, or where there are none. */
  readonly comingImages?: ReadonlyMap<Address, LiveImage>
  /** Servers whose old instance has to end before the new one is launched: the launch waits for what the old one has. */
  readonly endsFirst: ReadonlySet<Address>
  /** Members of counts that roll on whose copies the roll does not wait: they wait for members of which the turn comes later. */
  readonly copiedLater: ReadonlySet<Address>
  /** Whether everything goes: volumes then go by what the file says, where there is one. */
  readonly destroying: StackSpec | undefined
  /** What the file says of what goes with everything, by address; empty where it is not that everything goes. */
  readonly going: Going
}

interface Going {
  readonly servers: ReadonlyMap<Address, ServerSpec>
  readonly volumes: ReadonlyMap<Address, VolumeSpec>
  readonly images: ReadonlyMap<Address, ImageSpec>
  readonly loadBalancers: ReadonlyMap<Address, LoadBalancerSpec>
  readonly elasticIps: ReadonlyMap<Address, ElasticIpSpec>
  readonly scalingGroups: ReadonlyMap<Address, ScalingGroupSpec>
}

/** Puts normalized inputs behind maps. */
export function worldOf(
  spec: StackSpec,
  live: LiveStack,
  options: PlanOptions,
  destroying: StackSpec | undefined,
  file: StackSpec = destroying ?? spec,
): World {
  const index = indexLive(live)
  const digest = createDigester()
  return {
    spec,
    file,
    servers: new Map(spec.servers.map((server) => [server.address, server])),
    networks: new Map(spec.networks.map((part) => [part.address, part])),
    keyPairs: new Map(spec.keyPairs.map((keyPair) => [keyPair.address, keyPair])),
    pairsOf: pairsOfServers(index.keyPairs.values(), digest),
    volumes: new Map(spec.volumes.map((volume) => [volume.address, volume])),
    volumesByServer: groupedByServer(spec.volumes),
    live: index,
    options,
    wishes: openWishes(spec, index, options, destroying),
    digest,
    endsFirst: new Set(),
    copiedLater: new Set(),
    destroying,
    going: {
      servers: new Map(destroying?.servers.map((server) => [server.address, server])),
      volumes: new Map(destroying?.volumes.map((volume) => [volume.address, volume])),
      images: new Map(destroying?.images.map((image) => [image.address, image])),
      scalingGroups: new Map(destroying?.scalingGroups?.map((group) => [group.address, group])),
      loadBalancers: new Map(destroying?.loadBalancers?.map((balancer) => [balancer.address, balancer])),
      elasticIps: new Map(destroying?.elasticIps.map((elasticIp) => [elasticIp.address, elasticIp])),
    },
  }
}

function groupedByServer(volumes: readonly VolumeSpec[]): ReadonlyMap<Address, readonly VolumeSpec[]> {
  const groups = new Map<Address, VolumeSpec[]>()
  for (const volume of volumes) {
    if (volume.server === undefined) continue
    const group = groups.get(volume.server)
    if (group) group.push(volume)
    else groups.set(volume.server, [volume])
  }
  return groups
}
