import { readFile, writeFile } from 'node:fs/promises'
import { assert } from '../../core/assert.js'
import { UsageError } from '../../core/errors.js'
import type { HostsDirectory } from './directory.js'
import { type HeldLock, holdListener } from './locks.js'

/**
 * Each sandbox has one 127.B.0.0/16 of this machine for itself: its public addresses. Where a program of
 * this machine listens on port 22 of all addresses, no other can on one of them: then 100.B.0.0/16 is routed instead.
 */
export interface AddressBlock extends HeldLock {
  readonly number: number
  readonly reach: 'loopback' | 'routed'
  /** e.g. `127.66.0.0/16`. */
  readonly publicNetwork: string
  /** `10.66.0.5` -> `127.B.0.5`. */
  publicIpFor(number: string): string
}

const firstBlock = 66
const lastBlock = 126

/**
 * Takes the block that this directory had last time, or the first free one when that is taken now, and remembers it.
 * The lock is a listener on the block's last-but-one address, which is never given to a host.
 */
export async function claimAddressBlock(
  directory: HostsDirectory,
  reach: 'loopback' | 'routed' | undefined,
): Promise<AddressBlock> {
  const remembered = Number(await readFile(directory.addressBlockFile, 'utf8').catch(() => '0'))
  const candidates = remembered >= firstBlock && remembered <= lastBlock ? [remembered] : []
  for (let number = firstBlock; number <= lastBlock; number += 1) candidates.push(number)
  for (const number of candidates) {
    const lock = await holdListener({ host: `127.${number}.255.254`, port: 9 })
    if (lock === undefined) continue
    if (number !== remembered) await writeFile(directory.addressBlockFile, `${number}\n`)
    return blockOf(number, reach ?? ((await canListen(number)) ? 'loopback' : 'routed'), lock)
  }
  throw new UsageError('SANDBOX_IN_USE', `no free address block: 127.${firstBlock} to 127.${lastBlock} are all taken`, {
    hint: 'stop a sandbox that is no longer needed with `evenkeel sandbox down`',
  })
}

function blockOf(number: number, reach: 'loopback' | 'routed', lock: HeldLock): AddressBlock {
  const prefix = `${reach === 'loopback' ? 127 : 100}.${number}`
  return {
    number,
    reach,
    publicNetwork: `${prefix}.0.0/16`,
    publicIpFor(number) {
      const match = /^10\.66\.(\d+)\.(\d+)$/.exec(number)
      assert(match, `${number} is not in the sandbox's network 10.66.0.0/16`)
      return `${prefix}.${match[1]}.${match[2]}`
    },
    release: () => lock.release(),
  }
}

/** Whether port 22 of the block's addresses is free to listen on. */
async function canListen(number: number): Promise<boolean> {
  const trial = await holdListener({ host: `127.${number}.255.254`, port: 22 })
  await trial?.release()
  return trial !== undefined
}
