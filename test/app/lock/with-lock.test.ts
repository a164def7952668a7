import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DescribeLaunchTemplatesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyStack } from '../../../src/app/apply-stack.js'
import { breakStackLock, readStackLock } from '../../../src/app/lock/standing-lock.js'
import type { LockSettings } from '../../../src/app/lock/session-lock.js'
import { withLock } from '../../../src/app/lock/with-lock.js'
import { planDestroy, planStack } from '../../../src/app/plan-stack.js'
import { openSession, type Session } from '../../../src/app/session.js'
import { readStackFile } from '../../../src/app/stack-file.js'
import type { Address } from '../../../src/model/address.js'
import { required } from '../../../src/core/assert.js'
import type { Clock } from '../../../src/core/clock.js'
import { createSandbox, type Sandbox } from '../../../src/sandbox/sandbox.js'
import { temporaryDirectory } from '../../support/evenkeel.js'
import { image } from '../../support/stacks.js'
import { startTamperingProxy } from '../../support/tampering-proxy.js'

const directory = temporaryDirectory('lock')
let sandbox: Sandbox
let client: EC2Client
const sessions: Session[] = []

beforeAll(async () => {
  sandbox = await createSandbox({ stateDir: join(directory.path, 'sandbox'), hosts: 'none', latencies: 'zero' })
  const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
  client = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
})
afterAll(async () => {
  for (const session of sessions) await session.close()
  client.destroy()
  await sandbox.close()
  directory.remove()
})

const textOf = (stack: string) => `
evenkeel: 1
stack: ${stack}
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a }
volumes:
  music: { server: web, size: 1, mount: /srv/music }
`

/** Another process, as far as the lock can tell. */
async function processOf(
  stack: string,
  lock: LockSettings = {},
  text = textOf(stack),
  endpoint = sandbox.endpoint,
): Promise<Session> {
  const path = join(directory.path, `${stack}.stack.yaml`)
  writeFileSync(path, text)
  const { region, accessKeyId, secretAccessKey } = sandbox
  const target = { region, endpoint, isSandbox: true, credentials: { accessKeyId, secretAccessKey } }
  const session = await openSession(readStackFile(path), {
    place: {
      target,
      keys: join(directory.path, 'keys', stack),
      hostsImpossible: 'this sandbox has no hosts',
      pace: { pollScale: 0.002 },
    },
    lock,
  })
  sessions.push(session)
  return session
}

const internalError = { code: 'InternalError', httpStatus: 500 }
const quick = { leaseMs: 2_000, beatMs: 200, lookMs: 20, confirmedMs: 50 }
const elsewhere: LockSettings = { times: quick, livenessOf: () => 'unknown' }
/** Whose lease does not end where a busy machine keeps this process waiting for seconds: it is lost by nobody, and taken over by nobody. */
const lasting: LockSettings = { ...elsewhere, times: { ...quick, leaseMs: 60_000 } }

const apply = (session: Session, lockTimeoutMs = 0) =>
  withLock(session, { lockTimeoutMs }, async () => {
    const plan = await planStack(session, { hosts: true })
    return required(await applyStack(session, plan), 'a result')
  })

const templates = async () => (await client.send(new DescribeLaunchTemplatesCommand({}))).LaunchTemplates ?? []

const mutatingSince = (before: number) =>
  sandbox
    .requests()
    .slice(before)
    .map(({ action }) => action)
    .filter((action) => !/^(Describe|Get)/.test(action) && !action.includes('LaunchTemplate'))

/** A clock whose sleeps end only when somebody lets them: a machine that sleeps. */
function sleepingClock(): Clock & { asleep: boolean; aheadMs: number } {
  const clock = {
    asleep: false,
    aheadMs: 0,
    now: () => Date.now() + clock.aheadMs,
    sleep: async (durationMs: number, signal?: AbortSignal) => {
      const end = Date.now() + durationMs
      while (Date.now() < end || clock.asleep) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        signal?.throwIfAborted()
      }
    },
  }
  return clock
}

