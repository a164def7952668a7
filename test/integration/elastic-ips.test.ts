import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DisassociateAddressCommand,
  ReleaseAddressCommand,
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

/** The server with an address that stays, and another one, of somebody else's stack. */
const fixed = (more: string, of = image) => `
evenkeel: 1
stack: fixed
target: sandbox
servers:
  web: { image: ${of}, type: t3.small, zone: us-east-1a, ${more} }
volumes:
  data: { size: 1, server: web, mount: /srv/data }
outputs:
  name: "\${server.web.publicDns}"
  inside: "\${server.web.privateDns}"
`
const asked = `elasticIp: true, setup: ["echo \${server.web.elasticIp} \${server.web.publicIp} | sudo tee /etc/known-as", "echo \${server.web.publicDns} | sudo tee /etc/named"]`
const theirs = `
evenkeel: 1
stack: theirs
target: sandbox
servers:
  box: { image: ${image}, type: t3.small, zone: us-east-1a }
`

interface DriftJson {
  readonly status: string
  readonly drifted: readonly { readonly address: string; readonly diffs: readonly unknown[] }[]
}
interface ShowJson {
  readonly servers: readonly { readonly id: string; readonly publicIp: string; readonly privateIp: string }[]
  readonly elasticIps: readonly { readonly id: string; readonly publicIp: string; readonly instanceId: string | null }[]
}

