import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { HostError, UsageError } from '../core/errors.js'
import type { CopyFigures, CopyPlace, CopyRule, SyncPort } from '../executor/ports.js'
import type { TreeFacts } from '../model/kinds/archive.js'
import { contentDigest } from './listing/content-digest.js'
import {
  prepareDestination,
  readDestination,
  refuseFileInTheWay,
  restoreTop,
  type Destination,
  type DestinationFacts,
} from './destination.js'
import { type Entry, FiguresBuilder } from './itemized.js'
import { LineDigest } from './listing/line-digest.js'
import { machineName, machineOf } from './machine.js'
import { runRsync } from './rsync.js'
import type { RsyncRun } from './rsync-run.js'
import { localPath, readSource, type Source } from './source.js'
import { SshConnections } from './ssh/ssh-connections.js'
import { checkTools } from './tools.js'
import { readTree } from './listing/tree.js'

export interface SyncOptions {
  /** The stack file's folder: sources are relative to it. */
  readonly baseDirectory: string
  /** Where private files for ssh may lie for the life of the port; default: the system's. */
  readonly temporaryDirectory?: string
}

/** Copies files between machines by the system's rsync over its ssh. */
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
    const target = await this.#nothing()
    // Checkouts are made on this machine; on a server times stay.
    if (goesByContents(rule) && source.machine.kind === 'here') {
      const { include = [] } = rule.options ?? {}
      return contentDigest({ paths: source.paths, emptyDirectory: target.path, include, exclude: rule.exclude })
    }
    const lines = new LineDigest()
    const onEntry = (entry: Entry) => {
      if (entry.name === './') return
      const { permissions, bytes, time, name, link } = entry
      const isDirectory = name.endsWith('/')
      // A link's own time and mode are not asked after by anybody.
      const facts = isDirectory || link !== '' ? [isDirectory ? permissions : ''] : [permissions, String(bytes), time]
      lines.add([name, link, ...facts].join('\0'))
    }
    try {
      await this.#run(rule, source, target, { dryRun: true, onEntry })
      return lines.finish()
    } finally {
      lines.close()
    }
  }

  async readTree({ source, exclude, checksum }: Parameters<SyncPort['readTree']>[0]): Promise<TreeFacts> {
    const found = await this.#source({ source, delete: false, exclude })
    if (found.isFile) {
      throw new UsageError('SYNC_SOURCE_MISSING', `the source ${source} is no directory`, {
        hint: 'an archive is made of one',
      })
    }
    const emptyDirectory = (await this.#nothing()).path
    return readTree({ source: withSlash(found.paths[0] ?? ''), emptyDirectory, exclude, checksum })
  }

  async contentDigest({ sources, include, exclude }: Parameters<SyncPort['contentDigest']>[0]): Promise<string> {
    const source = sources.map((path) => ({ path }))
    const { paths } = await this.#source({ source, delete: false, exclude })
    return contentDigest({ paths, emptyDirectory: (await this.#nothing()).path, include, exclude })
  }

  async compare(rule: CopyRule, place: CopyPlace | undefined): Promise<CopyFigures> {
    const source = await this.#source(rule)
    const destination = place && (await this.#destination(rule, place))
    const facts = destination && (await readDestination(this.#ssh, destination))
    // A single file may take a file's place.
    const isDirectory = !source.isFile || place?.path.endsWith('/') === true
    if (destination && facts && isDirectory) refuseFileInTheWay(destination, facts)
    const target =
      destination && facts?.exists && facts.hasRsync
        ? targetOf(rule, source, destination, facts)
        : await this.#nothing()
    const builder = new FiguresBuilder({ ignoresTimes: goesByContents(rule) })
    await this.#run(rule, source, target, { dryRun: true, onEntry: (entry) => builder.add(entry) })
    return builder.figures()
  }

  async copy(
    rule: CopyRule,
    place: CopyPlace,
    onProgress: (bytesDone: number) => void,
    signal?: AbortSignal,
  ): Promise<CopyFigures> {
    const source = await this.#source(rule)
    const destination = await this.#destination(rule, place)
    const { path } = destination
    // A single file may become a file of another name: then only what is above it must be there.
    const directory = source.isFile && !path.endsWith('/') ? dirname(path) : path
    const facts = await prepareDestination(this.#ssh, destination, directory)
    if (!facts.hasRsync) throw rsyncMissing(destination)
    const builder = new FiguresBuilder()
    let reportedAt = 0
    await this.#run(rule, source, targetOf(rule, source, destination, facts), {
      dryRun: false,
      signal,
      onEntry: (entry) => builder.add(entry),
      onBytes: (bytes) => {
        if (Date.now() - reportedAt < progressIntervalMs) return
        reportedAt = Date.now()
        onProgress(bytes)
      },
    })
    const figures = builder.figures()
    if (builder.topDiffers && facts.top && !rule.keepAll) await restoreTop(this.#ssh, destination, facts.top)
    onProgress(figures.bytes)
    return figures
  }

  async close(): Promise<void> {
    this.#emptyDirectory = undefined
    await this.#ssh.close()
  }

  async #source(rule: CopyRule): Promise<Source> {
    this.#tools ??= checkTools()
    await this.#tools
    return readSource(rule, this.#baseDirectory, this.#ssh)
  }

  async #destination({ options }: CopyRule, place: CopyPlace): Promise<Destination> {
    const machine = await machineOf(place, this.#ssh)
    const path = machine.kind === 'here' ? localPath(this.#baseDirectory, place.path) : place.path
    return { machine, path, owner: options?.owner, mounted: place.mounted ?? [] }
  }

  #run(
    rule: CopyRule,
    source: Source,
    target: RsyncRun['target'],
    options: Pick<RsyncRun, 'dryRun' | 'signal' | 'onEntry' | 'onBytes'>,
  ): Promise<void> {
    return runRsync({ connections: this.#ssh, rule, source, target, ...options })
  }

  /** An empty directory of this machine: everything counts as new against it. */
  async #nothing(): Promise<RsyncRun['target']> {
    this.#emptyDirectory ??= this.#ssh.directory().then(async (directory) => {
      await mkdir(join(directory, 'empty'), { recursive: true })
      return join(directory, 'empty')
    })
    return { machine: { kind: 'here' }, path: `${await this.#emptyDirectory}/`, mounted: [], owner: undefined }
  }
}

/**
 * On a server, what comes from elsewhere belongs to the login user, since the owners of another machine mean nothing
 * there; between servers of the stack owners are kept. The file's `owner` comes first.
 */
function targetOf(
  rule: CopyRule,
  source: Source,
  { machine, path, mounted }: Destination,
  facts: DestinationFacts,
): RsyncRun['target'] {
  const isGiven = rule.options?.owner !== undefined || (machine.kind === 'server' && source.machine.kind !== 'server')
  return { machine, path, mounted, owner: isGiven ? `${facts.owner.uid}:${facts.owner.gid}` : undefined }
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`
}

function rsyncMissing({ machine }: Destination): HostError {
  const host = machineName(machine)
  return new HostError('SYNC_TOOL_MISSING', `rsync is missing on ${host}, and was not installed`, {
    host,
    hint: 'install it there by user data or a setup command, or use an image that has it',
  })
}

/** Then a file that a fresh checkout gave another time is the same file. An archive keeps times, too. */
function goesByContents({ options, keepAll }: CopyRule): boolean {
  return options?.checksum === true && keepAll !== true
}
