import { describe, expect, it } from 'vitest'
import { queueAddressOf } from '../../../src/fleet/redis/queue-address.js'

describe('the address of a queue', () => {
  it('has a port, a database and a user, which are not shown with it', () => {
    expect(queueAddressOf('rediss://me@queue.internal/3', 'word')).toEqual({
      host: 'queue.internal',
      port: 6379,
      database: 3,
      isEncrypted: true,
      user: 'me',
      password: 'word',
      shown: 'rediss://queue.internal/3',
    })
    expect(queueAddressOf('redis://[::1]:7000', undefined)).toMatchObject({
      host: '::1',
      port: 7000,
      isEncrypted: false,
    })
  })

  it.each([
    ['redis://:secret@queue', /stands in --queue/],
    ['redis://me:secret@queue', /stands in --queue/],
    ['https://queue', /redis:\/\/ or rediss:\/\//],
    ['queue:6379', /redis:\/\/ or rediss:\/\//],
    ['nothing', /no URL/],
    ['redis://', /no host/],
    ['redis:///1', /no host/],
    ['redis://queue/name', /number of a database/],
    ['redis://queue?password=secret', /number of a database/],
  ])('is none in %s, and no password is repeated', (text, message) => {
    const refused = () => queueAddressOf(text, undefined)
    expect(refused).toThrow(message)
    expect(refused).not.toThrow(/secret/)
  })
})
