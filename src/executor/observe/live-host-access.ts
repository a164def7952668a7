import { deviceNamesOf } from '../../model/inside/attached-devices.js'
import { type LiveServer } from '../../model/kinds/server.js'
import { imageKey } from '../../model/launch/image.js'
import { loginUser } from '../../model/inside/login-user.js'
import type { StackSpec } from '../../model/stack-spec.js'
import { hostKeyOf, tagKeys } from '../../model/tags.js'
import { hostAccess } from '../host-access.js'
import type { CloudFacts, HostAccess, Ports } from '../ports.js'

/** How to reach a live server, by its tags; rejects with a HostError when something for it is missing. */
export function liveHostAccess(
  server: LiveServer,
  spec: StackSpec,
  cloud: Pick<CloudFacts, 'images' | 'keyPairs' | 'volumes'>,
  ports: Pick<Ports, 'keys'>,
): Promise<HostAccess> {
  const wanted = spec.servers.find(({ address }) => address === server.address)
  const launchedWith = cloud.keyPairs.find(({ keyName }) => keyName === server.keyName)?.address
  const keyPair = launchedWith ?? wanted?.keyPair
  const image = wanted
    ? cloud.images[imageKey(wanted.image)]
    : Object.values(cloud.images).find(({ id }) => id === server.imageId)
  const hostKey = hostKeyOf(server.tags)
  return hostAccess(
    server.address,
    {
      id: server.id,
      user: wanted?.user ?? server.tags[tagKeys.user] ?? loginUser(wanted, image),
      ...(server.publicIp !== undefined && { publicIp: server.publicIp }),
      ...(server.privateIp !== undefined && { privateIp: server.privateIp }),
      ...(hostKey !== undefined && { hostKey }),
      ...(keyPair !== undefined && { keyPair }),
      deviceNames: deviceNamesOf(server.id, cloud.volumes),
    },
    ports.keys,
  )
}
