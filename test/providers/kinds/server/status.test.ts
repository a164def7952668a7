import { expect, it } from 'vitest'
import { serverStatus } from '../../../../src/providers/ec2/kinds/server/status.js'

it('says since when a server runs by its last start, and since when it is stopped by what EC2 says', () => {
  const LaunchTime = new Date('2026-11-20T03:00:00Z')
  expect(serverStatus('i-1', { State: { Name: 'running' }, LaunchTime }, undefined)).toMatchObject({
    state: 'running',
    since: '2026-11-20T03:00:00.000Z',
    system: { status: 'not-applicable' },
  })
  const StateTransitionReason = 'User initiated (2026-11-21 04:05:06 GMT)'
  const stopped = serverStatus('i-1', { State: { Name: 'stopped' }, LaunchTime, StateTransitionReason }, undefined)
  expect(stopped).toMatchObject({ since: '2026-11-21T04:05:06.000Z', reason: StateTransitionReason })
  expect(serverStatus('i-1', { State: { Name: 'stopped' }, LaunchTime }, undefined)).not.toHaveProperty('since')
})

it('tells checks, and events that are ahead, the next first', () => {
  const ImpairedSince = new Date('2026-11-20T03:00:00Z')
  const status = serverStatus(
    'i-1',
    { State: { Name: 'running' } },
    {
      SystemStatus: { Status: 'impaired', Details: [{ Name: 'reachability', Status: 'failed', ImpairedSince }] },
      InstanceStatus: { Status: 'ok' },
      Events: [
        { Code: 'instance-retirement', Description: 'ends', NotBefore: new Date('2026-12-02T00:00:00Z') },
        { Code: 'system-reboot', Description: 'power', NotBefore: new Date('2026-12-01T00:00:00Z') },
        { Code: 'instance-stop', Description: '[Completed] was', NotBefore: new Date('2026-11-01T00:00:00Z') },
      ],
    },
  )
  expect(status).toMatchObject({
    system: { status: 'impaired', impairedSince: '2026-11-20T03:00:00.000Z' },
    instance: { status: 'ok' },
  })
  expect(status.events.map(({ code }) => code)).toEqual(['system-reboot', 'instance-retirement'])
})
