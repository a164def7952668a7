import { checkId, notFound, resourceKinds } from '../../model/ids.js'
import { findPublicParameter, type Image } from '../../model/image.js'
import { ApiError, invalidValue, missingParameter } from '../../wire/api-error.js'
import type { World } from '../../world/world.js'

const parameterPrefix = 'resolve:ssm:'

/** The image of an id or of `resolve:ssm:<parameter name>`. */
export function resolveImage(world: World, text: string | undefined): Image {
  if (text === undefined || text === '') throw missingParameter('ImageId')
  const id = text.startsWith(parameterPrefix) ? resolveParameter(world, text.slice(parameterPrefix.length)) : text
  checkId(resourceKinds.image, id)
  const image = world.images.find((candidate) => candidate.id === id)
  if (!image) throw notFound(resourceKinds.image, [id])
  if (image.state !== 'available') {
    throw new ApiError('InvalidAMIID.Unavailable', `The image ID '${id}' is not available`)
  }
  return image
}

function resolveParameter(world: World, name: string): string {
  const parameter = findPublicParameter(world.catalogue, name)
  if (!parameter) throw invalidValue(`The parameter '${name}' used in 'resolve:ssm:' does not exist.`)
  return parameter.value
}
