import { describe, expect, test } from 'vitest'
import { requireLocal } from '../../src/app/local-ends.js'
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
