import { describe, expect, test } from 'vitest'
import { requireLocal, requireStraight } from '../../src/app/local-ends.js'
import { root } from '../support/source-tree.js'

describe('what is copied by hand from this machine', () => {
  test('is looked for before any server is asked, and its absence told by its path alone', async () => {
    await expect(requireLocal([{ path: `${root}/package.json` }, { path: `${root}/nowhere` }])).rejects.toMatchObject({
      code: 'SYNC_SOURCE_MISSING',
      message: `${root}/nowhere does not exist`,
      hint: 'a path of this machine is relative to the directory that you are in',
    })
    await expect(requireLocal([{ path: `${root}/package.json/` }])).rejects.toThrow('ends in a slash')
    await expect(requireLocal([{ host: 'me@far', path: '/nowhere' }])).resolves.toBeUndefined()
  })
})

describe('what is copied by hand within the stack', () => {
  test.each(['volume.music/../../etc/passwd', 'volume.music/..', 'web:/tmp/../srv/music/', 'web[*]:/srv/..'])(
    'does not lead upwards: %s',
    (crooked) => {
      expect(() => requireStraight(['./a', crooked])).toThrow(`${crooked} leads upwards`)
    },
  )

  test('may have dots in its names, and any path outside the stack', () => {
    expect(() => requireStraight(['../a', 'me@far:../b', 'web:/srv/..a/b..', 'volume.music/a...b'])).not.toThrow()
  })
})
