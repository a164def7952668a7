import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

/** Every boot leaves a mark, so that a successor is told from the server that it takes the place of. */
const stack = (more = '') => `evenkeel: 1
stack: wired
target: sandbox
networks:
  lab:
    cidr: 10.20.0.0/16
    subnets:
      front: { cidr: 10.20.1.0/24, zone: us-east-1a, public: true }
      back: { cidr: 10.20.2.0/24, zone: us-east-1a }
securityGroups:
  door: { network: lab, ingress: [{ port: 22, from: my-ip }] }
  inside: { network: lab, ingress: [{ port: 22, from: securityGroup.inside }] }
servers:
  client: { image: ${image}, type: t3.small, subnet: network.lab.front, securityGroups: [door, inside] }
  store:
    image: ${image}
    type: t3.small
    subnet: network.lab.front
    securityGroups: [door]${more}
    setup: ['ip -4 addr show dev eth1 > /tmp/at-setup']
    interfaces:
      storage: { subnet: network.lab.back, privateIp: 10.20.2.10, secondaryPrivateIps: [10.20.2.11], securityGroups: [inside] }
outputs: { storage: "\${interface.store.storage.privateIp}" }
`

describe.skipIf(noHostsBecause !== undefined)(
  `a further interface of a server${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  () => {
    let world: SandboxWorld

    beforeAll(async () => {
      world = await startSandboxWorld('interfaces')
    })
    afterAll(() => world?.remove())

    const inside = async (server: string, script: string) =>
      (await expectSuccess(world.run(['exec', server, '--', script]))).stdout.trim()
    const apply = async (text: string) => {
      world.write({ 'stack.yaml': text })
      await expectSuccess(world.run(['apply', '--yes']))
      await expectExit(world.run(['plan', '--detailed-exitcode']), 0)
    }
    const link = () => inside('store', "ip -o -4 addr show dev eth1 | grep -o '10[.][0-9.]*' | sort")
    const macAddress = () => inside('store', 'cat /sys/class/net/eth1/address')
    const reaches = async (address: string) =>
      (await inside(
        'client',
        `timeout 3 bash -c "exec 3<>/dev/tcp/${address}/22" 2> /dev/null && echo yes || echo no`,
      )) === 'yes'
    const found = async () => {
      const Filters = [{ Name: 'tag:evenkeel:stack', Values: ['wired'] }]
      return (await world.client.send(new DescribeNetworkInterfacesCommand({ Filters }))).NetworkInterfaces ?? []
    }

    it('is a link in it with its addresses before set-up runs, and lets in what its own groups say', async () => {
      await apply(stack())
      expect(await link()).toBe('10.20.2.10\n10.20.2.11')
      expect(await inside('store', 'cat /tmp/at-setup')).toContain('inet 10.20.2.10/')
      const [nic] = await found()
      expect(await macAddress()).toBe(nic?.MacAddress)
      expect((await expectSuccess(world.run(['output', 'storage']))).stdout.trim()).toBe('10.20.2.10')
      expect(await reaches('10.20.2.10')).toBe(true)
      expect(await reaches('10.20.2.11')).toBe(true)
      expect(await reaches(await inside('store', "ip -o -4 addr show dev eth0 | grep -o '10[.][0-9.]*'"))).toBe(false)
    })

    it('is the same link in the successor of the server', async () => {
      const [before] = await found()
      await inside('store', 'touch /tmp/first')
      await apply(stack(`\n    onUserDataChange: replace\n    userData: "#!/bin/sh"`))
      expect(await inside('store', 'test -e /tmp/first && echo old || echo new')).toBe('new')
      expect(await link()).toBe('10.20.2.10\n10.20.2.11')
      expect(await macAddress()).toBe(before?.MacAddress)
      const after = await found()
      expect(after.map(({ NetworkInterfaceId }) => NetworkInterfaceId)).toEqual([before?.NetworkInterfaceId])
      expect(after[0]?.Attachment?.InstanceId).not.toBe(before?.Attachment?.InstanceId)
      expect(await reaches('10.20.2.10')).toBe(true)
    })

    it('goes to another server with its addresses when the file says so, and with everything else', async () => {
      const text = stack()
      const given = text.slice(text.indexOf('    interfaces:'), text.indexOf('outputs:'))
      const listed = given.replace('    interfaces:\n      storage: ', 'interfaces: { storage: ').trimEnd()
      const moved = text
        .replace(given, '')
        .replace("    setup: ['ip -4 addr show dev eth1 > /tmp/at-setup']\n", '')
        .replace('[door, inside] }', `[door, inside], ${listed} } }`)
        .replace('interface.store', 'interface.client')
      await apply(moved)
      expect(await inside('store', 'ip -o link show dev eth1 2>&1 | grep -c "does not exist"')).toBe('1')
      expect(await inside('client', 'ip -o -4 addr show dev eth1')).toContain('10.20.2.10/')
      await expectSuccess(world.run(['destroy', '--yes']))
      expect(await found()).toEqual([])
    })
  },
)