describe('two applies of one stack', () => {
  it('at once: one makes it, the other says who does, and everything is there once', async () => {
    const [first, second] = [await processOf('once'), await processOf('once')]
    const ends = await Promise.allSettled([apply(first), apply(second)])
    const refused = ends.filter((end) => end.status === 'rejected').map(({ reason }: PromiseRejectedResult) => reason)
    expect(refused).toMatchObject([{ code: 'LOCKED' }])
    expect(String(refused[0])).toContain(`pid ${process.pid}`)
    const actions = sandbox.requests().map(({ action }) => action)
    expect(actions.filter((action) => action === 'RunInstances')).toHaveLength(1)
    expect(actions.filter((action) => action === 'CreateVolume')).toHaveLength(1)
  })

  it('with patience: the second waits, and finds nothing left to do', async () => {
    const [first, second] = [await processOf('patient', lasting), await processOf('patient', lasting)]
    const before = sandbox.requests().length
    const ends = await Promise.all([apply(first, 60_000), apply(second, 60_000)])
    expect(ends.map(({ status }) => status)).toEqual(['converged', 'converged'])
    const made = mutatingSince(before)
    expect(made.filter((action) => action === 'RunInstances' || action === 'CreateVolume')).toHaveLength(2)
  })

  it('and a destroy: they do not act together, and in the end all is there or nothing', async () => {
    const [first, second] = [await processOf('both', lasting), await processOf('both', lasting)]
    await apply(first)
    const third = await processOf('both', lasting)
    await Promise.all([
      withLock(second, { lockTimeoutMs: 60_000 }, async () => applyStack(second, await planDestroy(second, {}))),
      apply(third, 60_000),
    ])
    const live = await third.observe({ hosts: false })
    expect([0, 1]).toContain(live.servers.length)
    const expected = live.servers.length
    expect(live.volumes.length).toBe(expected)
  })

  it('by the library: nobody is asked while another run holds the lock, and who is asked holds it', async () => {
    const [holder, other] = [await processOf('asked', lasting), await processOf('asked', lasting)]
    const plan = await planStack(other, { hosts: true })
    const asked: boolean[] = []
    const confirm = () => Promise.resolve(asked.push(other.lock.isHeld) === 0)
    await withLock(holder, {}, async () => {
      await expect(applyStack(other, plan, { confirm })).rejects.toMatchObject({ code: 'LOCKED' })
    })
    expect(await applyStack(other, plan, { confirm })).toBeUndefined()
    expect(asked).toEqual([true])
    expect(other.lock.isHeld).toBe(false)
  })

  it('costs three calls about the lock, and leaves nothing of it', async () => {
    const session = await processOf('calls')
    await apply(session)
    const again = await processOf('calls')
    const before = sandbox.requests().length
    await withLock(again, {}, () => Promise.resolve())
    expect(
      sandbox
        .requests()
        .slice(before)
        .map(({ action }) => action),
    ).toEqual(['CreateLaunchTemplate', 'DescribeLaunchTemplateVersions', 'DeleteLaunchTemplate'])
    expect((await templates()).map(({ LaunchTemplateName }) => LaunchTemplateName)).not.toContain('evenkeel.lock/calls')
  })
})

