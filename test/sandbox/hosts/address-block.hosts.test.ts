import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AddressBlock, claimAddressBlock } from '../../../src/sandbox/hosts/address-block.js'
import { openHostsDirectory } from '../../../src/sandbox/hosts/directory.js'
import { describeHosts, unlessHosts } from './support.js'

describeHosts(`an address block${unlessHosts}`, () => {
  let directories: readonly string[]
  let blocks: AddressBlock[]

  beforeEach(async () => {
    blocks = []
    directories = await Promise.all([1, 2].map(() => mkdtemp(join(tmpdir(), 'evenkeel-block-'))))
  })
  afterEach(async () => {
    for (const block of blocks) await block.release()
    for (const directory of directories) await rm(directory, { recursive: true, force: true })
  })

  async function claim(stateDir = ''): Promise<AddressBlock> {
    const block = await claimAddressBlock(await openHostsDirectory(stateDir), 'loopback')
    blocks.push(block)
    return block
  }

  test('stays that of its state directory while no sandbox runs there and another begins', async () => {
    const [first, second] = directories
    const before = await claim(first)
    await before.release()
    expect((await claim(second)).number).not.toBe(before.number)
    expect((await claim(first)).number).toBe(before.number)
  })
})
