import { describe, expect, it } from 'vitest'
import { required } from '../../src/core/assert.js'
import { blocksOf } from '../support/documentation/markdown.js'
import { simulationsOfFile } from '../support/simulation.js'

const simulation = simulationsOfFile()

describe('the example of further network interfaces in docs/servers.md', () => {
  it('comes about as it stands there, moves with its server, and goes', async () => {
    const blocks = blocksOf('docs/servers.md').filter(({ text }) => text.includes('    interfaces:\n'))
    const text = `evenkeel: 1\nstack: example\ntarget: sandbox\n${required(blocks[0], 'the example').text}`
    const world = await simulation()
    expect((await world.apply(text)).result.status).toBe('converged')
    expect((await world.plan(text)).steps).toEqual([])
    const before = (await world.observe(text)).interfaces ?? []
    expect(before.map(({ address }) => address)).toEqual(['interface.store.control', 'interface.store.storage'])
    const renewed = text.replace(
      'type: t3.medium\n',
      'type: t3.medium\n    onUserDataChange: replace\n    userData: new\n',
    )
    expect((await world.apply(renewed)).result.status).toBe('converged')
    const { servers, interfaces = [] } = await world.observe(renewed)
    expect(interfaces.map(({ id }) => id)).toEqual(before.map(({ id }) => id))
    expect(interfaces.map(({ instanceId }) => instanceId)).toEqual(interfaces.map(() => servers[0]?.id))
    expect((await world.destroy(renewed)).result.status).toBe('converged')
    expect((await world.observe(renewed)).interfaces ?? []).toEqual([])
  })
})
