import { describe, expect, it } from 'vitest'
import { addressOf } from '../../../../src/model/address.js'
import { liveServer } from '../../../../src/providers/ec2/kinds/server/observe-servers.js'

describe('facts of servers', () => {
  it.each(['shutting-down', 'terminated'] as const)('leave out an instance that is %s', (Name) => {
    expect(liveServer({ State: { Name } }, addressOf('server', 'web'), undefined)).toBeUndefined()
  })

  it('take an empty text for no value', () => {
    const server = liveServer(
      { State: { Name: 'running' }, PublicIpAddress: '' },
      addressOf('server', 'web'),
      undefined,
    )
    expect(server?.publicIp).toBeUndefined()
  })
})