describe.skipIf(noHostsBecause !== undefined)(
  `an elastic address${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  { sequential: true },
  () => {
    let world: SandboxWorld
    let publicIp: string

    beforeAll(async () => {
      world = await startSandboxWorld('elastic-ips')
      world.write({ 'fixed.yaml': fixed(asked), 'theirs.yaml': theirs })
      await Promise.all(['fixed.yaml', 'theirs.yaml'].map((file) => expectSuccess(world.run(['apply', file, '--yes']))))
    })
    afterAll(() => world?.remove())

    it('has a name of EC2, known to commands and outputs, which inside leads to the private address', async () => {
      const outputs = JSON.parse((await expectSuccess(world.run(['output', '-f', 'fixed.yaml', '--json']))).stdout) as {
        readonly outputs: Readonly<Record<string, { readonly value: string }>>
      }
      const { privateIp, publicIp: own } = (await show()).servers[0] ?? { privateIp: '', publicIp: '' }
      const name = `ec2-${own.replaceAll('.', '-')}.compute-1.amazonaws.com`
      const inner = `ip-${privateIp.replaceAll('.', '-')}`
      expect(outputs.outputs['name']?.value).toBe(name)
      expect(outputs.outputs['inside']?.value).toBe(`${inner}.ec2.internal`)
      expect(await inside('cat /etc/named')).toBe(`${name}\n`)
      for (const called of [name, inner, `${inner}.ec2.internal`]) {
        expect((await inside(`getent ahostsv4 ${called}`)).split(' ')[0]).toBe(privateIp)
      }
    })

    const apply = () => expectSuccess(world.run(['apply', 'fixed.yaml', '--yes']))
    const expectSettled = () => expectExit(world.run(['plan', 'fixed.yaml', '--detailed-exitcode']), 0)
    const show = async (file = 'fixed.yaml') =>
      JSON.parse((await expectSuccess(world.run(['show', file, '--json']))).stdout) as ShowJson
    const drift = async (exitCode: number) =>
      JSON.parse((await expectExit(world.run(['drift', 'fixed.yaml', '--json']), exitCode)).stdout) as DriftJson
    const inside = async (script: string) =>
      (await expectSuccess(world.run(['exec', '-f', 'fixed.yaml', 'web', '--', 'sudo', 'sh', '-ec', script]))).stdout
    const addresses = async () => (await world.client.send(new DescribeAddressesCommand({}))).Addresses ?? []
    const disassociate = async (publicIpOfIt: string) => {
      const found = (await addresses()).find(({ PublicIp }) => PublicIp === publicIpOfIt)
      await world.client.send(new DisassociateAddressCommand({ AssociationId: found?.AssociationId }))
    }
    const associate = (AllocationId: string | undefined, InstanceId: string) =>
      world.client.send(new AssociateAddressCommand({ AllocationId, InstanceId }))
    const publicIpOf = async (instanceId: string) => {
      const { Reservations } = await world.client.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }))
      return Reservations?.[0]?.Instances?.[0]?.PublicIpAddress
    }

    it('is where the server is entered, and what its commands are told', async () => {
      const { servers, elasticIps } = await show()
      expect(elasticIps).toMatchObject([{ publicIp: servers[0]?.publicIp, instanceId: servers[0]?.id }])
      publicIp = elasticIps[0]?.publicIp ?? ''
      expect(await inside('cat /etc/known-as')).toBe(`${publicIp} ${publicIp}\n`)
      await inside('echo kept > /srv/data/file')
      await expectSettled()
    })

    /** What the system's ssh says there by a configuration that `ssh-config` has written, or how it fails. */
    const enter = async (configuration: string) => {
      const words = ['-F', configuration, '-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR', 'fixed-web', 'id -un']
      const run = promisify(execFile)('ssh', words, { cwd: world.directory })
      return run.then(
        ({ stdout }) => stdout,
        (error: unknown) => (error as { readonly stderr: string }).stderr,
      )
    }
    const configure = async (name: string) => {
      const { stdout } = await expectSuccess(world.run(['ssh-config', 'fixed.yaml']))
      world.write({ [name]: stdout })
      return readFileSync(/UserKnownHostsFile "(.*)"/.exec(stdout)?.[1] ?? '', 'utf8')
    }

    it('moves with its server when that is replaced, and leads there still', async () => {
      const before = await show()
      const known = await configure('before.conf')
      expect(await enter('before.conf')).toBe('admin\n')
      world.write({ 'fixed.yaml': fixed(asked, image.replace('12', '13')) })
      await apply()
      const after = await show()
      expect(after.servers[0]?.id).not.toBe(before.servers[0]?.id)
      expect(after.elasticIps).toEqual([{ ...before.elasticIps[0], instanceId: after.servers[0]?.id }])
      expect(after.servers[0]?.publicIp).toBe(publicIp)
      expect(await inside('cat /srv/data/file')).toBe('kept\n')
      // The server behind the address is another one: it is believed by its own key, once that was read from EC2, and not before.
      expect(await enter('before.conf')).toMatch(/Host key verification failed/)
      const knownNow = await configure('after.conf')
      expect(await enter('after.conf')).toBe('admin\n')
      expect(knownNow.trimEnd().split('\n')).toHaveLength(1)
      expect(knownNow).not.toBe(known)
      await expectSettled()
    })

    it('is left alone, and told, where somebody has given it to an instance of theirs', async () => {
      const id = (await show()).elasticIps[0]?.id
      const box = (await show('theirs.yaml')).servers[0]?.id ?? ''
      await disassociate(publicIp)
      await associate(id, box)
      expect(await enter('after.conf')).toMatch(/Host key verification failed/)
      // An error of the plan, which no apply heals.
      const report = await drift(1)
      expect(report.drifted).toMatchObject([
        { address: 'elasticIp.web', diffs: [{ path: 'association', before: 'server.web', after: box }] },
      ])
      const { stdout, stderr } = await expectExit(world.run(['apply', 'fixed.yaml', '--yes']), 1)
      expect(stdout + stderr).toContain(`elasticIp.web (${publicIp}) leads to ${box}, which is not of this stack`)
      expect(await publicIpOf(box)).toBe(publicIp)
      expect(await inside('cat /srv/data/file')).toBe('kept\n')
      const destroyed = await expectExit(world.run(['destroy', 'fixed.yaml', '--yes']), 1)
      expect(destroyed.stdout + destroyed.stderr).toContain(`leads to ${box}`)
      expect(await publicIpOf(box)).toBe(publicIp)
      await disassociate(publicIp)
      await apply()
      expect(await inside('cat /etc/known-as')).toBe(`${publicIp} ${publicIp}\n`)
    })

    it('does not push off one that somebody has given to its server', async () => {
      const web = (await show()).servers[0]?.id ?? ''
      const other = await world.client.send(new AllocateAddressCommand({}))
      await disassociate(publicIp)
      await associate(other.AllocationId, web)
      await drift(1)
      const { stdout, stderr } = await expectExit(world.run(['apply', 'fixed.yaml', '--yes']), 1)
      expect(stdout + stderr).toContain(`server.web has the elastic address ${other.PublicIp}`)
      expect(await publicIpOf(web)).toBe(other.PublicIp)
      await disassociate(other.PublicIp ?? '')
      await world.client.send(new ReleaseAddressCommand({ AllocationId: other.AllocationId }))
    })

    it('that was disassociated by hand is drift, and healed', async () => {
      const report = await drift(2)
      expect(report.drifted).toEqual([
        { address: 'elasticIp.web', diffs: [{ path: 'association', before: 'server.web', after: null }] },
      ])
      await apply()
      await drift(0)
      expect((await show()).servers[0]?.publicIp).toBe(publicIp)
      expect(await inside('cat /etc/known-as')).toBe(`${publicIp} ${publicIp}\n`)
    })

    it('is released when the file asks for it no more, and its server is entered at its own again', async () => {
      world.write({ 'fixed.yaml': fixed('elasticIp: false', image.replace('12', '13')) })
      await apply()
      expect(await addresses()).toEqual([])
      const own = (await show()).servers[0]?.publicIp
      expect(own).not.toBe(publicIp)
      expect(await inside('findmnt -no TARGET /srv/data')).toBe('/srv/data\n')
      await expectSettled()
    })

    it('is released with everything else', async () => {
      world.write({ 'fixed.yaml': fixed('elasticIp: true', image.replace('12', '13')) })
      await apply()
      expect(await addresses()).toHaveLength(1)
      await expectSuccess(world.run(['destroy', 'fixed.yaml', '--yes']))
      expect(await addresses()).toEqual([])
    })
  },
)
