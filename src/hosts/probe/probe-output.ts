import type { Fstype } from '../../model/inside/fstype.js'
import { kernelFilesystems } from './kernel-filesystems.js'
import { unescapeOctal } from './octal.js'

/** A whole disk or a partition of one. */
export interface Block {
  /** e.g. `nvme1n1` or `nvme1n1p1`. */
  readonly name: string
  /** The disk that a partition belongs to; empty for a disk. */
  readonly parent: string
  /** e.g. `259:3`. */
  readonly number: string
  readonly sizeBytes: number
  readonly serial: string
  readonly signatures: Signatures
}

/** What every signature probe said. */
export interface Signatures {
  /** 0: something found, 2: nothing found, 8: more than one thing, others: it could not be read. */
  readonly blkidExitCode: number
  readonly blkid: Readonly<Record<string, string>>
  readonly wipefsExitCode: number
  /** Types that wipefs names, e.g. `ext4`, `gpt`. */
  readonly wipefs: readonly string[]
  /** 512 bytes from where the superblock of the filesystem that blkid found begins: see `filesystemBytes`. */
  readonly superblock: Buffer
}

export interface MountInfo {
  readonly number: string
  readonly root: string
  readonly path: string
  readonly options: string
  readonly fstype: string
  readonly source: string
  readonly superOptions: string
}

/** What one run of the probe script read. */
export interface Probe {
  readonly blocks: readonly Block[]
  /** Name under /dev/disk/by-id -> kernel name. */
  readonly links: ReadonlyMap<string, string>
  /** In the order of mounting. */
  readonly mounts: readonly MountInfo[]
  /** Mount point -> its top directory. */
  readonly tops: ReadonlyMap<string, TopDirectory>
  /** Paths of swap areas in use, e.g. `/dev/nvme1n1`. */
  readonly swaps: readonly string[]
  /** Filesystems that the kernel has or can load; undefined when nobody could tell. */
  readonly filesystems: readonly Fstype[] | undefined
  /** /etc/fstab, each byte a character (latin1), so that it can be written back as it was. */
  readonly fstab: string
  /** The login user's authorized_keys; undefined: nobody asked. */
  readonly authorizedKeys: string | undefined
}

export interface TopDirectory {
  readonly user: string
  readonly group: string
  /** As in the stack file: four octal digits. */
  readonly mode: string
  /** Blocks in all, as statfs(2) counts them, times their size. */
  readonly totalBytes: number
}

/** Reads the probe script's output. */
export function parseProbe(output: Buffer): Probe {
  const blocks: Block[] = []
  const links = new Map<string, string>()
  const tops = new Map<string, TopDirectory>()
  let mounts: readonly MountInfo[] = []
  let fstab = ''
  let swaps = ''
  let authorizedKeys: string | undefined
  let kernel: readonly [registered: string, loadable: string] = ['', '']
  for (const record of splitRecords(output)) {
    const [kind = '', ...fields] = record
    const [first = '', second = '', third = ''] = fields
    if (kind === 'block' || kind === 'partition') blocks.push(parseBlock(fields))
    else if (kind === 'link') links.set(text(first), text(second))
    else if (kind === 'mountinfo') mounts = parseMountInfo(text(first))
    else if (kind === 'fstab') fstab = first
    else if (kind === 'keys') authorizedKeys = text(first)
    else if (kind === 'swaps') swaps = text(first)
    else if (kind === 'kernel') kernel = [text(first), text(second)]
    else if (kind === 'top') tops.set(unescapeOctal(text(first)), parseTop(text(second), third))
  }
  const filesystems = kernel[0] === '' ? undefined : kernelFilesystems(...kernel, swaps)
  return { blocks, links, mounts, tops, swaps: parseSwaps(swaps), filesystems, fstab, authorizedKeys }
}

const recordKinds = new Set(['block', 'partition', 'link', 'mountinfo', 'fstab', 'keys', 'swaps', 'kernel', 'top'])

/** Fields end in NUL; a field that begins with the record mark begins a record. */
function splitRecords(output: Buffer): string[][] {
  const records: string[][] = []
  const fields = output.toString('latin1').split('\0')
  fields.pop()
  for (const field of fields) {
    if (field.startsWith('\x1e') && recordKinds.has(field.slice(1))) records.push([field.slice(1)])
    else records.at(-1)?.push(field)
  }
  return records
}

function parseBlock(fields: readonly string[]): Block {
  const [name = '', parent = '', number = '', sectors = '', serial = ''] = fields
  const [blkidExit = '', blkid = '', wipefsExit = '', wipefs = '', superblock = ''] = fields.slice(5)
  return {
    name,
    parent,
    number,
    sizeBytes: Number(sectors) * 512,
    serial: serial.trim(),
    signatures: {
      blkidExitCode: Number(blkidExit),
      blkid: parseBlkid(blkid),
      wipefsExitCode: Number(wipefsExit),
      wipefs: parseWipefs(text(wipefs)),
      superblock: bytes(superblock),
    },
  }
}

/** `blkid -o udev`: `KEY=value` lines; values under `KEY_ENC` have unsafe bytes as `\x20`. */
function parseBlkid(output: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {}
  for (const line of output.split('\n')) {
    const at = line.indexOf('=')
    if (at < 0) continue
    const raw = line.slice(at + 1)
    const value = raw.replaceAll(/\\x([0-9a-f]{2})/gi, (_match, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    values[line.slice(0, at)] = text(value)
  }
  return values
}

/** proc(5): a heading, then `/dev/nvme1n1 partition 1048572 0 -2`. */
function parseSwaps(content: string): readonly string[] {
  return content
    .split('\n')
    .flatMap((line) => (line.startsWith('/') ? unescapeOctal(line.split(/[ \t]+/)[0] ?? '') : []))
}

/** `wipefs -p`: `# offset,uuid,label,type`, the last field is the type. */
function parseWipefs(output: string): readonly string[] {
  const types = output
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.slice(line.lastIndexOf(',') + 1).trim())
  return [...new Set(types)]
}

/**
 * proc(5): `36 35 98:0 /root /point options optional… - fstype source superOptions`.
 *
 * @internal exported for its test
 */
export function parseMountInfo(content: string): readonly MountInfo[] {
  return content.split('\n').flatMap((line) => {
    const [before = '', after] = line.split(' - ')
    if (after === undefined) return []
    const [, , number = '', root = '', path = '', options = ''] = before.split(' ')
    const [fstype = '', source = '', superOptions = ''] = after.split(' ')
    return [
      {
        number,
        root: unescapeOctal(root),
        path: unescapeOctal(path),
        options,
        fstype,
        source: unescapeOctal(source),
        superOptions,
      },
    ]
  })
}

function parseTop(value: string, statfs: string): TopDirectory {
  const [user = '', uid = '', group = '', gid = '', mode = ''] = value.split(':')
  return {
    user: user === 'UNKNOWN' ? uid : user,
    group: group === 'UNKNOWN' ? gid : group,
    mode: mode.padStart(4, '0'),
    totalBytes: statfs.split(' ').reduce((product, factor) => product * Number(factor), 1),
  }
}

function text(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(/\s/g, ''), 'hex')
}
