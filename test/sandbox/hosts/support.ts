import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'ssh2'
import { describe } from 'vitest'
import { generateOpensshKeyPair } from '../../../src/core/openssh-key.js'
import type { FirewallRule, HostBackend, HostBoot, HostDescription } from '../../../src/sandbox/hosts/host-backend.js'
import { createLinuxHosts, type LinuxHostsOptions } from '../../../src/sandbox/hosts/linux-hosts.js'
import { noHostsBecause } from '../../support/hosts-missing.js'

/** `describe`, skipped where this machine cannot run hosts; put `unlessHosts` into the name, which tells why. */
// oxlint-disable-next-line vitest/valid-describe-callback, vitest/valid-title
export const describeHosts: (name: string, tests: () => void) => void = describe.skipIf(noHostsBecause !== undefined)

/** Empty, or why tests on hosts are skipped here. */
export const unlessHosts = noHostsBecause === undefined ? '' : ` (skipped: ${noHostsBecause})`

/** The pair that `runOverSsh` logs in with. Not ssh2's own generator: of a few thousand of its keys ssh2 cannot read some. */
export const keyPair = generateOpensshKeyPair('test')

export const operator = '203.0.113.1/32'

/** One sandbox in a directory of its own, with the calls that tests make again and again. */
export class TestSandbox {
  readonly backend: HostBackend
  readonly stateDir: string
  readonly ends: string[] = []
  /** Private address -> public address. */
  readonly #publicIps = new Map<string, string>()
  #rules: readonly FirewallRule[] = []
  #names: Readonly<Record<string, string>> = {}
  #lastHost = 4

  private constructor(options: LinuxHostsOptions) {
    this.stateDir = options.stateDir
    this.backend = createLinuxHosts(options)
    this.backend.onExit((instanceId, how) => this.ends.push(`${instanceId} ${how}`))
  }

  static async start(options: Omit<LinuxHostsOptions, 'stateDir'> = {}): Promise<TestSandbox> {
    const sandbox = new TestSandbox({
      init: 'minimal',
      offline: true,
      ...options,
      stateDir: await mkdtemp(join(tmpdir(), 'evenkeel-hosts-')),
    })
    await sandbox.backend.start()
    return sandbox
  }

  async stop(): Promise<void> {
    await this.backend.stop()
    await rm(this.stateDir, { recursive: true, force: true })
  }

  describe(changes: Partial<TestDescription> = {}): TestDescription {
    this.#lastHost += 1
    const privateIp = `10.66.0.${this.#lastHost}`
    const instanceId = `i-${randomBytes(9).toString('hex').slice(0, 17)}`
    return {
      instanceId,
      hostname: `ip-10-66-0-${this.#lastHost}`,
      domain: 'ec2.internal',
      privateIp,
      publicIp: this.backend.publicIpFor(privateIp),
      loginUser: 'admin',
      authorizedKeys: [keyPair.publicKey],
      userData: undefined,
      deviceNaming: 'nvme',
      rootSizeBytes: 8 * 2 ** 30,
      rootVolumeId: instanceId.replace('i-', 'vol-'),
      volumes: [],
      macAddress: `02:ee:0a:42:00:${this.#lastHost.toString(16).padStart(2, '0')}`,
      metadata: { access: 'token', values: { 'meta-data/instance-id': instanceId } },
      ...changes,
    }
  }

  /** Boots a host that nobody has logged in to. The firewall must have been opened for it by `openTo`. */
  async boot(changes: Partial<TestDescription> = {}): Promise<TestHost> {
    const description = this.describe(changes)
    if (description.publicIp !== '') await this.readdress({ [description.privateIp]: description.publicIp })
    return new TestHost(this, description, await this.backend.boot(description))
  }

  /** Lets the operator in to port 22 of these hosts, and nothing else anywhere. */
  openTo(...hosts: readonly TestHost[]): Promise<void> {
    return this.setRules(hosts.map(({ description }) => sshRule(operator, description.privateIp)))
  }

  setRules(rules: readonly FirewallRule[]): Promise<void> {
    this.#rules = rules
    return this.#setNetwork()
  }

  /** What the hosts' name service answers: name -> private address. */
  setNames(names: Readonly<Record<string, string>>): Promise<void> {
    this.#names = names
    return this.#setNetwork()
  }

