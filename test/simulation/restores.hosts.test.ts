import { describe, expect, it } from 'vitest'
import { driftOf } from '../../src/model/drift-report.js'
import { noHostsBecause } from '../support/sandbox-world.js'
import { startSimulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

const text = `evenkeel: 1
stack: back
target: sandbox
servers:
  web: { image: ${image}, type: t3.small }
volumes:
  music: { server: web, size: 1, mount: /srv/music }
`

describe.skipIf(noHostsBecause !== undefined)(
  `a restore that is killed before each of its steps${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  { timeout: 300_000 },
  () => {
    it('is ended by the next plain apply', async () => {
      const world = await startSimulation({ hosts: 'linux' })
      const run = (command: string) => world.runOn(text, 'server.web', command)
      try {
        expect((await world.apply(text)).result.status).toBe('converged')
        await run('echo old | sudo tee /srv/music/word')
        expect((await world.carryOut(await world.planSnapshot(text, 'volume.music'))).status).toBe('converged')
        const { snapshots } = await world.observe(text)
        const restore = { 'volume.music': snapshots[0]?.id ?? '' }
        const kinds = (await world.plan(text, { restore })).steps.map(({ kind }) => kind)
        expect(kinds).toContain('supersede-volume')
        for (const kind of kinds) {
          await run('echo new | sudo tee /srv/music/word')
          expect(await world.killAtStep(await world.plan(text, { restore }), kind), `before ${kind}`).toBe(true)
          const plan = await world.plan(text)
          expect(driftOf(plan).status, `before ${kind}`).toBe('pending')
          expect((await world.carryOut(plan)).status, `before ${kind}`).toBe('converged')
          expect(await run('cat /srv/music/word'), `before ${kind}`).toEqual(['old'])
          expect((await world.plan(text)).steps, `before ${kind}`).toEqual([])
          expect((await world.census()).volumes, `before ${kind}`).toHaveLength(1)
        }
      } finally {
        await world.close()
      }
    })
  },
)
