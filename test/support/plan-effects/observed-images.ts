import type { LiveBuiltImage, LiveImageVersion } from '../../../src/model/kinds/image.js'
import type { LiveServer } from '../../../src/model/kinds/server.js'

/** Images as the next observation sees them. */
export function observedImages({
  images,
  servers,
  region,
}: {
  readonly images: readonly LiveBuiltImage[]
  readonly servers: readonly LiveServer[]
  readonly region: string
}): readonly LiveBuiltImage[] {
  return images
    .filter(({ versions, strays }) => versions.length + strays.length > 0)
    .map((image) => {
      const place = (one: LiveImageVersion) => `${one.region === region ? 0 : 1} ${one.region} ${one.id}`
      const versions = image.versions
        .map((one) => {
          const users = servers.filter(({ imageId }) => imageId === one.id).map(({ id }) => id)
          return { ...one, usedBy: users.sort() }
        })
        .sort((left, right) => right.version - left.version || (place(left) < place(right) ? -1 : 1))
      return { ...image, versions, id: versions[0]?.id ?? '', tags: versions[0]?.tags ?? {} }
    })
}
