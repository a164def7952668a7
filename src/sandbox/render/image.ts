import type { Image } from '../model/image.js'
import type { Xml, XmlRecord } from '../wire/xml.js'
import type { World } from '../world/world.js'
import { renderTags } from './tags.js'

/** An image as DescribeImages shows it. */
export function renderImage(world: World, image: Image): XmlRecord {
  const { madeOf } = image
  return {
    imageId: image.id,
    imageLocation: `${image.ownerAlias ?? image.ownerId}/${image.name}`,
    imageState: image.state,
    imageOwnerId: image.ownerId,
    imageOwnerAlias: image.ownerAlias,
    creationDate: new Date(image.createdAtMs).toISOString(),
    isPublic: image.sharedWith.includes('all'),
    productCodes: [],
    architecture: image.architecture,
    imageType: 'machine',
    name: image.name,
    description: image.description,
    rootDeviceType: 'ebs',
    rootDeviceName: image.root.deviceName,
    blockDeviceMapping: renderImageDisks(image),
    virtualizationType: 'hvm',
    hypervisor: 'xen',
    enaSupport: true,
    sriovNetSupport: 'simple',
    platformDetails: 'Linux/UNIX',
    usageOperation: 'RunInstances',
    bootMode: image.architecture === 'arm64' ? 'uefi' : 'uefi-preferred',
    imdsSupport: image.imdsV2Required ? 'v2.0' : undefined,
    deprecationTime: image.deprecatedAtMs === undefined ? undefined : new Date(image.deprecatedAtMs).toISOString(),
    stateReason:
      image.state === 'failed'
        ? { code: 'Client.InternalError', message: 'Client.InternalError: A snapshot of the image failed.' }
        : undefined,
    sourceInstanceId: madeOf?.instanceId,
    sourceImageId: madeOf?.imageId,
    sourceImageRegion: madeOf?.imageId === undefined ? undefined : madeOf.region,
    tagSet: renderTags(world.tags.get(image.id)),
  }
}

/** The disks that a launch of the image makes. */
export function renderImageDisks({ root, disks }: Image): Xml {
  return [root, ...disks].map((disk) => ({
    deviceName: disk.deviceName,
    ebs: {
      snapshotId: disk.snapshotId,
      volumeSize: disk.sizeGiB,
      deleteOnTermination: disk.deleteOnTermination,
      volumeType: disk.type,
      iops: disk.iops,
      throughput: disk.throughput,
      encrypted: disk.encrypted,
    },
  }))
}
