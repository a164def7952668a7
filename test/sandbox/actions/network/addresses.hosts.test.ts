import { connect } from 'node:net'
import { join } from 'node:path'
import * as ec2 from '@aws-sdk/client-ec2'
import { beforeAll, expect, test } from 'vitest'
import { ensureSandbox, findSandbox, stopSandbox, type SandboxEndpoint } from '../../../../src/sandbox/daemon-client.js'
import { describeHosts, eventually, keyPair, runOverSsh, unlessHosts } from '../../hosts/support.js'
import { afterTests, temporaryDir, until } from '../../support.js'

/** What an Elastic IP leads to is told by the host that answers there: its host key is checked, and its name. */
describeHosts(`an Elastic IP${unlessHosts}`, () => {
  let dir: string
  let sandbox: SandboxEndpoint
  let client: ec2.EC2Client
  let web: Server
  let database: Server
  let elastic: string
  let AllocationId: string

  interface Server {
    readonly id: string
    readonly hostname: string
    readonly hostKeys: readonly string[]
  }

  beforeAll(async () => {
    dir = join(temporaryDir(), 'sandbox')
    afterTests(() => stopSandbox(dir))
    await startDaemon()
    await client.send(
      new ec2.ImportKeyPairCommand({ KeyName: 'test', PublicKeyMaterial: Buffer.from(keyPair.publicKey) }),
    )
    await giveAccess()
    ;[web, database] = await Promise.all([launch(), launch()])
    const address = await client.send(new ec2.AllocateAddressCommand({}))
    elastic = address.PublicIp!
    AllocationId = address.AllocationId!
  })

  async function startDaemon(): Promise<void> {
    sandbox = await ensureSandbox(dir, { hosts: 'linux' })
    const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
    client = new ec2.EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 })
    const current = client
    afterTests(() => current.destroy())
  }

  /** SSH from this machine to the members of the default group; among its members everything passes. */
  const access = {
    GroupName: 'default',
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '203.0.113.1/32' }] }],
  }
  const giveAccess = () => client.send(new ec2.AuthorizeSecurityGroupIngressCommand(access))
  const takeAccess = () => client.send(new ec2.RevokeSecurityGroupIngressCommand(access))

  async function launch(): Promise<Server> {
    const { Instances } = await client.send(
      new ec2.RunInstancesCommand({
        ImageId: 'resolve:ssm:/aws/service/debian/release/12/latest/amd64',
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        KeyName: 'test',
      }),
    )
    const id = Instances![0]!.InstanceId!
    await inState(id, 'running')
    const hostname = `ip-${Instances![0]!.PrivateIpAddress!.replaceAll('.', '-')}`
    // The keys are printed when the user data has run.
    const console = await until(
      async () => {
        const { Output = '' } = await client.send(new ec2.GetConsoleOutputCommand({ InstanceId: id, Latest: true }))
        return Buffer.from(Output, 'base64').toString()
      },
      (text) => text.includes('-----END SSH HOST KEY KEYS-----'),
    )
    return { id, hostname, hostKeys: console.match(/^ssh-\S+ \S+/gm) ?? [] }
  }

  const read = async (id: string) =>
    (await client.send(new ec2.DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations![0]!.Instances![0]!
  const inState = (id: string, state: string) =>
    until(
      () => read(id),
      ({ State }) => State?.Name === state,
    )
  const publicIpOf = async ({ id }: Server) => (await read(id)).PublicIpAddress!
  const run = async (server: Server, publicIp: string, command: string) =>
    (await runOverSsh({ publicIp, loginUser: 'admin' }, server, command)).output
  const associateWith = ({ id }: Server) =>
    client.send(new ec2.AssociateAddressCommand({ AllocationId, InstanceId: id }))
  /** The name that the host gives itself at the address; rejects when it is not this server's host that answers. */
  const nameAt = (publicIp: string, server: Server) => run(server, publicIp, 'hostname')
  const metadata = (server: Server, publicIp: string, name: string) =>
    run(
      server,
      publicIp,
      `ask() { exec 3<>/dev/tcp/169.254.169.254/80; printf '%s\\r\\n' "$@" '' >&3; tail -n 1 <&3; }
      token=$(ask 'PUT /latest/api/token HTTP/1.0' 'X-aws-ec2-metadata-token-ttl-seconds: 60')
      ask 'GET /latest/meta-data/${name} HTTP/1.0' "X-aws-ec2-metadata-token: $token"`,
    )

  test('leads to its instance, from this machine and from other instances, and its own address is gone', async () => {
    const own = await publicIpOf(web)
    expect(await nameAt(own, web)).toBe(web.hostname)
    expect(await greetingAt(elastic)).toBe('')
    await associateWith(web)
    expect(await nameAt(elastic, web)).toBe(web.hostname)
    expect(await greetingAt(own)).toBe('')
    const greet = (address: string) => `timeout 1 bash -c 'exec 3<>/dev/tcp/${address}/22; head -c 7 <&3'`
    expect(await run(database, await publicIpOf(database), greet(elastic))).toBe('SSH-2.0')
    expect(await run(database, await publicIpOf(database), greet(own))).not.toBe('SSH-2.0')
    await eventually(
      'the news at the metadata service',
      async () => (await metadata(web, elastic, 'public-ipv4')) === elastic,
    )
    expect(await metadata(web, elastic, 'public-hostname')).toBe((await read(web.id)).PublicDnsName)
  })

  test('obeys the rules of the security group', async () => {
    await takeAccess()
    expect(await greetingAt(elastic)).toBe('')
    await giveAccess()
    expect(await nameAt(elastic, web)).toBe(web.hostname)
  })

  test('moves to another instance at once, and the first has a new address of its own', async () => {
    const own = await publicIpOf(database)
    await associateWith(database)
    expect(await nameAt(elastic, database)).toBe(database.hostname)
    expect(await greetingAt(own)).toBe('')
    const successor = await publicIpOf(web)
    expect([own, elastic]).not.toContain(successor)
    expect(await nameAt(successor, web)).toBe(web.hostname)
    await eventually(
      'the news at the metadata service',
      async () => (await metadata(web, successor, 'public-ipv4')) === successor,
    )
  })

  test('is kept over a stop and a start', async () => {
    await client.send(new ec2.StopInstancesCommand({ InstanceIds: [database.id] }))
    await inState(database.id, 'stopped')
    expect(await greetingAt(elastic)).toBe('')
    await client.send(new ec2.StartInstancesCommand({ InstanceIds: [database.id] }))
    await inState(database.id, 'running')
    expect(await nameAt(elastic, database)).toBe(database.hostname)
    expect(await metadata(database, elastic, 'public-ipv4')).toBe(elastic)
  })

  test('is kept over the end of the daemon', async () => {
    const own = await publicIpOf(web)
    process.kill(sandbox.pid, 'SIGKILL')
    await until(
      () => findSandbox(dir),
      (found) => found === undefined,
    )
    await startDaemon()
    expect(await nameAt(elastic, database)).toBe(database.hostname)
    expect(await nameAt(own, web)).toBe(web.hostname)
    expect(await publicIpOf(web)).toBe(own)
  })

  test('leads nowhere when it is disassociated, and its instance has a new address', async () => {
    const { Addresses } = await client.send(new ec2.DescribeAddressesCommand({}))
    await client.send(new ec2.DisassociateAddressCommand({ AssociationId: Addresses![0]!.AssociationId }))
    expect(await greetingAt(elastic)).toBe('')
    const own = await publicIpOf(database)
    expect(own).not.toBe(elastic)
    expect(await nameAt(own, database)).toBe(database.hostname)
  })

  test('is there for another instance when its own is terminated', async () => {
    await associateWith(web)
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [web.id] }))
    await inState(web.id, 'terminated')
    expect(await greetingAt(elastic)).toBe('')
    await associateWith(database)
    expect(await nameAt(elastic, database)).toBe(database.hostname)
  })
})

/** What answers at port 22 within half a second: nothing where nobody lets us in. */
function greetingAt(host: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect({ host, port: 22, timeout: 500 })
    socket.on('data', (chunk) => (answer += chunk.toString()))
    socket.on('timeout', () => socket.destroy())
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
  })
}
