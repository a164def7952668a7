import { describe, expect, it } from 'vitest'
import { waitingText, waitJson, waitText } from '../../src/report/servers/wait-text.js'
import { expectToFit } from '../support/schemas.js'

const server = (name: string, because?: string) => ({
  address: `server.${name}`,
  id: `i-${name}`,
  state: 'running',
  standing: because === undefined ? ({ kind: 'reached' } as const) : ({ kind: 'waiting', because } as const),
})
const seen = {
  goal: 'healthy',
  outcome: 'timed-out',
  sinceMs: 20_040,
  servers: [server('a'), server('b', 'no \u001B[31manswer'), server('c', 'x'), server('d', 'y'), server('e', 'z')],
}

describe('a wait', () => {
  it('names those that are there, and those that are not, a few of them', () => {
    expect(waitText(seen)).toBe('server.a (i-a) is healthy.\n')
    expect(waitingText(seen)).toBe(
      'Waiting for 4 of 5 servers to be healthy since 20.0s: server.b: no \\u001B[31manswer; server.c: x; server.d: y; and 1 more',
    )
    expect(waitingText({ ...seen, servers: [server('b', 'x')] })).toBe(
      'Waiting for a server to be healthy since 20.0s: server.b: x',
    )
  })

  it('as JSON is what the schema says', () => {
    const { state: _, ...unseen } = server('u', 'EC2 does not show it')
    const printed = JSON.parse(waitJson('music', { ...seen, servers: [...seen.servers, unseen] })) as {
      readonly servers: readonly object[]
    }
    expectToFit('wait', printed)
    expect(printed).toMatchObject({ stack: 'music', for: 'healthy', outcome: 'timed-out', seconds: 20 })
    expect(printed.servers[0]).toEqual({
      address: 'server.a',
      id: 'i-a',
      state: 'running',
      reached: true,
      because: null,
    })
    expect(printed.servers.at(-1)).toMatchObject({ state: null, reached: false, because: 'EC2 does not show it' })
  })
})
