import { PassThrough } from 'node:stream'
import type { Clock } from '../../core/clock.js'
import { HostError } from '../../core/errors.js'
import { formatBytes } from '../../core/units.js'
import type { BlockCopy, BlockCopyRequest } from '../../executor/ports.js'
import {
  batchesOf,
  bytesOf,
  firstFilled,
  rangeBytes,
  rangeCount,
  rangeLength,
  rootDigest,
  transferOf,
  zeroDigest,
  type Run,
} from './block-ranges.js'
import { blockScripts, chooseCompression, type Device } from './block-scripts.js'
import { runStream } from './block-stream.js'
import { describeContent } from '../filesystems/describe-content.js'
import { isSwappedOn, mountsOf } from '../probe/devices.js'
import type { SshSession } from '../ssh/ssh-session.js'
import { readDevice } from '../probe/wait-for-device.js'

interface End {
  readonly session: SshSession
  readonly volumeId: string
  /** Aborted: what runs there ends. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Copies one device onto another, both on servers that are open. Ranges are compared first by SHA-256, on both sides at
 * once, so that what an interrupted copy has written is not sent again; what was written is read back and compared.
 */
export async function copyBlocks(
  source: End,
  destination: End,
  request: BlockCopyRequest,
  clock: Clock,
): Promise<BlockCopy> {
  const mustBeBlank = !request.mayOverwrite()
  const [from, to] = await Promise.all([openEnd(source, clock), openEnd(destination, clock)])
  if (to.device.sizeBytes < from.device.sizeBytes) {
    throw new HostError(
      'HOST_COPY_NO_ROOM',
      `${destination.volumeId} has ${formatBytes(to.device.sizeBytes)}, and ${source.volumeId}, which is to be copied to it, ${formatBytes(from.device.sizeBytes)}`,
      { host: destination.session.access.address, hint: 'make the destination as large as the source, or larger' },
    )
  }
  // What counts of the destination is as much as the source has, but all of it must be blank.
  const target: Device = { path: to.device.path, sizeBytes: from.device.sizeBytes }
  if (mustBeBlank && to.content !== undefined) throw notBlank(destination, to.content)

  const work = new Work(request, from.device.sizeBytes)
  const all: readonly Run[] = [{ first: 0, last: rangeCount(from.device.sizeBytes) - 1 }]
  const whole = mustBeBlank ? to.device : target
  const everything: readonly Run[] = [{ first: 0, last: rangeCount(whole.sizeBytes) - 1 }]
  const [wanted, found] = await Promise.all([
    hash(source, 'reads', from.device, [all], work.compared),
    hash(destination, 'writes', whole, [everything], () => undefined),
  ])
  const filled = mustBeBlank ? firstFilled(found, whole.sizeBytes) : undefined
  if (filled !== undefined) {
    throw notBlank(destination, `data at ${formatBytes(filled * rangeBytes)} of ${formatBytes(whole.sizeBytes)}`)
  }

  const there = mustBeBlank ? wanted.map((_, index) => zeroDigest(rangeLength(index, target.sizeBytes))) : found
  const { send, zero } = transferOf(wanted, there, target.sizeBytes)
  const digest = rootDigest(wanted)
  if (send.length + zero.length === 0) return { digest, bytesSent: 0, bytesZeroed: 0 }
  // Comparing takes long: nobody must have mounted either of them meanwhile.
  await Promise.all([openEnd(source, clock), openEnd(destination, clock)])
  await request.beforeWriting()
  work.begin(bytesOf(send, from.device.sizeBytes))
  for (const runs of batchesOf(zero)) await run(destination, blockScripts.zero(target, runs), () => undefined)
  const isLocal = source.session === destination.session
  const compression = chooseCompression(from.programs, to.programs, request.compress)
  for (const runs of batchesOf(send)) {
    if (isLocal) await run(source, blockScripts.copyHere(from.device, to.device.path, runs), work.written)
    else {
      await relay(
        source,
        blockScripts.send(from.device, compression, runs),
        destination,
        blockScripts.receive(target, compression, runs),
        work.written,
      )
    }
  }
  await verify(
    destination,
    target,
    wanted,
    [...send, ...zero].sort((left, right) => left - right),
  )
  await run(destination, blockScripts.reread(target), () => undefined)
  return { digest, bytesSent: bytesOf(send, target.sizeBytes), bytesZeroed: bytesOf(zero, target.sizeBytes) }
}

interface OpenEnd {
  readonly device: Device
  /** What the probes found on it, in words; undefined: nothing. */
  readonly content: string | undefined
  readonly programs: ReadonlySet<string>
}

/** Chosen: more than there are holders of a device, and programs that are asked for. */
const saidMax = 1_000

/** The device behind a volume; rejects when something uses it, since its content would change below the copy. */
async function openEnd({ session, volumeId, signal }: End, clock: Clock): Promise<OpenEnd> {
  const { inside, device } = await readDevice(session, volumeId, clock)
  const host = session.access.address
  const paths = mountsOf(inside, device).map(({ path }) => path)
  if (isSwappedOn(inside, device)) paths.push('swap')
  const said: string[] = []
  await runStream(session, {
    signal,
    title: `look at ${device.path}`,
    argv: blockScripts.inspect(device),
    onLine: (line) => {
      if (said.length < saidMax) said.push(line)
    },
  })
  const holders = said.flatMap((line) => (line.startsWith('held ') ? [line.slice('held '.length)] : []))
  if (paths.length + holders.length > 0) {
    const users = [...paths.map((path) => `mounted at ${path}`), ...holders.map((holder) => `part of ${holder}`)]
    throw new HostError(
      'HOST_BUSY',
      `${volumeId} on ${host} is ${users.join(' and ')}: blocks are copied of volumes that nothing uses`,
      { host, hint: 'unmount it, or stop what is built on it, then apply again' },
    )
  }
  return {
    device: { path: device.path, sizeBytes: device.sizeBytes },
    content: device.content && describeContent(device.content),
    programs: new Set(said.flatMap((line) => (line.startsWith('has ') ? [line.slice('has '.length)] : []))),
  }
}

function notBlank({ session, volumeId }: End, found: string): HostError {
  const host = session.access.address
  return new HostError(
    'HOST_FOREIGN_FILESYSTEM',
    `${volumeId} on ${host} holds ${found}, which this rule did not write: it is not overwritten`,
    { host, hint: 'take a blank volume; or say `overwrite: true` in the rule to give up what is on it' },
  )
}

/** Progress of one copy: first what is compared, then what is written. */
class Work {
  readonly #request: BlockCopyRequest
  readonly #sizeBytes: number
  #done = 0
  #total: number

