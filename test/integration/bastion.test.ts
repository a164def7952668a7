import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  DescribeRouteTablesCommand,
  ModifySubnetAttributeCommand,
  StopInstancesCommand,
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

/** A server without a public address, one behind that, and the only one that this machine reaches. */
const stackFile = (open: string, inner: string, size: number) => `
evenkeel: 1
stack: inner
target: sandbox
securityGroups:
  door: { ingress: [{ port: 22, from: my-ip }] }
  inside: { ingress: [{ port: 22, from: securityGroup.door }, { port: 22, from: securityGroup.inside }] }
servers:
  bastion: { image: ${image}, type: t3.small, subnet: ${open}, securityGroups: [door] }
  data: { image: ${image}, type: t3.small, subnet: ${inner}, securityGroups: [inside], via: server.bastion, setup: ["echo set up"] }
  deep: { image: ${image}, type: t3.small, subnet: ${inner}, securityGroups: [inside], via: server.data }
volumes:
  store: { server: data, size: ${size}, mount: /srv/store }
  far: { server: deep, size: 1, mount: /srv/far, onRemove: delete }
sync:
  files: { from: ./files/, to: volume.store/files/ }
  onwards: { from: volume.store/files/, to: volume.far/files/ }
`

describe.skipIf(noHostsBecause !== undefined)(
  `through a bastion${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  () => {
    let world: SandboxWorld

    beforeAll(async () => {
      world = await startSandboxWorld('bastion', ['--no-default-vpc'])
      const { client } = world
      const { Vpc } = await client.send(new CreateVpcCommand({ CidrBlock: '10.60.0.0/16' }))
      const VpcId = Vpc?.VpcId ?? ''
      const { InternetGateway } = await client.send(new CreateInternetGatewayCommand({}))
      const GatewayId = InternetGateway?.InternetGatewayId ?? ''
      await client.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId: GatewayId }))
      const Filters = [{ Name: 'vpc-id', Values: [VpcId] }]
      const { RouteTables = [] } = await client.send(new DescribeRouteTablesCommand({ Filters }))
      const RouteTableId = RouteTables[0]?.RouteTableId ?? ''
      await client.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId }))
      const subnet = async (CidrBlock: string, isPublic: boolean) => {
        const { Subnet } = await client.send(new CreateSubnetCommand({ VpcId, CidrBlock }))
        const SubnetId = Subnet?.SubnetId ?? ''
        const MapPublicIpOnLaunch = { Value: isPublic }
        await client.send(new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch }))
        return SubnetId
      }
      const [open, inner] = [await subnet('10.60.1.0/24', true), await subnet('10.60.2.0/24', false)]
      world.write({ 'stack.yaml': stackFile(open, inner, 1), 'grown.yaml': stackFile(open, inner, 2) })
      mkdirSync(join(world.directory, 'files'))
      writeFileSync(join(world.directory, 'files/note'), 'from here\n')
    })
    afterAll(() => world?.remove())

    const exec = (...words: readonly string[]) => world.run(['exec', '-f', 'stack.yaml', ...words])

    it('sets up, mounts and copies on servers that no address leads to from here', async () => {
      await expectSuccess(world.run(['apply', 'stack.yaml', '--yes']))
      const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
      const open = Reservations.flatMap(({ Instances = [] }) => Instances).filter(
        ({ PublicIpAddress }) => PublicIpAddress,
      )
      expect(open).toHaveLength(1)
      const files = await expectSuccess(exec('data', 'deep', '--', 'cat /srv/*/files/note'))
      expect(files.stdout.split('\n').toSorted()).toEqual(['', 'data | from here', 'deep | from here'])
      await expectSuccess(world.run(['plan', 'stack.yaml', '--detailed-exitcode']))
      await expectSuccess(world.run(['drift', 'stack.yaml']))
      await expectSuccess(world.run(['apply', 'grown.yaml', '--yes']))
    })

    it("gives OpenSSH the whole way, with each one's own key and host key", async () => {
      const { stdout: text } = await expectSuccess(world.run(['ssh-config', 'stack.yaml']))
      expect(text).toMatch(/Host inner-deep server\.deep\n(?: .*\n)* {2}ProxyJump inner-data\n/)
      world.write({ 'hosts.conf': text })
      const run = (program: string, words: readonly string[]) =>
        promisify(execFile)(program, words, { cwd: world.directory })
      const ssh = await run('ssh', ['-F', 'hosts.conf', '-o', 'BatchMode=yes', 'inner-deep', 'hostname -I'])
      expect(ssh.stdout).toMatch(/^10\.60\.2\./)
      await run('rsync', ['-e', 'ssh -F hosts.conf', 'inner-deep:/srv/far/files/note', 'fetched'])
      await expectSuccess(world.run(['get', '-f', 'stack.yaml', 'volume.far/files/note', 'got']))
    })

    it('says what is in the way when the bastion is not there, and destroys all behind it through it', async () => {
      const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
      const all = Reservations.flatMap(({ Instances = [] }) => Instances)
      const bastion = all.find(({ PublicIpAddress }) => PublicIpAddress)?.InstanceId ?? ''
      await world.client.send(new StopInstancesCommand({ InstanceIds: [bastion] }))
      const { stderr } = await expectExit(exec('data', '--', 'true'), 1)
      expect(stderr).toContain('server.bastion')
      await expectSuccess(world.run(['apply', 'grown.yaml', '--yes']))
      const { stdout } = await expectSuccess(world.run(['destroy', 'grown.yaml', '--yes']))
      expect(stdout).not.toContain('failed')
    })
  },
)
