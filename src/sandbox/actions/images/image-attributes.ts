import type { Image } from '../../model/image.js'
import { renderImageDisks } from '../../render/image.js'
import { invalidValue, missingParameter } from '../../wire/api-error.js'
import { list, oneOf, required, string, structure } from '../../wire/shape.js'
import type { XmlRecord } from '../../wire/xml.js'
import { findOwnImage } from '../../world/lookup.js'
import { defineAction, done } from '../action.js'

const attributes = ['description', 'launchPermission', 'blockDeviceMapping', 'productCodes'] as const

const render: Readonly<Record<(typeof attributes)[number], (image: Image) => XmlRecord>> = {
  description: ({ description }) => ({ description: { value: description } }),
  launchPermission: ({ sharedWith }) => ({
    launchPermission: sharedWith.map(renderShare),
  }),
  blockDeviceMapping: (image) => ({ blockDeviceMapping: renderImageDisks(image) }),
  productCodes: () => ({ productCodes: [] }),
}

/** An owner's alone: another's image is AuthFailure, as on EC2. */
export const describeImageAttribute = defineAction({
  name: 'DescribeImageAttribute',
  effect: 'reads',
  members: { ImageId: required(string), Attribute: required(oneOf(...attributes)) },
  run: ({ ImageId, Attribute }, world) => {
    const image = findOwnImage(world, ImageId)
    return { imageId: image.id, ...render[Attribute](image) }
  },
})

function renderShare(share: string): XmlRecord {
  if (share === 'all') return { group: share }
  if (!share.startsWith('arn:')) return { userId: share }
  return isUnit(share) ? { organizationalUnitArn: share } : { organizationArn: share }
}

function isUnit(arn: string): boolean {
  return arn.includes(':ou/')
}

const permissions = list(
  structure({ Group: string, UserId: string, OrganizationArn: string, OrganizationalUnitArn: string }),
)
/** AWS Organizations User Guide, "ARN formats". */
const organizationPattern =
  /^arn:aws[a-z-]*:organizations::\d{12}:(organization\/o-[a-z0-9]{10,32}|ou\/o-[a-z0-9]{10,32}\/ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/

/** Its description, and with whom it is shared; there are no other accounts here that could launch it. */
export const modifyImageAttribute = defineAction({
  name: 'ModifyImageAttribute',
  effect: 'writes',
  members: {
    ImageId: required(string),
    Attribute: oneOf('description', 'launchPermission'),
    Value: string,
    Description: structure({ Value: string }),
    OperationType: oneOf('add', 'remove'),
    UserId: list(string),
    UserGroup: list(string),
    OrganizationArn: list(string),
    OrganizationalUnitArn: list(string),
    LaunchPermission: structure({ Add: permissions, Remove: permissions }),
  },
  run: (parameters, world) => {
    const { ImageId, Attribute, Value, OperationType, UserId = [], UserGroup = [], LaunchPermission = {} } = parameters
    const { OrganizationArn = [], OrganizationalUnitArn = [] } = parameters
    const image = findOwnImage(world, ImageId)
    const given = [...UserGroup, ...UserId, ...OrganizationArn, ...OrganizationalUnitArn]
    const added = [...named(LaunchPermission.Add), ...(OperationType === 'add' ? given : [])]
    const removed = [...named(LaunchPermission.Remove), ...(OperationType === 'remove' ? given : [])]
    const description = parameters.Description?.Value ?? (Attribute === 'description' ? Value : undefined)
    if (description === undefined && added.length + removed.length === 0) throw missingParameter('attribute')
    for (const share of added) {
      if (share.startsWith('arn:') && !organizationPattern.test(share)) throw invalidValue(`Invalid ARN: ${share}`)
      if (share !== 'all' && !share.startsWith('arn:') && !/^\d{12}$/.test(share)) {
        throw invalidValue(`Invalid user id: ${share}`)
      }
    }
    const shares = new Set([...image.sharedWith, ...added])
    for (const share of removed) shares.delete(share)
    world.ownImages.put({ ...image, description: description ?? image.description, sharedWith: [...shares].sort() })
    return done
  },
})

export const resetImageAttribute = defineAction({
  name: 'ResetImageAttribute',
  effect: 'writes',
  members: { ImageId: required(string), Attribute: required(oneOf('launchPermission')) },
  run: ({ ImageId }, world) => {
    world.ownImages.put({ ...findOwnImage(world, ImageId), sharedWith: [] })
    return done
  },
})

interface WrittenPermission {
  readonly Group?: string | undefined
  readonly UserId?: string | undefined
  readonly OrganizationArn?: string | undefined
  readonly OrganizationalUnitArn?: string | undefined
}

function named(shares: readonly WrittenPermission[] = []): readonly string[] {
  return shares.flatMap(
    ({ Group, UserId, OrganizationArn, OrganizationalUnitArn }) =>
      Group ?? UserId ?? OrganizationArn ?? OrganizationalUnitArn ?? [],
  )
}
