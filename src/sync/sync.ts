import { createHash } from 'node:crypto'
import { mkdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { HostError, messageOf, UsageError } from '../core/errors.js'
import type { CopyDestination, CopyFigures, CopyRule, SyncPort } from '../executor/ports.js'
import { type DestinationFacts, prepareDestination, readDestination, restoreTop } from './destination.js'
import { type Entry, FiguresBuilder } from './itemized.js'
import { runRsync } from './rsync.js'
import type { Target } from './rsync-run.js'
import { SshConnections } from './ssh-connections.js'
import { checkTools } from './tools.js'

export interface SyncOptions {
  /** The stack file's folder: sources are relative to it. */
  readonly baseDirectory: string
  /** Where private files for ssh may lie for the life of the port; default: the system's. */
  readonly temporaryDirectory?: string
}

/** Copies files to servers by the system's rsync over its ssh. */
export function createSync(options: SyncOptions): SyncPort {
  return new Rsync(options)
}

/** Chosen: more often than people can see is waste. */
const progressIntervalMs = 100

class Rsync implements SyncPort {
  readonly #baseDirectory: string
  readonly #ssh: SshConnections
  #tools: Promise<void> | undefined
  #emptyDirectory: Promise<string> | undefined

  constructor({ baseDirectory, temporaryDirectory }: SyncOptions) {
    this.#baseDirectory = baseDirectory
    this.#ssh = new SshConnections(temporaryDirectory)
  }

  /** Of a directory, its mode alone counts: its size says nothing, and its time changes with every file in it. */
  async sourceDigest(rule: CopyRule): Promise<string> {
    const source = await this.#source(rule)
    const lines: string[] = []
    const onEntry = (entry: Entry) => {
      if (entry.name === './') return
      const { permissions, bytes, time, name, link } = entry
      const isDirectory = name.endsWith('/')
      // A link's own time and mode are not asked after by anybody.
      const facts = isDirectory || link !== '' ? [isDirectory ? permissions : ''] : [permissions, String(bytes), time]
      lines.push([name, link, ...facts].join('\0'))
    }
    await runRsync({ rule, source: source.path, target: await this.#nothing(), dryRun: true, onEntry })
    const hash = createHash('sha256')
    for (const line of lines.sort()) hash.update(`${line}\n`)
    return hash.digest('hex')
  }

  async compare(rule: CopyRule, destination: CopyDestination | undefined): Promise<CopyFigures> {
    const source = await this.#source(rule)
    const facts = destination && (await readDestination(this.#ssh, destination))
    const target =
      destination && facts?.exists && facts.hasRsync ? await this.#remote(destination, facts) : await this.#nothing()
    const builder = new FiguresBuilder()
    await runRsync({ rule, source: source.path, target, dryRun: true, onEntry: (entry) => builder.add(entry) })
    return builder.figures()
  }

  async copy(
    rule: CopyRule,
    destination: CopyDestination,
    onProgress: (bytesDone: number) => void,
  ): Promise<CopyFigures> {
    const source = await this.#source(rule)
    // A single file may become a file of another name: then only what is above it must be there.
    const isFile = !source.isDirectory && !destination.path.endsWith('/')
    const directory = isFile ? dirname(destination.path) : destination.path
    const facts = await prepareDestination(this.#ssh, destination, directory)
    if (!facts.hasRsync) throw rsyncMissing(destination)
    const builder = new FiguresBuilder()
    let reportedAt = 0
    await runRsync({
      rule,
      source: source.path,
      target: await this.#remote(destination, facts),
      dryRun: false,
      onEntry: (entry) => builder.add(entry),
      onBytes: (bytes) => {
        if (Date.now() - reportedAt < progressIntervalMs) return
        reportedAt = Date.now()
        onProgress(bytes)
      },
    })
    const figures = builder.figures()
    if (builder.topDiffers && facts.top) await restoreTop(this.#ssh, destination, facts.top)
    onProgress(figures.bytes)
    return figures
  }

  async close(): Promise<void> {
    this.#emptyDirectory = undefined
    await this.#ssh.close()
  }

  async #source({ source }: CopyRule): Promise<{ readonly path: string; readonly isDirectory: boolean }> {
    this.#tools ??= checkTools()
    await this.#tools
    const home = source === '~' || source.startsWith('~/') ? join(homedir(), source.slice(1)) : source
    const absolute = resolve(this.#baseDirectory, home)
    const path = /(?:^|\/)\.?\.?$/.test(source) && absolute !== '/' ? `${absolute}/` : absolute
    const found = await stat(absolute).catch((error: unknown) => {
      throw new UsageError('SYNC_SOURCE_MISSING', `${source}: ${absolute} cannot be read: ${messageOf(error)}`, {
        cause: error,
        hint: 'paths are relative to the stack file',
      })
    })
    return { path, isDirectory: found.isDirectory() }
  }

  async #remote({ access, path }: CopyDestination, { owner }: DestinationFacts): Promise<Target> {
    const target = await this.#ssh.connect(access)
    return { kind: 'remote', ...target, path, owner, isRoot: access.user === 'root', host: access.address }
  }

  async #nothing(): Promise<Target> {
    this.#emptyDirectory ??= this.#ssh.directory().then(async (directory) => {
      await mkdir(join(directory, 'empty'), { recursive: true })
      return join(directory, 'empty')
    })
    return { kind: 'local', directory: `${await this.#emptyDirectory}/` }
  }
}

function rsyncMissing({ access }: CopyDestination): HostError {
  return new HostError('SYNC_TOOL_MISSING', `rsync is missing on ${access.address} and could not be installed`, {
    host: access.address,
    hint: 'install it there by user data or a setup command, or use an image that has it',
  })
}
