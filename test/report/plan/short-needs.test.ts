import { describe, expect, it } from 'vitest'
import { shortNeeds } from '../../../src/report/plan/short-needs.js'
import { plainStep } from '../../support/steps.js'

describe('the needs that people read', () => {
  it('leave out what another need needs itself', () => {
    const stop = plainStep('stop-server', 'server.a', [])
    const start = plainStep('start-server', 'server.a', [stop.id])
    const connect = plainStep('connect-host', 'server.a', [start.id, stop.id])
    const needsOf = shortNeeds([stop, start, connect])
    expect([stop, start, connect].map(needsOf)).toEqual([[], [stop.id], [start.id]])
    expect(connect.needs).toEqual([start.id, stop.id])
  })

  it('keep what is implied only two levels down', () => {
    const one = plainStep('stop-server', 'server.a', [])
    const two = plainStep('modify-server', 'server.a', [one.id])
    const three = plainStep('start-server', 'server.a', [two.id])
    const four = plainStep('connect-host', 'server.a', [three.id, one.id])
    expect(shortNeeds([one, two, three, four])(four)).toEqual([three.id, one.id])
  })
})
