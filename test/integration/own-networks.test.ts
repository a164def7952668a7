import { DeleteRouteCommand, DescribeRouteTablesCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

const stack = (nat: string) => `evenkeel: 1
stack: lab
target: sandbox
networks:
  lab:
    cidr: 10.20.0.0/16
    ${nat}
    subnets:
      open: { cidr: 10.20.1.0/24, zone: us-east-1a, public: true }
      inside: { cidr: 10.20.2.0/24, zone: us-east-1a }
  other:
    cidr: 10.30.0.0/16
    subnets: { open: { cidr: 10.30.1.0/24, zone: us-east-1a, public: true } }
securityGroups:
  door: { network: lab, ingress: [{ port: 22, from: my-ip }, { port: all, from: securityGroup.door }] }
  far: { network: other, ingress: [{ port: all, from: 0.0.0.0/0 }] }
servers:
  bastion: { image: ${image}, type: t3.small, subnet: network.lab.open, securityGroups: [door] }
  inner: { image: ${image}, type: t3.small, subnet: network.lab.inside, securityGroups: [door], via: server.bastion }
  stranger: { image: ${image}, type: t3.small, subnet: network.other.open, securityGroups: [far] }
`

describe.skipIf(noHostsBecause !== undefined)(
  `servers in networks of the stack's own${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  () => {
    let world: SandboxWorld

    beforeAll(async () => {
      world = await startSandboxWorld('own-networks')
    })
    afterAll(() => world?.remove())

    const inside = async (server: string, script: string) =>
      (await expectSuccess(world.run(['exec', server, '--', script]))).stdout.trim()
    const apply = async (nat: string) => {
      world.write({ 'stack.yaml': stack(nat) })
      await expectSuccess(world.run(['apply', '--yes']))
      await expectExit(world.run(['plan', '--detailed-exitcode']), 0)
    }
    const addressOf = (server: string) => inside(server, 'hostname -I')
    /** Nobody answers there: what is said of the way there is all that counts. */
    const wayOut = (server: string) =>
      inside(
        server,
        'timeout 2 bash -c "exec 3<>/dev/tcp/192.0.2.1/80" 2>&1 | grep -o -m 1 "Network is unreachable" || echo there is one',
      )
    const reaches = async (from: string, address: string) =>
      (await inside(from, `timeout 3 bash -c "exec 3<>/dev/tcp/${address}/22" 2> /dev/null && echo yes || echo no`)) ===
      'yes'

    it('have addresses of their subnets, ways as these have, and see nobody of another network', async () => {
      await apply('nat: single')
      expect(await addressOf('bastion')).toMatch(/^10\.20\.1\./)
      const inner = await addressOf('inner')
      expect(inner).toMatch(/^10\.20\.2\./)
      expect(await reaches('bastion', inner)).toBe(true)
      expect(await reaches('stranger', inner)).toBe(false)
      expect(await reaches('bastion', await addressOf('stranger'))).toBe(false)
      expect(await wayOut('inner')).toBe('there is one')
      await apply('')
      expect(await wayOut('inner')).toBe('Network is unreachable')
      expect(await wayOut('bastion')).toBe('there is one')
    })

    it('are shut off by a route that somebody deletes, which an apply puts back', async () => {
      await apply('')
      const Filters = [{ Name: 'tag:evenkeel:address', Values: ['network.lab.open.routes'] }]
      const { RouteTables = [] } = await world.client.send(new DescribeRouteTablesCommand({ Filters }))
      const RouteTableId = RouteTables[0]?.RouteTableId ?? ''
      await world.client.send(new DeleteRouteCommand({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0' }))
      const { stdout } = await expectExit(world.run(['drift']), 2)
      expect(stdout).toMatch(/! network\.lab\.open\.routes\n +routes +0\.0\.0\.0\/0 by network\.lab\.gateway -> none/)
      await apply('')
      expect(await inside('inner', 'echo here')).toBe('here')
    })

    it('go, and their networks with them', async () => {
      await expectSuccess(world.run(['destroy', '--yes']))
      const Filters = [{ Name: 'tag:evenkeel:stack', Values: ['lab'] }]
      expect((await world.client.send(new DescribeVpcsCommand({ Filters }))).Vpcs).toEqual([])
    })
  },
)
