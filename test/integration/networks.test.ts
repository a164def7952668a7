import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupEgressCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  DescribeRouteTablesCommand,
  ModifyInstanceMetadataOptionsCommand,
  ModifySubnetAttributeCommand,
  RevokeSecurityGroupEgressCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

/** A server that the internet reaches and, with `back`, one that only its neighbours do. */
const shop = (open: string, inner: string, back = true) => `
evenkeel: 1
stack: shop
target: sandbox
securityGroups:
  web: { ingress: [{ port: 22, from: my-ip }, { port: all, from: securityGroup.web }] }
servers:
  front: { image: ${image}, type: t3.small, subnet: ${open}, securityGroups: [web] }
${back ? `  back: { image: ${image}, type: t3.small, subnet: ${inner}, securityGroups: [web] }` : ''}
`

const other = (subnet: string) => `
evenkeel: 1
stack: other
target: sandbox
securityGroups:
  open: { ingress: [{ port: 22, from: 0.0.0.0/0 }] }
servers:
  box: { image: ${image}, type: t3.small, subnet: ${subnet}, securityGroups: [open] }
`

describe.skipIf(noHostsBecause !== undefined)(
  `networks on hosts${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  { sequential: true },
  () => {
    let world: SandboxWorld
    let open: string
    let inner: string

    beforeAll(async () => {
      world = await startSandboxWorld('networks', ['--no-default-vpc'])
      const first = await network('10.40')
      open = await first.subnet('10.40.1.0/24', true)
      inner = await first.subnet('10.40.2.0/24', false)
      const second = await network('10.41')
      world.write({
        'shop.yaml': shop(open, inner),
        'front.yaml': shop(open, inner, false),
        'other.yaml': other(await second.subnet('10.41.1.0/24', true)),
      })
    })
    afterAll(() => world?.remove())

    /** A VPC whose main route table leads to a gateway; a private subnet of it has one of its own that does not. */
    async function network(prefix: string) {
      const { client } = world
      const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: `${prefix}.0.0/16` }))
      const VpcId = Vpc?.VpcId ?? ''
      const { InternetGateway } = await client.send(new CreateInternetGatewayCommand({}))
      const GatewayId = InternetGateway?.InternetGatewayId ?? ''
      await client.send(new AttachInternetGatewayCommand({ InternetGatewayId: GatewayId, VpcId }))
      const { RouteTables } = await client.send(
        new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }),
      )
      await client.send(
        new CreateRouteCommand({
          RouteTableId: RouteTables?.[0]?.RouteTableId,
          DestinationCidrBlock: '0.0.0.0/0',
          GatewayId,
        }),
      )
      return {
        async subnet(CidrBlock: string, isPublic: boolean) {
          const { Subnet } = await client.send(
            new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone: 'us-east-1b' }),
          )
          const SubnetId = Subnet?.SubnetId ?? ''
          const MapPublicIpOnLaunch = { Value: isPublic }
          await client.send(new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch }))
          if (isPublic) return SubnetId
          const { RouteTable } = await client.send(new CreateRouteTableCommand({ VpcId }))
          const { RouteTableId } = RouteTable ?? {}
          await client.send(new AssociateRouteTableCommand({ SubnetId, RouteTableId }))
          return SubnetId
        },
      }
    }

    const instanceIn = async (SubnetId: string) => {
      const Filters = [{ Name: 'subnet-id', Values: [SubnetId] }]
      const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({ Filters }))
      return Reservations[0]?.Instances?.[0]
    }
    const onFront = async (script: string) =>
      (await expectSuccess(world.run(['exec', '-f', 'front.yaml', 'front', '--', 'bash', '-c', script]))).stdout
    /** sshd's greeting, as front hears it. */
    const greeting = (address = '') =>
      onFront(`timeout 2 bash -c 'exec 3<>/dev/tcp/${address}/22; head -c 7 <&3' || true`)

    it('a server in a public subnet of a VPC that is not the default one is applied as any other', async () => {
      await expectSuccess(world.run(['apply', 'front.yaml', '--yes']))
      await expectExit(world.run(['plan', 'front.yaml', '--detailed-exitcode']), 0)
      await expectExit(world.run(['drift', 'front.yaml']), 0)
      expect(await onFront('hostname -I')).toMatch(/^10\.40\.1\./)
    })

    it('one that gets no public address is warned of, told at once, and never waited for', async () => {
      const planned = await expectSuccess(world.run(['plan', 'shop.yaml']))
      expect(planned.stdout + planned.stderr).toContain('PLAN_PRIVATE_ADDRESS')
      const applied = await expectExit(world.run(['apply', 'shop.yaml', '--yes']), 1)
      expect(applied.stdout + applied.stderr).toMatch(/✗ server\.back +connect-host[^]*HOST_NO_ADDRESS/)
      expect((await instanceIn(inner))?.PublicIpAddress).toBeUndefined()
      await expectExit(world.run(['plan', 'shop.yaml', '--detailed-exitcode']), 4)
      const drifted = await expectExit(world.run(['drift', 'shop.yaml']), 4)
      expect(drifted.stdout).toContain('server.back')
      await expectExit(world.run(['apply', 'shop.yaml', '--yes']), 1)
      await expectExit(world.run(['exec', '-f', 'shop.yaml', 'back', '--', 'true']), 1)
    })

    it('hosts of one VPC reach one another by private addresses, and those of two do not', async () => {
      await expectSuccess(world.run(['apply', 'other.yaml', '--yes']))
      const back = (await instanceIn(inner))?.PrivateIpAddress
      const shown = JSON.parse((await expectSuccess(world.run(['show', 'other.yaml', '--json']))).stdout) as {
        readonly servers: readonly { readonly privateIp: string; readonly publicIp: string }[]
      }
      const [box] = shown.servers
      expect(await greeting(back)).toBe('SSH-2.0')
      expect(box?.privateIp).toMatch(/^10\.41\./)
      expect(await greeting(box?.privateIp)).toBe('')
      expect(await greeting(box?.publicIp)).toBe('SSH-2.0')
    })

    it('a group whose egress is revoked lets nothing begin outwards but what its rules name', async () => {
      const back = (await instanceIn(inner))?.PrivateIpAddress
      const GroupId = (await instanceIn(open))?.SecurityGroups?.[0]?.GroupId
      const everything = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]
      await world.client.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: everything }))
      expect(await greeting(back)).toBe('')
      const toBack = [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: `${back}/32` }] }]
      await world.client.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: toBack }))
      expect(await greeting(back)).toBe('SSH-2.0')
      await world.client.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: everything }))
    })

    it('changed metadata options reach a host that runs', async () => {
      const InstanceId = (await instanceIn(open))?.InstanceId
      const ask = () =>
        onFront(
          `exec 3<>/dev/tcp/169.254.169.254/80; printf 'GET /latest/meta-data/instance-id HTTP/1.0\\r\\n\\r\\n' >&3; head -n 1 <&3`,
        )
      const set = (options: {
        readonly HttpEndpoint?: 'disabled' | 'enabled'
        readonly HttpTokens?: 'required' | 'optional'
      }) => world.client.send(new ModifyInstanceMetadataOptionsCommand({ InstanceId, ...options }))
      await set({ HttpTokens: 'optional' })
      expect(await ask()).toContain(' 200 ')
      await set({ HttpTokens: 'required' })
      expect(await ask()).toContain(' 401 ')
      await set({ HttpEndpoint: 'disabled' })
      expect(await ask()).toContain(' 403 ')
    })

    it('is destroyed, although one of the servers can never be entered', async () => {
      await expectSuccess(world.run(['destroy', 'shop.yaml', '--yes']))
      const { Reservations = [] } = await world.client.send(
        new DescribeInstancesCommand({ Filters: [{ Name: 'subnet-id', Values: [open, inner] }] }),
      )
      const states = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name))
      expect(states).toEqual(['terminated', 'terminated'])
    })
  },
)
