import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { describeHosts, eventually, operator, sshRule, type TestHost, TestSandbox, unlessHosts } from '../support.js'

describeHosts(`the hosts' network${unlessHosts}`, () => testNetwork('loopback'))

describeHosts(`the hosts' network behind a link${unlessHosts}`, () => testNetwork('routed'))

/** The same holds for both ways in which this machine reaches hosts. */
function testNetwork(reach: 'loopback' | 'routed'): void {
  let sandbox: TestSandbox
  let web: TestHost
  let database: TestHost

  beforeAll(async () => {
    sandbox = await TestSandbox.start({ reach })
    ;[web, database] = await Promise.all([
      sandbox.boot({
        userData: '#!/bin/sh\n:',
        metadata: {
          access: 'token',
          values: { 'meta-data/local-hostname': 'web', 'meta-data/tags/instance/Name': 'w' },
        },
      }),
      sandbox.boot(),
    ])
  })
  afterAll(() => sandbox.stop())

  /** Connects from one host to port 22 of an address; resolves sshd's greeting, or nothing within half a second. */
  const greeting = async (from: TestHost, address: string) =>
    (await from.try(`timeout 0.5 bash -c 'exec 3<>/dev/tcp/${address}/22; head -c 7 <&3'`)).output

  describe('with a firewall', () => {
    beforeEach(() => sandbox.openTo(web, database))

    test('lets in what is allowed from outside, and nothing from host to host that is not', async () => {
      expect(await web.run('echo in')).toBe('in')
      expect(await greeting(web, database.description.privateIp)).toBe('')
      expect(await greeting(web, database.description.publicIp)).toBe('')
    })

    test('lets in from a host that a rule names, by private and by public address', async () => {
      const { privateIp, publicIp } = database.description
      await sandbox.setRules([
        sshRule(operator, web.description.privateIp),
        sshRule(operator, privateIp),
        sshRule(`${web.description.privateIp}/32`, privateIp),
      ])
      expect(await greeting(web, privateIp)).toBe('SSH-2.0')
      expect(await greeting(web, publicIp)).toBe('SSH-2.0')
      expect(await greeting(database, web.description.privateIp)).toBe('')
    })

    test('shuts out the operator without a rule, and lets everybody in with 0.0.0.0/0', async () => {
      await sandbox.setRules([sshRule('0.0.0.0/0', database.description.privateIp)])
      expect(await askOnce(web.description.publicIp, 22)).toBe('')
      expect(await database.run('echo in')).toBe('in')
    })

    test('keeps to ports and protocols', async () => {
      const toPrivateIp = database.description.privateIp
      const from = `${web.description.privateIp}/32`
      await sandbox.setRules([
        sshRule(operator, web.description.privateIp),
        { from, toPrivateIp, protocol: 'tcp', fromPort: 23, toPort: 80 },
        { from, toPrivateIp, protocol: 'udp', fromPort: 0, toPort: 65_535 },
        { from, toPrivateIp, protocol: 'icmp', fromPort: -1, toPort: -1 },
      ])
      expect(await greeting(web, toPrivateIp)).toBe('')
      expect((await web.try(`timeout 0.5 bash -c '</dev/tcp/${toPrivateIp}/23'`)).output).toContain('refused')
      await sandbox.setRules([
        sshRule(operator, web.description.privateIp),
        { from, toPrivateIp, protocol: 'all', fromPort: -1, toPort: -1 },
      ])
      expect(await greeting(web, toPrivateIp)).toBe('SSH-2.0')
    })
  })

  test('opens a door for the operator at each port that a rule names', async () => {
    const { privateIp, publicIp } = database.description
    const port = { from: '0.0.0.0/0', toPrivateIp: privateIp, protocol: 'tcp', fromPort: 8080, toPort: 8081 } as const
    await sandbox.setRules([sshRule(operator, privateIp), port])
    const served = database.run(
      `timeout 5 perl -MIO::Socket::INET -e '$l = IO::Socket::INET->new(Listen => 5, LocalPort => 8081) or die;
      while ($c = $l->accept) { read($c, $g, 2) == 2 or next; print $c "served"; exit }'`,
    )
    await eventually('an answer', async () => (await askOnce(publicIp, 8081)) === 'served')
    await served
    await sandbox.openTo(database)
    expect(await askOnce(publicIp, 8081)).toBe('')
  })

  describe('a public address that moves', () => {
    let moving: string
    /** Public addresses that the hosts have without it, and those with it, by their private addresses. */
    const own = (...hosts: readonly TestHost[]) =>
      Object.fromEntries(hosts.map(({ description }) => [description.privateIp, description.publicIp]))
    const given = (host: TestHost) => ({ [host.description.privateIp]: moving })

    beforeAll(() => {
      moving = sandbox.backend.publicIpFor('10.66.15.254')
      const [webIp, databaseIp] = [web, database].map(({ description }) => description.privateIp)
      return sandbox.setRules([
        ...[webIp!, databaseIp!].map((privateIp) => sshRule(operator, privateIp)),
        sshRule(`${databaseIp}/32`, webIp!),
        sshRule(`${webIp}/32`, databaseIp!),
      ])
    })
    beforeEach(() => sandbox.readdress({ ...own(database), ...given(web) }))
    afterAll(() => sandbox.readdress(own(web, database)))

    test('leads to its host in place of the former one, from this machine and from hosts', async () => {
      expect(await web.try('hostname', moving)).toMatchObject({ output: web.description.hostname })
      expect(await askOnce(web.description.publicIp, 22)).toBe('')
      expect(await greeting(database, moving)).toBe('SSH-2.0')
      expect(await greeting(database, web.description.publicIp)).not.toBe('SSH-2.0')
    })

    test('leads to the other host at once, and the first one has another', async () => {
      const another = sandbox.backend.publicIpFor('10.66.15.253')
      await sandbox.readdress({ [web.description.privateIp]: another, ...given(database) })
      expect(await database.try('hostname', moving)).toMatchObject({ output: database.description.hostname })
      expect(await web.try('hostname', another)).toMatchObject({ output: web.description.hostname })
      const greet = `timeout 0.5 bash -c 'exec 3<>/dev/tcp/${moving}/22; head -c 7 <&3'`
      expect((await web.try(greet, another)).output).toBe('SSH-2.0')
    })

    test('cuts the connections that came by it', async () => {
      const socket = await greeted(moving)
      await sandbox.readdress({ ...own(web), ...given(database) })
      expect(await isCut(socket)).toBe(true)
    })

    test('leaves the connections of a host whose address stays', async () => {
      const socket = await greeted(database.description.publicIp)
      await sandbox.readdress(own(web))
      socket.write('SSH-2.0-evenkeel\r\n')
      expect(await once(socket, 'data')).not.toEqual([])
      socket.destroy()
    })

    test('leads nowhere when it is taken away, and back to its host after a stop and a start', async () => {
      await sandbox.readdress({ [web.description.privateIp]: undefined })
      expect(await askOnce(moving, 22)).toBe('')
      expect(await greeting(database, moving)).not.toBe('SSH-2.0')
      await sandbox.readdress(given(web))
      await web.stop()
      expect(await askOnce(moving, 22)).toBe('')
      await web.start()
      expect(await web.try('hostname', moving)).toMatchObject({ output: web.description.hostname })
    })
  })

  describe('its instance metadata service', () => {
    beforeAll(() => sandbox.openTo(web, database))

    /** Speaks HTTP without curl, which a host need not have. */
    const request = (host: TestHost, method: string, path: string, header: string) =>
      host.run(
        `exec 3<>/dev/tcp/169.254.169.254/80; printf '%s\\r\\n' '${method} ${path} HTTP/1.0' '${header}' '' >&3; cat <&3`,
      )
    const token = async (host: TestHost) =>
      (await request(host, 'PUT', '/latest/api/token', 'X-aws-ec2-metadata-token-ttl-seconds: 60')).split(
        '\r\n\r\n',
      )[1] ?? ''
    const get = async (host: TestHost, path: string, credential: string) =>
      (await request(host, 'GET', path, `X-aws-ec2-metadata-token: ${credential}`)).split('\r\n\r\n')[1]

    test('is reached from an interface with the MAC address that the API tells', async () => {
      expect((await web.run('cat /sys/class/net/eth0/address')).trim()).toBe(web.description.macAddress)
    })

    test('answers who has no token where none is required, and nobody where it is switched off', async () => {
      const { instanceId } = database.description
      const values = { 'meta-data/instance-id': instanceId }
      const ask = (header: string) => request(database, 'GET', '/latest/meta-data/instance-id', header)
      const tell = (access: 'nobody' | 'token' | 'anybody') =>
        sandbox.backend.setMetadata(instanceId, { access, values })
      await tell('anybody')
      expect(await ask('Accept: */*')).toContain(instanceId)
      expect(await ask('X-aws-ec2-metadata-token: none')).toMatch(/^HTTP\/1.1 401/)
      await tell('nobody')
      expect(await ask('Accept: */*')).toMatch(/^HTTP\/1.1 403/)
      await tell('token')
      expect(await ask('Accept: */*')).toMatch(/^HTTP\/1.1 401/)
    })

    test('answers with a token alone', async () => {
      expect(await request(web, 'GET', '/latest/meta-data/', 'Accept: */*')).toMatch(/^HTTP\/1.1 401/)
      expect(await request(web, 'PUT', '/latest/api/token', 'Accept: */*')).toMatch(/^HTTP\/1.1 400/)
    })

    test('tells a host about itself, and takes no token of another host', async () => {
      const [webToken, databaseToken] = [await token(web), await token(database)]
      expect(await get(web, '/latest/meta-data/local-hostname', webToken)).toBe('web')
      expect(await get(web, '/latest/meta-data', webToken)).toBe('local-hostname\ntags/')
      expect(await get(web, '/latest/meta-data/tags/', webToken)).toBe('instance/')
      expect(await get(web, '/latest/user-data', webToken)).toBe('#!/bin/sh\n:')
      expect(await get(web, '/latest/', webToken)).toBe('meta-data\nuser-data')
      expect(await get(web, '/latest/meta-data/none', webToken)).toBe('Not Found')
      expect(await get(database, '/latest/meta-data/instance-id', databaseToken)).toBe(database.description.instanceId)
      expect(await get(database, '/latest/user-data', databaseToken)).toBe('Not Found')
      expect(await get(database, '/latest/meta-data/instance-id', webToken)).toBe('Unauthorized')
    })
  })
}

/** A connection to port 22 on which sshd has spoken. */
async function greeted(host: string): Promise<Socket> {
  const socket = connect({ host, port: 22 })
  await once(socket, 'data')
  socket.on('error', () => {})
  return socket
}

/** Whether the connection ends within a second, of which a side learns that says something. */
async function isCut(socket: Socket): Promise<boolean> {
  for (let turn = 0; turn < 50 && !socket.destroyed; turn += 1) {
    socket.write('x')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return socket.destroyed
}

/** Connects, says hello, and resolves what is answered within 300 ms: nothing where nobody lets us in. */
function askOnce(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect({ host, port, timeout: 300 }, () => socket.write('hi'))
    socket.on('data', (chunk) => (answer += chunk.toString()))
    socket.on('timeout', () => socket.destroy())
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
  })
}
