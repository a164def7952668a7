import { CreateTagsCommand, DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'
import { until } from '../support/until.js'

const stack = (options: string) =>
  `evenkeel: 1\nstack: odd\ntarget: sandbox\nservers:\n  web: { image: ${image}, type: m5.large, ${options} }\n`

/** Asks for a path of the instance's metadata, with a token and without one; the status of each. */
const asks = (path: string) => `
token=$(curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)
curl -s -o /dev/null -w '%{http_code} ' http://169.254.169.254/latest/${path}
curl -s -w ' %{http_code}' -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/${path}`

describe.skipIf(noHostsBecause !== undefined)(
  `options of a server, seen from inside${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  () => {
    let world: SandboxWorld

    beforeAll(async () => {
      world = await startSandboxWorld('server-options', ['--instance-profiles', 'web,db'])
    })
    afterAll(() => world?.remove())

    const apply = async (options: string) => {
      world.write({ 'stack.yaml': stack(options) })
      await expectSuccess(world.run(['apply', '--yes']))
      await expectExit(world.run(['plan', '--detailed-exitcode']), 0)
    }
    const inside = async (script: string) =>
      (await expectSuccess(world.run(['exec', 'web', '--', script]))).stdout.trim()
    const instances = async () => {
      const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
      return Reservations.flatMap(({ Instances = [] }) => Instances)
    }

    it('are what its metadata say and take, and change while it runs', async () => {
      await apply('iamInstanceProfile: web, metadata: { tokens: required, instanceTags: enabled }')
      const [{ InstanceId } = {}] = await instances()
      expect(await inside(asks('meta-data/tags/instance/Name'))).toBe('401 odd/web 200')
      expect(await inside(asks('meta-data/iam/info'))).toContain('instance-profile/web')
      await world.client.send(
        new CreateTagsCommand({ Resources: [InstanceId ?? ''], Tags: [{ Key: 'tier', Value: 'gold' }] }),
      )
      expect(await inside(asks('meta-data/tags/instance/tier'))).toBe('401 gold 200')
      await apply('iamInstanceProfile: db, metadata: { tokens: optional, instanceTags: disabled }')
      expect(await inside(asks('meta-data/tags/instance/Name'))).toMatch(/^404 .* 404$/s)
      expect(await inside(asks('meta-data/instance-id'))).toBe(`200 ${InstanceId} 200`)
      expect(await inside(asks('meta-data/iam/info'))).toContain('instance-profile/db')
    })

    it('end a server that shuts itself down, which is drift and healed by another', async () => {
      await apply('shutdownBehavior: terminate')
      const [{ InstanceId } = {}] = (await instances()).filter(({ State }) => State?.Name === 'running')
      await world.run(['exec', 'web', '--', 'sudo poweroff'])
      const stateOf = async () => (await instances()).find((one) => one.InstanceId === InstanceId)?.State?.Name
      await until(async () => (await stateOf()) === 'terminated')
      await expectExit(world.run(['drift']), 2)
      await apply('shutdownBehavior: terminate')
      const alive = (await instances()).filter(({ State }) => State?.Name === 'running')
      expect(alive).toHaveLength(1)
      expect(alive[0]?.InstanceId).not.toBe(InstanceId)
    })

    it('keep a server from being stopped until the file lets it', async () => {
      await apply('stopProtection: true')
      const refused = await world.run(['stop', 'web', '--yes'])
      expect(refused.exitCode).not.toBe(0)
      expect((await instances()).filter(({ State }) => State?.Name === 'running')).toHaveLength(1)
      await expectSuccess(
        (world.write({ 'stack.yaml': stack('stopProtection: false') }), world.run(['apply', '--yes'])),
      )
      await expectSuccess(world.run(['destroy', '--yes']))
      expect((await instances()).filter(({ State }) => State?.Name === 'running')).toEqual([])
    })
  },
)