describe('without the lock', () => {
  it('nothing is changed, neither in EC2 nor in a server, also not by what outlives its lease', async () => {
    const session = await processOf('unlocked')
    const { cloud, hosts, sync } = session.ports
    const access = { address: 'server.web', instanceId: 'i-1', hostname: '127.0.0.1', port: 1, user: 'a', hostKey: 'k' }
    const server = { ...access, address: 'server.web' as Address, privateKeyPath: undefined }
    const changes: readonly (() => Promise<unknown>)[] = [
      () => cloud.setTags({ id: 'i-0123456789abcdef0', tags: { a: 'b' } }),
      () => cloud.writeLedger({ stack: 'unlocked', id: undefined, addresses: ['server.web' as Address] }),
      () => hosts.run(server, 'true', () => undefined),
      () => hosts.unmount(server, { volumeId: 'vol-1' }),
      () => sync.copy({ source: '/', delete: false, exclude: [] }, { access: server, path: '/x' }, () => undefined),
    ]
    const before = sandbox.requests().length
    for (const change of changes) await expect(change()).rejects.toMatchObject({ code: 'LOCK_NOT_HELD' })
    await withLock(session, {}, () => Promise.resolve())
    for (const change of changes) await expect(change()).rejects.toMatchObject({ code: 'LOCK_NOT_HELD' })
    expect(mutatingSince(before)).toEqual([])
  })

  it('what is copied elsewhere than to a server is copied', async () => {
    const session = await processOf('unlocked')
    const rule = { source: join(directory.path, 'nothing'), delete: false, exclude: [] }
    const copy = session.ports.sync.copy(rule, { path: join(directory.path, 'to') }, () => undefined)
    await expect(copy).rejects.toMatchObject({ code: 'SYNC_SOURCE_MISSING' })
  })
})

