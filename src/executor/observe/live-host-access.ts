import type { Address } from '../../model/address.js'
import { createDigester } from '../../model/applied.js'
import { liveServerOf } from '../../model/kinds/live-named.js'
import type { LiveServer } from '../../model/kinds/server.js'
import type { LiveVolume } from '../../model/kinds/volume.js'
import { deviceNamesOf, volumesByInstance } from '../../model/inside/attached-devices.js'
import { selectedImage } from '../../model/kinds/image.js'
import { loginKeys, pairsOfServers } from '../../model/inside/login-keys.js'
import { loginUser } from '../../model/inside/login-user.js'
import { viaOf } from '../../model/inside/way-in.js'
import type { Binding } from '../../model/plan.js'
import type { StackSpec } from '../../model/stack-spec.js'
import { hostKeyOf, tagKeys } from '../../model/tags.js'
import { noteExistingKeys } from './existing-keys.js'
import { hostAccess } from '../host-access.js'
import type { CloudFacts, HostAccess, Ports } from '../ports.js'

/**
 * How to reach live servers, by their tags; asked for one server, it rejects with a HostError when something for it is
 * missing. What it looks up stands behind maps, because an observation asks for every server.
 */
export function liveHostAccess(
  spec: StackSpec,
  cloud: Pick<
    CloudFacts,
    'builtImages' | 'images' | 'keyPairs' | 'existingKeyPairs' | 'region' | 'servers' | 'volumes' | 'renamed'
  >,
  ports: Pick<Ports, 'keys' | 'isOutside' | 'passes'>,
): (server: LiveServer) => Promise<HostAccess> {
  const specs = new Map(spec.servers.map((server) => [server.address, server]))
  const pairsOf = pairsOfServers(cloud.keyPairs, createDigester())
  const images = new Map(Object.values(cloud.images).map((image) => [image.id, image]))
  const attached: ReadonlyMap<string, readonly LiveVolume[]> = volumesByInstance(cloud.volumes)
  const bindingOf = (server: LiveServer): Binding => {
    const wanted = specs.get(server.address)
    const { keyPair, formerKeys } = loginKeys(server, wanted?.keyPair, pairsOf(server))
    const image = wanted ? selectedImage(cloud, wanted.image) : images.get(server.imageId)
    const hostKey = hostKeyOf(server.tags)
    const via = viaOf(server, wanted, cloud.renamed)
    return {
      id: server.id,
      user: wanted?.user ?? server.tags[tagKeys.user] ?? loginUser(wanted, image),
      ...(server.publicIp !== undefined && { publicIp: server.publicIp }),
      ...(server.privateIp !== undefined && { privateIp: server.privateIp }),
      ...(hostKey !== undefined && { hostKey }),
      ...(keyPair !== undefined && { keyPair }),
      ...(formerKeys.length > 0 && { formerKeys }),
      ...(via && { via }),
      deviceNames: deviceNamesOf(server.id, attached.get(server.id) ?? []),
    }
  }
  const bindingAt = (address: Address) => {
    const server = liveServerOf(cloud.servers, address)
    return server && bindingOf(server)
  }
  let noted: Promise<unknown> | undefined
  return async (server) => {
    await (noted ??= noteExistingKeys(spec, cloud, ports.keys))
    return hostAccess(server.address, bindingOf(server), ports, bindingAt)
  }
}
