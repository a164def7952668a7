import { DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

/** A member is well as long as nobody writes on its volume that it is not; and it has the files of the rule. */
const health = 'test -e /srv/site/index.html && test ! -e /srv/data/sick'

const stack = (type: string) => `
evenkeel: 1
stack: fleet
target: sandbox
servers:
  web:
    count: 3
    image: ${image}
    type: ${type}
    zone: us-east-1a
    rootVolume: { onReplace: delete }
    rolling: { maxUnavailable: 1, health: "${health}", timeout: 3s }
volumes:
  data: { server: 'web[*]', size: 1, mount: /srv/data }
sync:
  site: { from: ./site/, to: 'web[*]:/srv/site/' }
`

describe.skipIf(noHostsBecause !== undefined)(
  `members that leave service one by one${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  { timeout: 300_000 },
  () => {
    let world: SandboxWorld

    beforeAll(async () => {
      world = await startSandboxWorld('rolling')
      world.write({ 'site/index.html': 'hello\n', 'stack.yaml': stack('t3.small') })
    })
    afterAll(() => world?.remove())

    const inside = async (server: string, script: string) =>
      (await expectSuccess(world.run(['exec', server, '--', 'sudo', 'sh', '-ec', script]))).stdout

    /** Members by their names, with the type, the id and the state of what stands for them. */
    const members = async () => {
      const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
      const found = Reservations.flatMap(({ Instances = [] }) => Instances)
        .filter(({ State }) => State?.Name !== 'terminated' && State?.Name !== 'shutting-down')
        .map(({ InstanceType, InstanceId, State, Tags = [] }) => ({
          address: Tags.find(({ Key }) => Key === 'evenkeel:address')?.Value ?? '',
          id: InstanceId,
          type: InstanceType,
          state: State?.Name,
        }))
      return found.sort((left, right) => left.address.localeCompare(right.address))
    }

    /** Where in the lines of `--json` a step begins, or ends. */
    const positionsIn = (output: string) => {
      const lines = output.split('\n')
      return (kind: 'step-started' | 'step-finished', step: string) =>
        lines.findIndex((line) => line.includes(`"${kind}"`) && line.includes(`"${step}"`))
    }

    it('come up at once, and nothing differs then', async () => {
      await expectSuccess(world.run(['apply', '--yes']))
      await expectExit(world.run(['plan', '--detailed-exitcode']), 0)
      expect((await members()).map(({ address }) => address)).toEqual([0, 1, 2].map((index) => `server.web[${index}]`))
    })

    it('stay as they are behind one that does not get well, and go on when it is', async () => {
      world.write({ 'stack.yaml': stack('t3.medium') })
      const shown = await expectSuccess(world.run(['plan']))
      expect(shown.stdout).toContain('server.web rolls in 3 waves')
      await inside('web[1]', 'touch /srv/data/sick')
      const stopped = await expectExit(world.run(['apply', '--yes']), 1)
      expect(stopped.stdout).toContain('SERVER_UNHEALTHY')
      expect(stopped.stdout).toContain('server.web[1] did not become healthy within 3 s')
      expect((await members()).map(({ type, state }) => `${type} ${state}`)).toEqual([
        't3.medium running',
        't3.medium running',
        't3.small running',
      ])

      // The next run asks it first, and touches nothing else while it is not well.
      const still = await expectExit(world.run(['apply', '--yes']), 1)
      expect(still.stdout).toContain('SERVER_UNHEALTHY')
      expect((await members())[2]).toMatchObject({ type: 't3.small', state: 'running' })
      await expectExit(world.run(['drift']), 3)

      await inside('web[1]', 'rm /srv/data/sick')
      await expectSuccess(world.run(['apply', '--yes']))
      expect((await members()).map(({ type }) => type)).toEqual(['t3.medium', 't3.medium', 't3.medium'])
      await expectExit(world.run(['plan', '--detailed-exitcode']), 0)
    })

    it('are replaced one by one, with their volumes and their files', async () => {
      const before = await members()
      const asked = before.flatMap(({ address }) => ['--replace', address])
      const { stdout } = await expectSuccess(world.run(['apply', '--yes', '--json', ...asked]))
      const after = await members()
      expect(after).toHaveLength(3)
      expect(after.filter(({ id }) => before.some((old) => old.id === id))).toEqual([])
      const position = positionsIn(stdout)
      for (const [former, next] of [
        [0, 1],
        [1, 2],
      ]) {
        const copied = position('step-finished', `copy-files:sync.site[${former}]`)
        const well = position('step-finished', `check-health:server.web[${former}]`)
        const begun = position('step-started', `create-server:server.web[${next}]`)
        expect(copied).toBeGreaterThan(0)
        expect(well).toBeGreaterThan(copied)
        expect(begun).toBeGreaterThan(well)
      }
      await expectExit(world.run(['plan', '--detailed-exitcode']), 0)
      expect(await inside('web[2]', 'cat /srv/site/index.html')).toBe('hello\n')
    })
  },
)
