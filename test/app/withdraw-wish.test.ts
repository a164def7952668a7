import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyStack } from '../../src/app/apply-stack.js'
import type { Place } from '../../src/app/place.js'
import { withLock } from '../../src/app/lock/with-lock.js'
import { planRestore } from '../../src/app/plan-snapshots.js'
import { planStack } from '../../src/app/plan-stack.js'
import { openSession, type Session } from '../../src/app/session.js'
import { readStackFile } from '../../src/app/stack-file.js'
import { withdrawalOf } from '../../src/app/withdraw-wish.js'
import type { Address } from '../../src/model/address.js'
import type { Wish } from '../../src/model/ledger/wish.js'
import { createSandbox } from '../../src/sandbox/sandbox.js'
import { temporaryDirectory } from '../support/evenkeel.js'

let directory: ReturnType<typeof temporaryDirectory>
let sandbox: Awaited<ReturnType<typeof createSandbox>>
let place: Place

beforeAll(async () => {
  directory = temporaryDirectory('withdraw')
  sandbox = await createSandbox({ stateDir: join(directory.path, 'sandbox'), hosts: 'none', latencies: 'zero' })
  const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
  place = {
    target: { endpoint, region, credentials: { accessKeyId, secretAccessKey }, isSandbox: true },
    keys: join(directory.path, 'keys'),
    hostsImpossible: 'this sandbox has none',
  }
})
afterAll(async () => {
  await sandbox.close()
  directory.remove()
})

/** A stack of its own, applied, in which these wishes wait. */
async function inStack(stack: string, wishes: readonly Wish[], work: (session: Session) => Promise<void>) {
  const path = join(directory.path, `${stack}.yaml`)
  const volumes = 'volumes:\n  music: { size: 1 }\n  photos: { size: 1 }\n'
  writeFileSync(path, `evenkeel: 1\nstack: ${stack}\ntarget: sandbox\n${volumes}`)
  const session = await openSession(readStackFile(path), { place })
  try {
    await applyStack(session, await planStack(session, { hosts: true }))
    const { ledger } = await session.observe({ hosts: true })
    if (ledger) await withLock(session, {}, () => session.ports.cloud.writeLedger({ ...ledger, stack, wishes }))
    await work(session)
  } finally {
    await session.close()
  }
}

const wishesIn = async (session: Session) => (await session.observe({ hosts: true })).ledger?.wishes
const restoring = (name: string, more: Partial<Wish> = {}): Wish =>
  ({ kind: 'restore', address: `volume.${name}` as Address, snapshotId: 'snap-0123456789abcdef0', ...more }) as Wish
const unhealthy = (address: string): Wish => ({ kind: 'follow-up', address: address as Address, owes: 'health' })

describe('a wish', () => {
  it('is withdrawn by its address or its name, and no other with it', () =>
    inStack('one', [unhealthy('sync.site[0]'), unhealthy('sync.site[1]'), restoring('music')], async (session) => {
      const site = await withdrawalOf(session, 'site')
      expect(site.wishes.map(({ address }) => address)).toEqual(['sync.site[0]', 'sync.site[1]'])
      expect(await wishesIn(session)).toHaveLength(3)
      await site.carryOut()
      expect(await wishesIn(session)).toEqual([restoring('music')])
      await (await withdrawalOf(session, 'volume.music')).carryOut()
      expect(await wishesIn(session)).toBeUndefined()
      const plan = await planStack(session, { hosts: true })
      expect([plan.steps, plan.problems]).toEqual([[], []])
    }))

  it('of a checkpoint says what else of it is waiting', () => {
    const both = ['music', 'photos'].map((name) => restoring(name, { checkpoint: 'two/first' }))
    return inStack('two', both, async (session) => {
      expect((await withdrawalOf(session, 'music')).left).toEqual(['volume.photos'])
    })
  })

  it('that there is not is told, with those that there are', () =>
    inStack('three', [restoring('music')], async (session) => {
      await expect(withdrawalOf(session, 'photos')).rejects.toMatchObject({
        code: 'WISH_UNKNOWN',
        hint: 'it is waiting for volume.music',
      })
    }))

  it('is found by the name that the file has for its volume now', () =>
    inStack('renamed', [restoring('music'), restoring('photos')], async ({ file, spec }) => {
      const moves = [{ from: 'volume.music' as Address, to: 'volume.songs' as Address }]
      const volumes = spec.volumes.map((volume) =>
        volume.address === 'volume.music' ? { ...volume, address: 'volume.songs' as Address } : volume,
      )
      const session = await openSession({ ...file, spec: { ...spec, volumes, moves } }, { place })
      try {
        const { wishes, carryOut } = await withdrawalOf(session, 'songs')
        expect(wishes).toEqual([restoring('songs')])
        await carryOut()
        expect(await wishesIn(session)).toEqual([restoring('photos')])
      } finally {
        await session.close()
      }
    }))

  it('is not withdrawn once the volume gave up its place', () =>
    inStack('four', [restoring('music')], async (session) => {
      const { volumes } = await session.observe({ hosts: true })
      const id = volumes.find(({ address }) => address === 'volume.music')?.id ?? ''
      const tags = { 'evenkeel:superseded-by': 'snap-0123456789abcdef0', 'evenkeel:retained': 'run-1' }
      await withLock(session, {}, () => session.ports.cloud.setTags({ id, tags }))
      await expect(withdrawalOf(session, 'music')).rejects.toMatchObject({ code: 'WISH_TOO_LATE' })
    }))
})

describe('a restore of a volume that the file does not name', () => {
  it('is refused: it would be asked for, and never be done', () =>
    inStack('five', [], async (session) => {
      await expect(planRestore(session, { volume: 'gone', version: 'latest' }, {})).rejects.toMatchObject({
        code: 'VOLUME_UNKNOWN',
      })
    }))
})
