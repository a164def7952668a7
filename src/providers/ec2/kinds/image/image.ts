import type { Kind } from '../kind.js'
import { createImageCalls } from './image-calls.js'
import { builtImageFacts, describeBuiltImages } from './observe-images.js'
import { readImage } from './read-images.js'

/** Images that the stack makes, in versions; each is an AMI with snapshots, and has copies in other regions. */
export const imageKind = {
  idPrefixes: ['ami'],
  readById: readImage,
  describe: describeBuiltImages,
  facts: builtImageFacts,
  cloud: createImageCalls,
} as const satisfies Kind<unknown, never, object, object>