  constructor(request: BlockCopyRequest, sizeBytes: number) {
    this.#request = request
    this.#sizeBytes = sizeBytes
    this.#total = sizeBytes
  }

  readonly compared = (index: number) => this.#add(index, 'compared')
  readonly written = (index: number) => this.#add(index, 'copied')

  begin(total: number): void {
    this.#done = 0
    this.#total = total
  }

  #add(index: number, what: 'compared' | 'copied'): void {
    this.#done += rangeLength(index, this.#sizeBytes)
    this.#request.onProgress(this.#done, this.#total, what)
  }
}

/** Digests of ranges, at their indexes; `use`: what the copy does with the device. */
async function hash(
  end: End,
  use: 'reads' | 'writes',
  device: Device,
  batches: readonly (readonly Run[])[],
  onRange: (index: number) => void,
): Promise<string[]> {
  const digests: string[] = []
  let failed = false
  for (const runs of batches) {
    await runStream(end.session, {
      signal: end.signal,
      title: `sha256sum of ${device.path}`,
      argv: blockScripts.hash(device, runs, use),
      onLine: (line) => {
        const [, index, digest = ''] = /^(\d+) ([0-9a-f]{64})$/.exec(line) ?? []
        if (index === undefined) failed = true
        else {
          digests[Number(index)] = digest
          onRange(Number(index))
        }
      },
    })
  }
  if (failed) throw unreadable(end, device)
  return digests
}

/** Runs a script that says the index of each range it is done with. */
async function run(end: End, argv: readonly string[], onRange: (index: number) => void): Promise<void> {
  await runStream(end.session, { title: 'dd', argv, onLine: indexes(onRange), signal: end.signal })
}

/** From one server's standard output into the other's standard input; when one of both ends badly, so does the other. */
async function relay(
  source: End,
  sending: readonly string[],
  destination: End,
  receiving: readonly string[],
  onRange: (index: number) => void,
): Promise<void> {
  const pipe = new PassThrough({ highWaterMark: 4 * 2 ** 20 })
  const abort = new AbortController()
  const signal = AbortSignal.any([abort.signal, ...(source.signal ? [source.signal] : [])])
  const orAbort = (error: unknown) => {
    abort.abort()
    throw error
  }
  const ended = await Promise.allSettled([
    runStream(source.session, { title: 'dd', argv: sending, output: pipe, signal }).catch(orAbort),
    runStream(destination.session, {
      title: 'dd',
      argv: receiving,
      input: pipe,
      onLine: indexes(onRange),
      signal,
    })
      .then(() => assertRead(destination, pipe.readableEnded))
      .catch(orAbort),
  ])
  pipe.destroy()
  const errors = ended.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []))
  const [first] = errors
  // The one that was given up says less than the one that failed.
  if (first) throw errors.find(({ message }) => !message.includes('was given up')) ?? first
}

/** A receiver that ends before its input has lost its way, and the sender would wait for it for ever. */
function assertRead({ session, volumeId }: End, isRead: boolean): void {
  if (isRead) return
  const { address } = session.access
  throw new HostError('HOST_COMMAND_FAILED', `what was sent to ${volumeId} on ${address} was not read to its end`, {
    host: address,
    command: 'dd',
    hint: 'look for I/O errors in dmesg on the server, then apply again',
  })
}

/** Lines that are an index; `failed` is told by the exit status. */
function indexes(onRange: (index: number) => void): (line: string) => void {
  return (line) => {
    if (/^\d+$/.test(line)) onRange(Number(line))
  }
}

/** Reads back what was written. */
async function verify(end: End, device: Device, wanted: readonly string[], indexes: readonly number[]): Promise<void> {
  const written = await hash(end, 'writes', device, batchesOf(indexes), () => undefined)
  const wrong = indexes.filter((index) => written[index] !== wanted[index])
  const [first] = wrong
  if (first === undefined) return
  const { address } = end.session.access
  throw new HostError(
    'HOST_COPY_DIFFERS',
    `after the copy, ${end.volumeId} on ${address} differs from its source at ${formatBytes(first * rangeBytes)}${wrong.length > 1 ? ` and in ${wrong.length - 1} more places` : ''}`,
    { host: address, hint: 'apply again: what differs is sent again. If it stays so, look for I/O errors in dmesg' },
  )
}

function unreadable({ session, volumeId }: End, { path }: Device): HostError {
  const { address } = session.access
  return new HostError('HOST_COMMAND_FAILED', `${volumeId} (${path}) on ${address} could not be read to its end`, {
    host: address,
    command: 'dd',
    hint: 'look for I/O errors in dmesg on the server',
  })
}