describe('a holder', () => {
  it('that beats is not taken over, and is let go by the end of its work', async () => {
    const [first, second] = [await processOf('beats', lasting), await processOf('beats', lasting)]
    await withLock(first, {}, async () => {
      await expect(withLock(second, {}, () => Promise.resolve())).rejects.toMatchObject({ code: 'LOCKED' })
      expect(required(await readStackLock(second), 'the lock').sight.beat).toBeGreaterThan(1)
    })
    await withLock(second, {}, () => Promise.resolve())
  })

  it('that sleeps, is taken over, and wakes, changes nothing more', async () => {
    const clock = sleepingClock()
    const sleeper = await processOf('sleeps', { ...elsewhere, clock, uptimeMs: () => clock.now() })
    const heir = await processOf('sleeps', elsewhere)
    let before = 0
    await withLock(sleeper, {}, async () => {
      const plan = await planStack(sleeper, { hosts: true })
      clock.asleep = true
      await withLock(heir, {}, async () => {
        clock.asleep = false
        before = sandbox.requests().length
        const result = required(await applyStack(sleeper, plan), 'a result')
        expect(result).toMatchObject({ status: 'failed', error: { code: 'LOCK_LOST' } })
        expect(mutatingSince(before)).toEqual([])
      })
    })
    expect(
      sandbox
        .requests()
        .slice(before)
        .some(({ action }) => action === 'RunInstances'),
    ).toBe(false)
  })

  it('whose lease ended while nobody wanted it stops too, by whichever clock went further', async () => {
    let ahead = 0
    const session = await processOf('expires', { times: { ...quick, beatMs: 100 }, uptimeMs: () => Date.now() + ahead })
    await withLock(session, {}, async () => {
      const plan = await planStack(session, { hosts: true })
      const before = sandbox.requests().length
      ahead = 3_600_000
      const result = required(await applyStack(session, plan), 'a result')
      expect(result.error).toMatchObject({ code: 'LOCK_LOST' })
      expect(mutatingSince(before)).toEqual([])
    })
    // Its process lives on, and nobody on its machine takes the lock for held.
    expect(await readStackLock(session)).toMatchObject({ liveness: 'dead', sight: { content: { hasEnded: true } } })
  })

  it('whose lock was broken finds out before it takes anything away', async () => {
    // It does not beat by itself, and believes its lock for a minute.
    const slow = { times: { leaseMs: 600_000, beatMs: 300_000, confirmedMs: 0 } }
    const session = await processOf('broken', slow)
    await apply(session)
    const [holder, other] = [await processOf('broken', slow), await processOf('broken', slow)]
    await withLock(holder, {}, async () => {
      const plan = await planDestroy(holder, {})
      const lock = required(await readStackLock(other), 'the lock')
      expect(lock.liveness).toBe('alive')
      expect(await breakStackLock(other, lock)).toBe(true)
      const result = required(await applyStack(holder, plan), 'a result')
      expect(result.status).not.toBe('converged')
      expect(holder.lock.lost?.reason).toMatchObject({ code: 'LOCK_LOST' })
    })
    const live = await other.observe({ hosts: false })
    expect([live.servers.length, live.volumes.length]).toEqual([1, 1])
    expect(live.ledger?.epoch).toMatchObject({ run: holder.ownRun })
  })

  it('that died on this machine is taken over at once, with its epoch', async () => {
    const [dead, heir] = [await processOf('dead'), await processOf('dead')]
    const nobody = { user: 'anna', host: 'here', pid: 4_194_400 }
    await withLock(dead, {}, async () => {
      const { sight } = required(await readStackLock(dead), 'the lock')
      const content = required(sight.content, 'its content')
      const { process: facts } = content.holder
      // What is in it now is what it would be, had a process held it that is gone.
      await dead.ports.cloud.beatLock({
        id: sight.id,
        content: {
          ...content,
          nonce: 'dead',
          holder: { ...nobody, ...(facts && { process: { ...facts, startTime: '1' } }) },
        },
      })
      expect((await readStackLock(heir))?.liveness).toBe('dead')
      await withLock(heir, {}, async () => {
        const plan = await planStack(heir, { hosts: true })
        expect(plan.ledger.epoch).toMatchObject({ run: dead.ownRun })
        expect(heir.run).toBe(dead.ownRun)
        expect((await applyStack(heir, plan))?.status).toBe('converged')
      })
    })
    expect((await heir.observe({ hosts: false })).ledger?.epoch).toBeUndefined()
  })

  it('of which not all is known leaves its lock to whoever comes next, also while its process lives', async () => {
    const [ended, heir] = [await processOf('unsettled'), await processOf('unsettled')]
    await withLock(ended, {}, async () => {
      const result = required(await applyStack(ended, await planStack(ended, { hosts: true })), 'a result')
      ended.lock.note({ ...result, isUnsettled: true })
    })
    expect(await readStackLock(heir)).toMatchObject({ liveness: 'dead' })
    expect((await apply(heir)).status).toBe('converged')
    expect(heir.run).toBe(ended.ownRun)
    expect(await readStackLock(heir)).toBeUndefined()
  })

  it('says that it has ended although EC2 does not answer at first', async () => {
    const holder = await processOf('insisting')
    await withLock(holder, {}, async () => {
      const result = required(await applyStack(holder, await planStack(holder, { hosts: true })), 'a result')
      holder.lock.note({ ...result, isUnsettled: true })
      sandbox.setFaults({ scripted: [{ action: 'CreateLaunchTemplateVersion', call: 1, failure: internalError }] })
    })
    sandbox.setFaults({})
    expect(await readStackLock(holder)).toMatchObject({ liveness: 'dead' })
  })

  it('gives its lock back although EC2 does not answer at first', async () => {
    const holder = await processOf('returned')
    await withLock(holder, {}, async () => {
      sandbox.setFaults({ scripted: [{ action: 'DeleteLaunchTemplate', call: 1, failure: internalError }] })
    })
    sandbox.setFaults({})
    expect(await readStackLock(holder)).toBeUndefined()
  })

  it('whose lock could not be given back is known to have ended in its own process', async () => {
    // The seconds in which it insists pass quickly.
    const hasty = { ...lasting, uptimeMs: () => Date.now() * 20, times: { ...quick, leaseMs: 600_000 } }
    const [holder, heir] = [await processOf('kept', hasty), await processOf('kept')]
    await withLock(holder, {}, async () => {
      sandbox.setFaults({ serverErrors: { probability: 1, only: ['DeleteLaunchTemplate'] } })
    })
    sandbox.setFaults({})
    expect(await readStackLock(heir)).toMatchObject({ liveness: 'dead' })
    await withLock(heir, {}, () => Promise.resolve())
    expect(await readStackLock(heir)).toBeUndefined()
  })

  it('one of whose beats hangs sends the next', async () => {
    let beats = 0
    const proxy = await startTamperingProxy(sandbox.endpoint, {
      hangs: (action) => action === 'CreateLaunchTemplateVersion' && (beats += 1) === 1,
    })
    try {
      const holder = await processOf('hanging', lasting, textOf('hanging'), proxy.endpoint)
      await withLock(holder, {}, async () => {
        const beat = async () => (await readStackLock(holder))?.sight.beat
        await expect.poll(beat, { interval: 20, timeout: 10_000 }).toBeGreaterThan(2)
      })
    } finally {
      proxy.close()
    }
  })

  it('believes in no absence of a lock that EC2 has not shown yet', async () => {
    sandbox.setFaults({ visibilityDelayMs: { describe: 3_000, mutate: 3_000 } })
    const holder = await processOf('unseen', lasting)
    await withLock(holder, {}, async () => {
      sandbox.setFaults({})
      expect(holder.lock.lost?.aborted).toBe(false)
    })
  })
})

