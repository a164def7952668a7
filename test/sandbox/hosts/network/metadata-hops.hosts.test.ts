import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeHosts, TestSandbox, type TestHost, unlessHosts } from '../support.js'

describeHosts(`the hop limit of the metadata service${unlessHosts}`, () => {
  let sandbox: TestSandbox
  let host: TestHost

  beforeAll(async () => {
    sandbox = await TestSandbox.start()
    host = await sandbox.boot({ metadata: { access: 'anybody', values: { 'meta-data/instance-id': 'i-1' } } })
    await limit(1)
    // A network of its own behind the host's address, as a container has it.
    await host.run(`sudo sh -e <<'SETUP'
unshare --net sleep 600 > /dev/null 2>&1 < /dev/null & echo $! > /run/container
sleep 0.2
ip link add v0 type veth peer name v1 netns $(cat /run/container)
ip addr add 172.31.255.1/24 dev v0; ip link set v0 up
in="nsenter --net=/proc/$(cat /run/container)/ns/net"
$in ip addr add 172.31.255.2/24 dev v1; $in ip link set v1 up; $in ip route add default via 172.31.255.1
nft 'add table ip nat; add chain ip nat out { type nat hook postrouting priority srcnat; }; add rule ip nat out oifname eth0 masquerade'
SETUP`)
    const forward = ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']
    execFileSync('nsenter', [`--net=${await sandbox.networkOf(host)}`, ...forward])
  })

  afterAll(() => sandbox.stop())

  async function limit(hops: number): Promise<void> {
    const { privateIp, publicIp } = host.description
    await sandbox.backend.setNetwork({
      publicAddresses: [{ privateIp, publicIp }],
      names: {},
      rules: [{ from: '203.0.113.1/32', toPrivateIp: privateIp, protocol: 'tcp', fromPort: 22, toPort: 22 }],
      metadataHops: { [privateIp]: hops },
    })
  }

  const service = 'http://169.254.169.254/latest'
  const token = `curl -s -m 2 -o /dev/null -w '%{http_code}' -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${service}/api/token`
  const inContainer = (command: string) =>
    host.try(`sudo nsenter --net=/proc/$(cat /run/container)/ns/net ${command}`).then(({ output }) => output)

  test('keeps a token from what is one hop further', async () => {
    expect(await host.run(token)).toBe('200')
    expect(await inContainer(`curl -s -m 2 ${service}/meta-data/instance-id`)).toBe('i-1')
    expect(await inContainer(token)).toBe('000')
  })

  test('lets it have one when it is raised', async () => {
    await limit(2)
    expect(await inContainer(token)).toBe('200')
  })
})
