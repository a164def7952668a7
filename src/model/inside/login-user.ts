import type { ServerSpec } from '../kinds/server.js'
import type { LiveImage } from '../launch/image.js'

/** Login users by image owner (EC2 User Guide, "Default usernames for AMIs"). */
const byOwner: Readonly<Record<string, string>> = {
  '136693071363': 'admin', // Debian
  '379101102735': 'admin', // Debian, until 2019
  '099720109477': 'ubuntu', // Canonical
  '137112412989': 'ec2-user', // Amazon Linux
  '309956199498': 'ec2-user', // Red Hat
  '013907871322': 'ec2-user', // SUSE
  '125523088429': 'fedora', // Fedora
  '792107900819': 'rocky', // Rocky Linux
}

/** Words in an image's name, for copies under another owner. */
const byName: readonly (readonly [RegExp, string])[] = [
  [/debian/i, 'admin'],
  [/ubuntu/i, 'ubuntu'],
  [/fedora/i, 'fedora'],
  [/rocky/i, 'rocky'],
  [/bitnami/i, 'bitnami'],
]

/** The user that logs in to a server: the file's `user`, else guessed from the image, else `ec2-user`. */
export function loginUser(server: Pick<ServerSpec, 'user'> | undefined, image: LiveImage | undefined): string {
  if (server?.user !== undefined) return server.user
  if (image) {
    const known = image.user ?? byOwner[image.owner] ?? byName.find(([pattern]) => pattern.test(image.name))?.[1]
    if (known !== undefined) return known
  }
  return 'ec2-user'
}
