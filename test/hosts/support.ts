import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HostAccess } from '../../src/executor/ports.js'
import { generateOpensshKeyPair } from '../../src/core/openssh-key.js'
import type { HostFacts } from '../../src/model/inside/host-facts.js'
import type { Address } from '../../src/model/address.js'
import { type TestHost, TestSandbox } from '../sandbox/hosts/support.js'

const mebibyte = 2 ** 20

/** A sandbox with hosts that can be entered through the ports, and a private key for them in a folder of its own. */
export class Servers {
  readonly sandbox: TestSandbox
  readonly directory: string
  readonly privateKeyPath: string
  readonly #publicKey: string
  readonly #hosts: TestHost[] = []
  readonly #deviceNames = new Map<string, string>()
  #deviceLetter = 'f'.codePointAt(0) ?? 0

  private constructor(sandbox: TestSandbox, directory: string, publicKey: string) {
    this.sandbox = sandbox
    this.directory = directory
    this.privateKeyPath = join(directory, 'key')
    this.#publicKey = publicKey
  }

  static async start(): Promise<Servers> {
    const directory = await mkdtemp(join(tmpdir(), 'evenkeel-servers-'))
    const pair = generateOpensshKeyPair('test')
    await writeFile(join(directory, 'key'), pair.privateKey, { mode: 0o600 })
    return new Servers(await TestSandbox.start(), directory, pair.publicKey)
  }

  /** Boots a host and returns the way into it. */
  async boot(name: string, changes: Parameters<TestSandbox['boot']>[0] = {}): Promise<HostAccess> {
    const host = await this.sandbox.boot({ authorizedKeys: [this.#publicKey], ...changes })
    this.#hosts.push(host)
    await this.sandbox.openTo(...this.#hosts)
    const [line = ''] = host.boot.hostKeys
    return {
      address: `server.${name}` as Address,
      instanceId: host.description.instanceId,
      hostname: host.description.publicIp,
      privateIp: host.description.privateIp,
      port: 22,
      user: host.description.loginUser,
      hostKey: line.split(' ').slice(0, 2).join(' '),
      privateKeyPath: this.privateKeyPath,
    }
  }

  /** Shuts a host down and boots it again with these of its volumes. */
  async reboot(access: HostAccess, volumeIds: readonly string[]): Promise<void> {
    const { backend } = this.sandbox
    const host = this.#hosts.find(({ description }) => description.instanceId === access.instanceId)
    if (!host) throw new Error(`${access.instanceId} was not booted here`)
    await backend.shutdown(access.instanceId, { force: false })
    const volumes = volumeIds.map((volumeId) => ({ volumeId, deviceName: this.#deviceNames.get(volumeId) ?? '' }))
    await backend.boot({ ...host.description, volumes })
  }

  /** A new blank volume, or a copy of a snapshot, attached to a host. */
  async attach(access: HostAccess, sizeMiB: number, fromSnapshotId?: string): Promise<string> {
    const volumeId = await this.sandbox.volume(sizeMiB * mebibyte, fromSnapshotId)
    const deviceName = `/dev/sd${String.fromCodePoint(this.#deviceLetter++)}`
    this.#deviceNames.set(volumeId, deviceName)
    await this.sandbox.backend.attachVolume(volumeId, { instanceId: access.instanceId, deviceName })
    return volumeId
  }

  async stop(): Promise<void> {
    await this.sandbox.stop()
    await rm(this.directory, { recursive: true, force: true })
  }
}

/** What a probe read, or an error that says why it could not. */
export function readFacts(facts: HostFacts): Extract<HostFacts, { kind: 'read' }> {
  if (facts.kind !== 'read') throw new Error(facts.kind === 'unreadable' ? facts.reason : facts.kind)
  return facts
}
