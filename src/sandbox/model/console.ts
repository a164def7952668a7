import { fingerprintOfLine } from './key-pair.js'

/** What a console showed at a moment. */
export interface ConsoleOutput {
  readonly bytes: Buffer
  readonly atMs: number
  /** The boot that it is of. */
  readonly launchedAtMs: number
}

/** What cloud-init's keys_to_console module writes about host keys, with the line ends of a serial console. */
function keyBlock(hostKeys: readonly string[]): string {
  const fingerprints = hostKeys.map(
    (line) => `ec2: 256 ${fingerprintOfLine(line)} ${line.split(' ')[2] ?? ''} (ED25519)`,
  )
  const lines = [
    'ec2: ',
    'ec2: #############################################################',
    'ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----',
    ...fingerprints,
    'ec2: -----END SSH HOST KEY FINGERPRINTS-----',
    'ec2: #############################################################',
    '-----BEGIN SSH HOST KEY KEYS-----',
    ...hostKeys,
    '-----END SSH HOST KEY KEYS-----',
    '',
  ]
  return lines.join('\r\n')
}

const keyBlockBegin = /^(?:ec2: \r?\n)?(?:.*#{9,}.*\r?\n)?.*-----BEGIN SSH HOST KEY FINGERPRINTS-----/m
const keyBlockEnd = /-----END SSH HOST KEY KEYS-----\r?\n/

/** The console up to where it shows host keys. */
export function consoleBeforeKeys(console: string): string {
  const begin = keyBlockBegin.exec(console)
  return begin ? console.slice(0, begin.index) : console
}

/** The console without what it shows of host keys. */
export function consoleWithoutKeys(console: string): string {
  const end = keyBlockEnd.exec(console)
  return end ? consoleBeforeKeys(console) + console.slice(end.index + end[0].length) : console
}

/** The console after so many later lines that the 64 KB which EC2 keeps do not show its beginning any more. */
export function consoleScrolledBy(console: string, bytes: number): string {
  const line = (number: number) =>
    `[ ${String(100 + number).padStart(4)}.402117] systemd-journald[212]: Forwarding to console: unit ${number} is active\r\n`
  let later = ''
  for (let number = 0; later.length < bytes; number += 1) later += line(number)
  return console + later
}

/** The console with a kernel line in the middle of each key, at `place` of its length, from 0 to 1. */
export function consoleWithGarbledKeys(console: string, place: number): string {
  return console.replaceAll(/ (AAAA[A-Za-z0-9+/]+=*)/g, (_match, key: string) => {
    const at = 1 + Math.floor(place * (key.length - 1))
    return ` ${key.slice(0, at)}[   14.${at}0318] audit: type=1400 audit(1763770000.${at}:17): apparmor="STATUS"\r\n${key.slice(at)}`
  })
}

/** The console of an instance without a host: who it is and, since its first boot alone, its host keys; nothing that never happened. */
export function consoleText(hostname: string, hostKeys: readonly string[], bootedAtMs: number): string {
  const lines = [
    `evenkeel sandbox: ${hostname} exists at the API alone; there is no host behind it (${new Date(bootedAtMs).toISOString()})`,
    '',
  ]
  return lines.join('\r\n') + (hostKeys.length > 0 ? keyBlock(hostKeys) : '')
}
