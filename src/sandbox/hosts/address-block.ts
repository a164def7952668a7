import { readFile, writeFile } from 'node:fs/promises'
import { assert } from '../../core/assert.js'
import { UsageError } from '../../core/errors.js'
import type { HostsDirectory } from './directory.js'
import { isBlockKept, keepBlock } from './block-register.js'
import { type HeldLock, holdListener, type LockPlace, tryListener } from './locks.js'

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
const blocks = Array.from({ length: lastBlock - firstBlock + 1 }, (_, index) => firstBlock + index)

/**
 * Takes the block that this directory had last time, and remembers which it has: its addresses are in use where a
 * daemon was killed and starts again. When another sandbox has that one now, or at the first start, takes the first
 * that is kept for no other state directory, and where all are kept, the first free one.
 * The lock is a listener on the block's last-but-one address, which is never given to a host.
 */
export async function claimAddressBlock(
  directory: HostsDirectory,
  reach: 'loopback' | 'routed' | undefined,
): Promise<AddressBlock> {
  const remembered = Number(await readFile(directory.addressBlockFile, 'utf8').catch(() => '0'))
  const claimed = (await claimRemembered(remembered)) ?? (await claimAnother())
  if (claimed === undefined) {
    throw new UsageError(
      'SANDBOX_IN_USE',
      `no free address block: 127.${firstBlock} to 127.${lastBlock} are all taken`,
      { hint: 'stop a sandbox that is no longer needed with `evenkeel sandbox down`' },
    )
  }
  const { number, lock } = claimed
  if (number !== remembered) await writeFile(directory.addressBlockFile, `${number}\n`)
  await keepBlock(number, directory)
  return blockOf(number, reach ?? ((await canListen(number)) ? 'loopback' : 'routed'), lock)
}

interface ClaimedBlock {
  readonly number: number
  readonly lock: HeldLock
}

async function claimRemembered(number: number): Promise<ClaimedBlock | undefined> {
  if (!blocks.includes(number)) return undefined
  const lock = await holdListener(lockOf(number))
  return lock && { number, lock }
}

async function claimAnother(): Promise<ClaimedBlock | undefined> {
  const kept: number[] = []
  for (const number of blocks) {
    if (await isBlockKept(number)) kept.push(number)
    else {
      const lock = await tryListener(lockOf(number))
      if (lock !== undefined) return { number, lock }
    }
  }
  for (const number of kept) {
    const lock = await tryListener(lockOf(number))
    if (lock !== undefined) return { number, lock }
  }
  return undefined
}

function lockOf(number: number): LockPlace {
  return { host: `127.${number}.255.254`, port: 9 }
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
  const trial = await tryListener({ host: `127.${number}.255.254`, port: 22 })
  await trial?.release()
  return trial !== undefined
}