  /** The network namespace of a host that runs, as a path of this machine. */
  async networkOf({ description: { instanceId } }: TestHost): Promise<string> {
    for (const name of await readdir('/proc')) {
      const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '')
      if (!environment.includes(this.stateDir)) continue
      const machineId = await readFile(`/proc/${name}/root/etc/machine-id`, 'utf8').catch(() => '')
      if (machineId.trim() === createHash('sha256').update(instanceId).digest('hex').slice(0, 32)) {
        return `/proc/${name}/ns/net`
      }
    }
    throw new Error(`${instanceId} does not run`)
  }

  /** Gives hosts, by their private addresses, other public addresses, or none. */
  readdress(changes: Readonly<Record<string, string | undefined>>): Promise<void> {
    for (const [privateIp, publicIp] of Object.entries(changes)) {
      if (publicIp === undefined) this.#publicIps.delete(privateIp)
      else this.#publicIps.set(privateIp, publicIp)
    }
    return this.#setNetwork()
  }

  #setNetwork(): Promise<void> {
    const publicAddresses = [...this.#publicIps].map(([privateIp, publicIp]) => ({ privateIp, publicIp }))
    return this.backend.setNetwork({ publicAddresses, names: this.#names, rules: this.#rules })
  }

  async volume(sizeBytes: number, fromSnapshotId?: string): Promise<string> {
    const volumeId = `vol-${randomBytes(9).toString('hex').slice(0, 17)}`
    await this.backend.createVolume(volumeId, sizeBytes, fromSnapshotId)
    return volumeId
  }
}

/** A host with the public address that it was booted with; empty where it has none. */
export interface TestDescription extends HostDescription {
  readonly publicIp: string
}

export function sshRule(from: string, toPrivateIp: string): FirewallRule {
  return { from, toPrivateIp, protocol: 'tcp', fromPort: 22, toPort: 22 }
}

export interface Answer {
  readonly exitCode: number | undefined
  readonly output: string
}

/** One host with the means to log in to it; its host key is always checked against what `boot` said. */
export class TestHost {
  readonly description: TestDescription
  readonly boot: HostBoot
  readonly #sandbox: TestSandbox

  constructor(sandbox: TestSandbox, description: TestDescription, boot: HostBoot) {
    this.#sandbox = sandbox
    this.description = description
    this.boot = boot
  }

  /** Runs a command as the login user; resolves standard output and error, without the last line end. */
  async run(command: string): Promise<string> {
    const { exitCode, output } = await this.try(command)
    if (exitCode !== 0) throw new Error(`${command}: exit status ${exitCode}: ${output}`)
    return output
  }

  /** As `run`, with any exit status, by the address that it was booted with or another one. */
  try(command: string, publicIp = this.description.publicIp): Promise<Answer> {
    return runOverSsh({ ...this.description, publicIp }, this.boot, command)
  }

  stop(options = { force: false }): Promise<void> {
    return this.#sandbox.backend.shutdown(this.description.instanceId, options)
  }

  start(changes: Partial<HostDescription> = {}): Promise<HostBoot> {
    return this.#sandbox.backend.boot({ ...this.description, ...changes })
  }

  attach(volumeId: string, deviceName = '/dev/sdf'): Promise<void> {
    return this.#sandbox.backend.attachVolume(volumeId, { instanceId: this.description.instanceId, deviceName })
  }
}

/** Runs a command at an address; rejects when a host with another key answers there. */
export function runOverSsh(
  description: Pick<TestDescription, 'publicIp' | 'loginUser'>,
  boot: HostBoot,
  command: string,
): Promise<Answer> {
  // An empty host is this machine to `connect`.
  if (description.publicIp === '') throw new TypeError('the host has no public address')
  const expected = boot.hostKeys.map((line) => line.split(' ')[1])
  return new Promise((resolve, reject) => {
    const client = new Client()
    let output = ''
    client.on('error', reject)
    client.on('ready', () => {
      client.exec(command, (error, stream) => {
        if (error !== undefined) return reject(error)
        let exitCode: number | undefined
        for (const source of [stream, stream.stderr]) source.on('data', (chunk: Buffer) => (output += chunk.toString()))
        stream.on('exit', (code: number | null) => (exitCode = code ?? undefined))
        stream.on('close', () => {
          client.end()
          resolve({ exitCode, output: output.replace(/\n$/, '') })
        })
      })
    })
    // Without Nagle's algorithm from the first byte: the handshake alone waits four times 40 ms for it.
    client.connect({
      sock: connect({ host: description.publicIp, port: 22, noDelay: true }),
      username: description.loginUser,
      privateKey: keyPair.privateKey,
      readyTimeout: 5000,
      hostVerifier: (key: Buffer) => expected.includes(key.toString('base64')),
    })
  })
}

/** Resolves when `condition` holds; rejects after five seconds. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const until = Date.now() + 120_000
  while (!(await condition())) {
    if (Date.now() > until) throw new Error(`${what} did not happen within 2 minutes`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
