import type { LiveStack } from '../../model/live-stack.js'
import { tagKeys } from '../../model/tags.js'
import { byAddress, ownSnapshots, shownFacts } from './show-facts.js'
import { legibleJson } from '../legible.js'

/** The live stack as `show --json` prints it (schema/show.schema.json), with a line break at the end. */
export function showJson(live: LiveStack): string {
  const { servers, volumes } = shownFacts(live)
  const document = {
    formatVersion: 1,
    stack: live.stack,
    region: live.region,
    keyPairs: byAddress(live.keyPairs).map(({ address, id, keyName }) => ({ address, id, keyName })),
    networks: byAddress(live.networks ?? []).map((part) => ({
      address: part.address,
      id: part.id,
      part: part.part,
      ...('cidr' in part && { cidr: part.cidr }),
      ...('zone' in part && { zone: part.zone }),
      ...('publicIp' in part && { publicIp: part.publicIp }),
    })),
    securityGroups: byAddress(live.securityGroups).map(({ address, id, groupName, vpcId, ingress }) => ({
      address,
      id,
      groupName,
      vpcId,
      rules: ingress.length,
    })),
    images: byAddress(live.builtImages ?? []).map(({ address, id, versions, unread }) => ({
      address,
      id,
      versions: versions.map((version) => ({
        version: version.version,
        id: version.id,
        region: version.region,
        name: version.name,
        state: version.state,
        createdAt: version.createdAt,
        shared: version.sharedWith ? [...version.sharedWith, ...(version.isPublic ? ['public'] : [])] : null,
        usedBy: version.usedBy ?? [],
      })),
      ...(unread && { unread }),
    })),
    servers: servers.map(({ server, inside, reason, supersedes }) => ({
      address: server.address,
      id: server.id,
      state: server.state,
      type: server.type,
      imageId: server.imageId,
      zone: server.zone,
      privateIp: server.privateIp ?? null,
      publicIp: server.publicIp ?? null,
      privateDns: server.privateDns ?? null,
      publicDns: server.publicDns ?? null,
      revision: server.tags[tagKeys.revision] ?? null,
      inside,
      reason: reason ?? null,
      ...(supersedes !== undefined && { supersedes }),
    })),
    placementGroups: byAddress(live.placementGroups ?? []).map(({ address, id, groupName, strategy, partitions }) => ({
      address,
      id,
      groupName,
      strategy,
      partitions: partitions ?? null,
    })),
    elasticIps: byAddress(live.elasticIps ?? []).map(({ address, id, publicIp, association }) => ({
      address,
      id,
      publicIp,
      instanceId: association?.instanceId ?? null,
    })),
    ...(live.interfaces && {
      interfaces: byAddress(live.interfaces).map(
        ({ address, id, instanceId, subnetId, privateIp, secondaryPrivateIps }) => ({
          address,
          id,
          instanceId: instanceId ?? null,
          subnetId,
          privateIp,
          secondaryPrivateIps,
        }),
      ),
    }),
    ...(live.scalingGroups && {
      scalingGroups: byAddress(live.scalingGroups).map(({ address, id, group }) => ({
        address,
        id,
        name: group?.name ?? null,
        min: group?.min ?? null,
        max: group?.max ?? null,
        desired: group?.desired ?? null,
        members: (group?.members ?? []).map(({ instanceId, zone, state, isHealthy }) => ({
          instanceId,
          zone,
          state,
          isHealthy,
        })),
      })),
    }),
    ...(live.loadBalancers && {
      loadBalancers: byAddress(live.loadBalancers).map(({ address, id, balancers, targetGroups }) => ({
        address,
        id,
        kind: balancers[0]?.kind ?? null,
        dnsName: balancers[0]?.dnsName ?? null,
        listeners: (balancers[0]?.listeners ?? []).map(({ port, protocol }) => `${port} ${protocol}`),
        targets: targetGroups.flatMap(({ targets }) =>
          targets.map(({ instanceId, port, state, reason }) => ({ instanceId, port, state, reason: reason ?? null })),
        ),
      })),
    }),
    volumes: volumes.map(({ volume, server, filesystem, label, uuid, mount, isRetained }) => ({
      address: volume.address,
      id: volume.id,
      state: volume.state,
      size: volume.sizeGiB,
      type: volume.type,
      zone: volume.zone,
      server: server ?? null,
      filesystem: filesystem ?? null,
      label: label ?? null,
      uuid: uuid ?? null,
      mount: mount ?? null,
      origin: volume.tags[tagKeys.origin] ?? null,
      retained: isRetained,
    })),
    snapshots: byAddress(ownSnapshots(live)).map(({ address, id, state, startedAt, sizeGiB, tags }) => ({
      address,
      id,
      state,
      startedAt,
      size: sizeGiB,
      version: tags[tagKeys.version] === undefined ? null : Number(tags[tagKeys.version]),
      filesystem: tags[tagKeys.fstype] ?? null,
    })),
    wishes: live.ledger?.wishes ?? [],
    unreadable: live.unreadable,
  }
  return `${legibleJson(document, 2)}\n`
}
