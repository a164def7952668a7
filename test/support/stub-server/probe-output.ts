import { basename } from 'node:path'

/** The volume of every probe here. */
export const volumeId = 'vol-0123456789abcdef0'

/** Where it is. */
export const deviceOfProbes = '/dev/nvme1n1'

interface Found {
  readonly content?: { readonly fstype: string; readonly label?: string; readonly uuid?: string }
  /** Where it is mounted. */
  readonly mountPath?: string
  readonly isSwappedOn?: boolean
}

/** What the probe script says of a server with one volume (probe-script.ts). */
export function probeOutput({ content, mountPath, isSwappedOn = false }: Found): Buffer {
  const blkid = content ? [`ID_FS_TYPE=${content.fstype}`] : []
  if (content?.label !== undefined) blkid.push(`ID_FS_LABEL_ENC=${inHexadecimal(content.label)}`)
  if (content?.uuid !== undefined) blkid.push(`ID_FS_UUID_ENC=${inHexadecimal(content.uuid)}`)
  const block = [
    basename(deviceOfProbes),
    '',
    '259:5',
    '2097152',
    'vol0123456789abcdef0',
    content ? '0' : '2',
    blkid.join('\n'),
    '0',
  ]
  const mount = mountPath === undefined ? '' : mountLine(mountPath, { number: '259:5', fstype: content?.fstype ?? '' })
  const swaps = isSwappedOn ? `Filename\tType\n${deviceOfProbes} partition 1 0 -2\n` : ''
  const records = [
    ['block', ...block, '', ''],
    ['mountinfo', mount],
    ['fstab', ''],
    ['swaps', swaps],
  ]
  return Buffer.from(records.map(([kind, ...fields]) => [`\u001E${kind}`, ...fields, ''].join('\0')).join(''))
}

/** A line of /proc/self/mountinfo, in which the kernel writes blank, tab, line end and backslash in octal. */
export function mountLine(
  path: string,
  { number, fstype }: { readonly number: string; readonly fstype: string },
): string {
  const escaped = path.replaceAll(/[ \t\n\\]/g, (one) => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`)
  return `36 35 ${number} / ${escaped} rw,noatime - ${fstype} ${deviceOfProbes} rw\n`
}

function inHexadecimal(text: string): string {
  return [...Buffer.from(text)].map((byte) => String.raw`\x${byte.toString(16).padStart(2, '0')}`).join('')
}
