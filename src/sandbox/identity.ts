import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from './atomic-file.js'
import type { ClockSetting } from './sandbox-clock.js'
import type { SandboxSwitches } from './switches.js'

/** What stays the same over all starts of a sandbox: `sandbox.json` in its state directory, readable by its owner alone. */
export interface Identity {
  readonly formatVersion: 1
  readonly accountId: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Whether its volumes have content: a world of real disks is not continued without hosts. */
  readonly hosts: 'linux' | 'none'
  /** The port of the last start, tried again so that clients keep their endpoint. */
  readonly port?: number
  /** How it was started last, for starts that say nothing; absent: without any switch. */
  readonly switches?: SandboxSwitches
  /** Absent as long as its clock has been the machine's. */
  readonly clock?: ClockSetting
}

const defaultAccountId = '123456789012'

export function readIdentity(stateDir: string): Identity | undefined {
  let text: string
  try {
    text = readFileSync(pathOf(stateDir), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return JSON.parse(text) as Identity
}

export function newIdentity(accountId: string | undefined, hosts: Identity['hosts']): Identity {
  return {
    formatVersion: 1,
    accountId: accountId ?? defaultAccountId,
    accessKeyId: `AKIA${randomText(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
    secretAccessKey: randomText(40, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'),
    hosts,
  }
}

export function writeIdentity(stateDir: string, identity: Identity): void {
  writeFileAtomically(pathOf(stateDir), `${JSON.stringify(identity, null, 2)}\n`)
}

function pathOf(stateDir: string): string {
  return join(stateDir, 'sandbox.json')
}

function randomText(length: number, alphabet: string): string {
  // 64 and 32 letters divide 256, so that the remainder is uniform.
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('')
}
