import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { driftOf } from '../../src/model/drift-report.js'
import type { Plan } from '../../src/model/plan.js'
import { temporaryDirectory } from '../support/evenkeel.js'
import { noHostsBecause } from '../support/sandbox-world.js'
import { startSimulation, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

describe.skipIf(noHostsBecause !== undefined)(
  `what follows a copy${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  { timeout: 120_000 },
  () => {
    let world: Simulation
    const directory = temporaryDirectory('follow-ups')
    const site = join(directory.path, 'site')
    const text = `evenkeel: 1
stack: site
target: sandbox
servers:
  web: { count: 1, image: ${image}, type: t3.small }
sync:
  site:
    from: ${site}/
    to: web[*]:/srv/site/
    onChange: 'echo ran | sudo tee -a /srv/commands'
    rolling: { maxUnavailable: 1, health: 'sudo test -e /srv/healthy', timeout: 2s }
`
    beforeAll(async () => {
      world = await startSimulation({ hosts: 'linux' })
      mkdirSync(site, { recursive: true })
      writeFileSync(join(site, 'index.html'), 'first')
    })
    afterAll(async () => {
      await world?.close()
      directory.remove()
    })

    const run = (command: string) => world.runOn(text, 'server.web[0]', command)
    const commandsRun = async () => (await run('sudo cat /srv/commands 2>/dev/null || true')).length
    const stepsOf = ({ steps }: Plan) =>
      steps.filter(({ address }) => address === 'sync.site[0]').map(({ kind }) => kind)
    const reasonOf = ({ changes }: Plan) => changes.find(({ address }) => address === 'sync.site[0]')?.reason

    it('is asked for until it has happened, whatever ends the run, and once it has never again', async () => {
      // The health check fails although the files are there.
      expect((await world.apply(text)).result.status).toBe('partial')
      expect(await commandsRun()).toBe(1)
      const unhealthy = await world.plan(text)
      expect(stepsOf(unhealthy)).toEqual(['check-health'])
      expect(reasonOf(unhealthy)).toBe('its health check has not passed since the last copy')
      expect(driftOf(unhealthy).status).toBe('pending')

      // It fails again, and is not forgotten.
      expect((await world.carryOut(unhealthy)).status).not.toBe('converged')
      expect(stepsOf(await world.plan(text))).toEqual(['check-health'])
      await run('sudo touch /srv/healthy')
      expect((await world.apply(text)).result.status).toBe('converged')
      expect((await world.plan(text)).steps).toEqual([])
      expect(await commandsRun()).toBe(1)

      // Drift is healed, and the run is killed behind the copy: its calls are the ledger's alone.
      await run('sudo rm /srv/site/index.html /srv/healthy')
      const repair = await world.plan(text)
      expect(driftOf(repair).status).toBe('drift')
      expect(await world.killAtStep(repair, 'run-on-change')).toBe(true)
      expect(await run('sudo cat /srv/site/index.html')).toEqual(['first'])
      const owed = await world.plan(text)
      expect(stepsOf(owed)).toEqual(['run-on-change', 'check-health'])
      expect(reasonOf(owed)).toBe('its command was not run since the last copy')
      expect(driftOf(owed).status).toBe('pending')
      await run('sudo touch /srv/healthy')
      expect((await world.carryOut(owed)).status).toBe('converged')
      expect(await commandsRun()).toBe(2)

      // A plan with nothing to do writes nothing.
      const requests = await world.requestsDuring(async () => {
        expect((await world.apply(text)).plan.steps).toEqual([])
      })
      expect(requests.filter(({ mutating }) => mutating)).toEqual([])
    })
  },
)

describe.skipIf(noHostsBecause !== undefined)(
  `a restore that a busy mount holds${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  { timeout: 180_000 },
  () => {
    it('is ended by the next plain apply, with all volumes of its checkpoint', async () => {
      const world = await startSimulation({ hosts: 'linux' })
      const text = `evenkeel: 1
stack: busy
target: sandbox
servers:
  web: { image: ${image}, type: t3.small }
volumes:
  a: { server: web, size: 1, mount: /srv/a }
  b: { server: web, size: 1, mount: /srv/b }
`
      const run = (command: string) => world.runOn(text, 'server.web', command)
      const contents = () => run('sudo cat /srv/a/word /srv/b/word')
      try {
        expect((await world.apply(text)).result.status).toBe('converged')
        await run('echo old | sudo tee /srv/a/word /srv/b/word')
        expect((await world.carryOut(await world.planCheckpoint(text, 'first'))).status).toBe('converged')
        await run('echo new | sudo tee /srv/a/word /srv/b/word')
        const { snapshots } = await world.observe(text)
        const restore = Object.fromEntries(snapshots.map(({ address, id }) => [address, id]))
        await run('sudo sh -c "cd /srv/b && (sleep 600 > /dev/null 2>&1 & echo \\$! > /run/holder)"')

        const { result } = await world.apply(text, { plan: { restore, checkpoint: 'busy/first' } })
        expect(result.status).toBe('partial')
        expect(await contents()).toEqual(['old', 'new'])
        const plan = await world.plan(text)
        expect(plan.changes.filter(({ kind }) => kind !== 'none').map(({ kind, address }) => [kind, address])).toEqual([
          ['replace', 'volume.b'],
        ])
        expect(driftOf(plan).status).toBe('pending')
        await run('sudo sh -c "kill $(cat /run/holder)"')
        expect((await world.carryOut(plan)).status).toBe('converged')
        expect(await contents()).toEqual(['old', 'old'])
        expect((await world.plan(text)).steps).toEqual([])
      } finally {
        await world.close()
      }
    })
  },
)
