import { readFile, writeFile } from 'node:fs/promises'
import { assert } from '../../core/assert.js'
import { UsageError } from '../../core/errors.js'
import type { HostsDirectory } from './directory.js'
import { type HeldLock, holdListener } from './locks.js'

/** Each sandbox has one 127.B.0.0/16 of this machine for itself; 10.66.H.L is reached as 127.B.H.L. */
export interface AddressBlock extends HeldLock {
  readonly number: number
  /** `10.66.0.5` -> `127.B.0.5`. */
  publicIpFor(privateIp: string): string
}

const firstBlock = 66
const lastBlock = 126

/**
 * Takes the block that this directory had last time, or the first free one when that is taken now, and remembers it.
 * The lock is a listener on the block's last-but-one address, which is never given to a host.
 */
export async function claimAddressBlock(directory: HostsDirectory): Promise<AddressBlock> {
  const remembered = Number(await readFile(directory.addressBlockFile, 'utf8').catch(() => '0'))
  const candidates = remembered >= firstBlock && remembered <= lastBlock ? [remembered] : []
  for (let number = firstBlock; number <= lastBlock; number += 1) candidates.push(number)
  for (const number of candidates) {
    const lock = await holdListener({ host: `127.${number}.255.254`, port: 9 })
    if (lock === undefined) continue
    if (number !== remembered) await writeFile(directory.addressBlockFile, `${number}\n`)
    return { number, publicIpFor: (privateIp) => publicIpIn(number, privateIp), release: () => lock.release() }
  }
  throw new UsageError('SANDBOX_IN_USE', `no free address block: 127.${firstBlock} to 127.${lastBlock} are all taken`, {
    hint: 'stop a sandbox that is no longer needed with `evenkeel sandbox down`',
  })
}

function publicIpIn(block: number, privateIp: string): string {
  const match = /^10\.66\.(\d+)\.(\d+)$/.exec(privateIp)
  assert(match, `${privateIp} is not in the sandbox's network 10.66.0.0/16`)
  return `127.${block}.${match[1]}.${match[2]}`
}
