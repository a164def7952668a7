import { describe, expect, it } from 'vitest'
import { openProofWorld } from '../support/proof/proof-world.js'
import { image } from '../support/stacks.js'

const text = `evenkeel: 1
stack: left
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a }
volumes:
  music: { server: web, size: 1, mount: /srv/music }
`
const apply = { kind: 'apply', text } as const
const staleBy = (probability: number) => ({ staleReads: { probability, describeMs: 120_000 } })

describe('two applies after a run that died', () => {
  // The second comes while the first, which has taken the dead run's lock over, carries out its plan.
  it('neither take anything from each other, however old readings are', async () => {
    const world = await openProofWorld({ seed: 2, faults: staleBy(0) })
    try {
      const doomed = await world.process({ onAnswer: (action) => void (action === 'CreateVolume' && doomed.kill()) })
      await Promise.race([world.run(doomed, apply), doomed.died])
      await world.clock.sleep(60_000)
      world.setFaults(staleBy(0.3))
      const first = world.run(await world.process(), apply)
      await world.clock.sleep(20_000)
      const second = world.run(await world.process(), apply)
      const converged = { converged: true, problems: [] }
      expect([await first, await second]).toEqual([converged, converged])
    } finally {
      await world.close()
    }
  })
})

describe('a lock that is held and does not show', () => {
  it('is asked for at a pace', async () => {
    const world = await openProofWorld({ seed: 1, faults: staleBy(1) })
    try {
      const first = world.run(await world.process(), apply)
      await world.clock.sleep(500)
      const other = await world.process()
      const second = world.run(other, apply)
      await world.clock.sleep(10_000)
      const asked = other.requests.filter((action) => action === 'CreateLaunchTemplate').length
      expect(asked).toBeGreaterThan(1)
      expect(asked).toBeLessThan(12)
      world.setFaults({})
      await Promise.all([first, second])
    } finally {
      await world.close()
    }
  })
})
