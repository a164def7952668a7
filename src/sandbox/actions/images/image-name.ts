import { ApiError } from '../../wire/api-error.js'
import type { World } from '../../world/world.js'

/** EC2 API reference, CreateImage and RegisterImage, Name; the codes' texts from third-party logs. */
export function checkImageName(world: World, name: string): void {
  if (!/^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/.test(name)) {
    throw new ApiError(
      'InvalidAMIName.Malformed',
      "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'",
    )
  }
  const other = world.images.find((image) => image.ownerId === world.accountId && image.name === name)
  if (other) {
    throw new ApiError('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${other.id}`)
  }
}
