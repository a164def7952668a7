import { describe, expect, it } from 'vitest'
import { liveServerOf, liveVolumeOf } from '../../src/model/kinds/live-named.js'
import { tagKeys } from '../../src/model/tags.js'
import { liveVolume } from '../support/live-volume.js'
import { liveServer } from '../support/server-outlook.js'

describe('what a command means by an address', () => {
  it('is, of two instances while a server is replaced, the one that takes the place, whatever their ids', () => {
    const old = liveServer('web')
    const successor = (id: string) => ({ ...old, id, tags: { ...old.tags, [tagKeys.supersedes]: old.id } })
    for (const id of ['i-0', 'i-zzz']) {
      expect(liveServerOf([old, successor(id)], 'server.web')?.id).toBe(id)
      expect(liveServerOf([successor(id), old], 'server.web')?.id).toBe(id)
    }
    expect(liveServerOf([old], 'server.web')).toBe(old)
    expect(liveServerOf([old], 'server.db')).toBeUndefined()
  })

  it('is not a volume that gave the address up and was kept', () => {
    const present = liveVolume('data', {}, { id: 'vol-2' })
    const kept = { ...present, id: 'vol-1', tags: { ...present.tags, [tagKeys.retained]: 'run-1' } }
    expect(liveVolumeOf([kept, present], 'volume.data')?.id).toBe('vol-2')
    expect(liveVolumeOf([kept], 'volume.data')).toBeUndefined()
  })
})
