import { expect, it } from 'vitest'
import { noHostsBecause } from '../support/sandbox-world.js'
import { startSimulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

const text = `evenkeel: 1
stack: frozen
target: sandbox
servers:
  web: { image: ${image}, type: t3.small }
volumes:
  music: { server: web, size: 1, mount: /srv/music }
`

it.skipIf(noHostsBecause !== undefined)(
  `a snapshot has every byte that was written before it, because the filesystem rests for it${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  { timeout: 120_000 },
  async () => {
    const world = await startSimulation({ hosts: 'linux' })
    const run = (command: string) => world.runOn(text, 'server.web', command)
    const sums = () => run('cd /srv/music; sudo sha256sum bytes')
    try {
      expect((await world.apply(text)).result.status).toBe('converged')
      // Nothing of it has to have left the caches of the host when the snapshot begins.
      await run('sudo dd if=/dev/urandom of=/srv/music/bytes bs=1M count=4 status=none')
      const written = await sums()
      expect((await world.carryOut(await world.planSnapshot(text, 'volume.music'))).status).toBe('converged')
      await run('sudo rm /srv/music/bytes')
      const { snapshots } = await world.observe(text)
      const restore = { 'volume.music': snapshots[0]?.id ?? '' }
      expect((await world.carryOut(await world.plan(text, { restore }))).status).toBe('converged')
      expect(await sums()).toEqual(written)
    } finally {
      await world.close()
    }
  },
)
