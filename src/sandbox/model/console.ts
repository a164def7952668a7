import { fingerprintOfLine } from './key-pair.js'

/** What cloud-init's keys_to_console module writes about host keys, with the line ends of a serial console. */
export function keyBlock(hostKeys: readonly string[]): string {
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

/** The console of an instance without a host: who it is and its host keys, nothing that never happened. */
export function consoleText(hostname: string, hostKeys: readonly string[], bootedAtMs: number): string {
  const lines = [
    `evenkeel sandbox: ${hostname} exists at the API alone; there is no host behind it (${new Date(bootedAtMs).toISOString()})`,
    '',
  ]
  return lines.join('\r\n') + keyBlock(hostKeys)
}