describe('a session whose lock was made by a call without an answer', () => {
  const lost = (call: number) => ({ action: 'CreateLaunchTemplate', call, failure: 'lost-response' }) as const

  it('takes it', async () => {
    const session = await processOf('unanswered', lasting)
    sandbox.setFaults({
      // One more than the call itself is tried.
      scripted: [1, 2, 3, 4, 5, 6, 7, 8, 9].map((call) => lost(call)),
      // So late does it show.
      visibilityDelayMs: { mutate: 6_000 },
    })
    await withLock(session, {}, async () => sandbox.setFaults({}))
    expect(await readStackLock(session)).toBeUndefined()
  })

  it('leaves none, where nobody waits for it any more', async () => {
    const session = await processOf('gave-up', lasting)
    sandbox.setFaults({
      scripted: [1, 2, 3, 4].map((call) => lost(call)),
      visibilityDelayMs: { mutate: 6_000 },
    })
    const before = sandbox.requests().length
    const ending = new AbortController()
    const taking = Promise.allSettled([withLock(session, { signal: ending.signal }, never)])
    await expect.poll(() => sandbox.requests().length, { interval: 1 }).toBeGreaterThan(before)
    ending.abort()
    expect(await taking).toMatchObject([{ reason: { code: 'CANCELLED' } }])
    sandbox.setFaults({})
    expect((await templates()).map(({ LaunchTemplateName }) => LaunchTemplateName)).not.toContain(
      'evenkeel.lock/gave-up',
    )
  })
})

describe('a session that ends while it takes the lock', () => {
  it('waits for it no more', async () => {
    const [holder, other] = [await processOf('awaited'), await processOf('awaited')]
    await withLock(holder, {}, async () => {
      const waiting = Promise.allSettled([withLock(other, { lockTimeoutMs: 600_000 }, never)])
      const before = sandbox.requests().length
      await expect.poll(() => sandbox.requests().length, { interval: 10 }).toBeGreaterThan(before + 1)
      await other.close()
      expect(await waiting).toMatchObject([{ reason: { code: 'CANCELLED' } }])
      expect(required(await readStackLock(holder), 'the lock').liveness).toBe('alive')
    })
  })

  it.each([
    ['at once', {}],
    ['although EC2 does not find it for changes yet', { visibilityDelayMs: { mutate: 1_000 } }],
  ])('gives back what is on its way to it, %s', async (_when, faults) => {
    sandbox.setFaults(faults)
    const session = await processOf('given-back')
    const before = sandbox.requests().length
    const claim = { epoch: { run: session.ownRun }, patienceMs: 0, onWait: () => undefined }
    const taking = Promise.allSettled([session.lock.take(claim)])
    await session.close()
    expect(await taking).toMatchObject([{ reason: { code: 'CANCELLED' } }])
    sandbox.setFaults({})
    const made = sandbox.requests().slice(before)
    expect(made.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['CreateLaunchTemplate', 'DeleteLaunchTemplate']),
    )
    expect(await templates()).not.toContainEqual(
      expect.objectContaining({ LaunchTemplateName: 'evenkeel.lock/given-back' }),
    )
  })
})

const never = () => expect.unreachable('the lock was not to be had')
