import { images } from './golden-stack.js'
import type { KeyTable } from './key-change.js'

const image = { owner: '136693071363', name: 'debian-12-amd64-*' }

/** How another server takes the place of one. */
export const byLaunch =
  'another server is launched and gets ready; volumes, elastic address and tags move over; the old one ends last, its root disk by `rootVolume.onReplace`.'

/** The keys of a server's image. */
export const imageKeys: KeyTable = {
  'servers.*.image': {
    changes: [
      { to: images.second, does: 'replacement', by: 'create-server', says: byLaunch },
      {
        when: 'with `protect: true`',
        to: images.second,
        does: 'refused',
        code: 'PLAN_PROTECTED',
        where: { 'servers.web.protect': true },
        says: 'as every replacement of a protected server.',
      },
    ],
  },
  'servers.*.image.owner': {
    leftOut: 'only where `ssm` names the image.',
    changes: [
      {
        from: image.owner,
        to: 'amazon',
        does: 'in-place',
        by: 'tag-resource',
        where: { 'servers.web.image': image },
        says: 'where it still means the image that the server has, that is noted in a tag. Where it means another: a replacement, as for `image`.',
      },
    ],
  },
  'servers.*.image.name': {
    leftOut: 'only where `ssm` names the image.',
    changes: [
      {
        from: image.name,
        to: 'debian-12-*',
        does: 'in-place',
        by: 'tag-resource',
        where: { 'servers.web.image': image },
        says: 'as for `owner`. A newer image of the same name replaces nothing without `--update-images`.',
      },
    ],
  },
  'servers.*.image.architecture': {
    changes: [
      {
        from: 'x86_64',
        to: 'arm64',
        does: 'in-place',
        by: 'tag-resource',
        where: { 'servers.web.image': image },
        says: 'as for `owner`.',
      },
    ],
  },
  'servers.*.image.ssm': {
    leftOut: 'the image is named by `owner` and `name`.',
    changes: [
      {
        from: '/aws/a',
        to: '/aws/service/debian/release/12/latest/amd64',
        does: 'in-place',
        by: 'tag-resource',
        where: { 'servers.web.image': {} },
        says: 'as for `owner`.',
      },
    ],
  },
}
