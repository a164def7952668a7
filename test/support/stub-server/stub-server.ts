import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { generateOpensshKeyPair } from '../../../src/core/openssh-key.js'
import type { HostAccess } from '../../../src/executor/ports.js'
import type { Address } from '../../../src/model/address.js'
import { deviceOfProbes } from './probe-output.js'
import { readTranscript, type Transcript, writeStubPrograms } from './stub-programs.js'

/**
 * A machine behind a real SSH server, on which scripts run in the real sh, and programs write down their arguments and
 * change nothing. What scripts name of a server's own directories lies below one of the test's.
 */
export class StubServer {
  readonly directory: string
  readonly access: HostAccess
  /** What is answered to probes, one after the other; the last one stays. */
  probes: readonly Buffer[] = []
  readonly #listener: Server
  readonly #environment: Readonly<Record<string, string>>

  private constructor(
    directory: string,
    access: HostAccess,
    server: ssh2.Server,
    listener: Server,
    environment: Record<string, string>,
  ) {
    this.directory = directory
    this.access = access
    this.#listener = listener
    this.#environment = environment
    server.on('connection', (client) => this.#serve(client))
  }

  static async start(): Promise<StubServer> {
    const directory = await mkdtemp(join(tmpdir(), 'evenkeel-stub-'))
    for (const name of ['cwd', 'dev', 'etc', 'home', 'run', 'tmp']) await mkdir(join(directory, name))
    const device = join(directory, deviceOfProbes)
    await writeFile(device, '')
    const programs = await writeStubPrograms(join(directory, 'bin'))
    const [hostKey, own] = [generateOpensshKeyPair(''), generateOpensshKeyPair('')]
    await writeFile(join(directory, 'key'), own.privateKey, { mode: 0o600 })
    const server = new ssh2.Server({ hostKeys: [hostKey.privateKey] })
    // Else each command takes 44 ms more: see connect.ts.
    const listener = createServer({ noDelay: true }, (socket) => server.injectSocket(socket))
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const access: HostAccess = {
      address: 'server.web' as Address,
      instanceId: 'i-0123456789abcdef0',
      hostname: '127.0.0.1',
      privateIp: '127.0.0.1',
      port: (listener.address() as AddressInfo).port,
      user: 'admin',
      hostKey: hostKey.publicKey,
      privateKeyPath: join(directory, 'key'),
    }
    return new StubServer(directory, access, server, listener, {
      ...programs,
      RECORD: join(directory, 'record'),
      DEVICE: device,
      HOME: join(directory, 'home'),
      TMPDIR: join(directory, 'tmp'),
      SHELL: '/bin/sh',
    })
  }

  /** What ran since the last time. Rejects when something has come into the directory in which commands run. */
  async takeTranscript(): Promise<Transcript> {
    const record = join(this.directory, 'record')
    const text = await readFile(record, 'utf8').catch(() => '')
    await rm(record, { force: true })
    const strays = await readdir(join(this.directory, 'cwd'))
    if (strays.length > 0) throw new Error(`a value wrote ${strays.join(', ')}`)
    return readTranscript(text)
  }

  /** A place of values that are paths, with nothing in it. */
  async emptyDirectory(): Promise<string> {
    const directory = join(this.directory, 'files')
    await rm(directory, { recursive: true, force: true })
    await mkdir(directory)
    return directory
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#listener.close(() => resolve()))
    await rm(this.directory, { recursive: true, force: true })
  }

  #serve(client: ssh2.Connection): void {
    client.on('error', () => {})
    client.on('authentication', (context) => (context.method === 'none' ? context.reject() : context.accept()))
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => this.#run(command, acceptExec()))
    })
  }

  /** A script on standard input is read to its end first; other input goes to the command as it comes. */
  #run(command: string, channel: ssh2.ServerChannel): void {
    channel.on('error', () => {})
    if (!/\bsh -s\b/.test(command)) {
      channel.pipe(this.#start(command, channel).stdin)
      return
    }
    const chunks: Buffer[] = []
    channel.on('data', (chunk: Buffer) => chunks.push(chunk))
    channel.on('end', () => {
      const script = Buffer.concat(chunks).toString('utf8')
      if (!script.includes(String.raw`printf '\036block\0'`))
        this.#start(command, channel).stdin.end(this.#here(script))
      else {
        channel.write(this.#nextProbe())
        channel.exit(0)
        channel.end()
      }
    })
  }

  #start(command: string, channel: ssh2.ServerChannel) {
    const child = spawn('/bin/sh', ['-c', this.#here(command)], {
      cwd: join(this.directory, 'cwd'),
      env: { ...this.#environment },
    })
    child.stdin.on('error', () => {})
    child.stdout.pipe(channel, { end: false })
    child.stderr.pipe(channel.stderr, { end: false })
    child.on('close', (code) => {
      channel.exit(code ?? 255)
      channel.end()
    })
    return child
  }

  #nextProbe(): Buffer {
    const [probe = Buffer.alloc(0), ...later] = this.probes
    if (later.length > 0) this.probes = later
    return probe
  }

  /** The text with the server's own directories moved to where nobody else has them. */
  #here(text: string): string {
    const moved: readonly (readonly [string, string])[] = [
      ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', `PATH=${this.directory}/bin`],
      ['/run/evenkeel-', `${this.directory}/run/evenkeel-`],
      ['/tmp/evenkeel-mkfs', `${this.directory}/tmp/evenkeel-mkfs`],
      // Scripts lock it.
      [deviceOfProbes, join(this.directory, deviceOfProbes)],
      ['/etc/fstab', `${this.directory}/etc/fstab`],
      ['/proc/self/mountinfo', `${this.directory}/mountinfo`],
    ]
    return moved.reduce((result, [from, to]) => result.replaceAll(from, to), text)
  }
}
