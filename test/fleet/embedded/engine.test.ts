import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { workScope } from '../../../src/core/work-scope.js'
import { atOnceIn, createEmbeddedEngine } from '../../../src/fleet/embedded/engine.js'
import type { FleetJob, FleetLimit, JobReport } from '../../../src/fleet/types.js'

const job = (stack: string, round = 'r'): FleetJob => ({
  formatVersion: 1,
  fleet: 'music',
  round,
  kind: 'drift',
  stack,
  commit: undefined,
  plan: undefined,
  run: undefined,
})
const report = (of: FleetJob): JobReport => ({
  formatVersion: 1,
  round: of.round,
  kind: of.kind,
  id: of.stack,
  place: undefined,
  state: 'in-sync',
  words: '',
  text: '',
  exitCode: 0,
  errorCode: undefined,
  lockedBy: undefined,
  plan: undefined,
  beganAt: '2026-11-22T10:15:00.000Z',
  endedAt: '2026-11-22T10:15:00.000Z',
})

/** `a1` is in account a. */
async function watched(jobs: readonly FleetJob[], said: readonly FleetLimit[]) {
  const running = new Map<string, number>()
  const most = new Map<string, number>()
  const ended: string[] = []
  const controller = new AbortController()
  let begun = 0
  const count = (key: string, by: number) => {
    const now = (running.get(key) ?? 0) + by
    running.set(key, now)
    most.set(key, Math.max(now, most.get(key) ?? 0))
  }
  const engine = createEmbeddedEngine({
    limits: () => said,
    placeOf: ({ stack }) => ({ stack, account: stack.charAt(0), region: 'us-east-1' }),
    work: async (one) => {
      for (const key of ['all', one.stack.charAt(0), one.stack]) count(key, 1)
      await sleep(5)
      for (const key of ['all', one.stack.charAt(0), one.stack]) count(key, -1)
      return report(one)
    },
  })
  const on = {
    began: () => {
      begun += 1
      if (begun === 3 && said.length === 0) controller.abort()
    },
    progressed: () => undefined,
    ended: ({ id }: JobReport) => void ended.push(id),
  }
  await engine.carryOut(jobs, on, controller.signal)
  return { most, ended }
}

const many = (account: string, size: number) => Array.from({ length: size }, (_, at) => job(`${account}${at}`))

describe('the engine in this process', () => {
  it('works on as many stacks of an account as its limit says, and on sixteen in all', async () => {
    const { most, ended } = await watched(
      [...many('a', 12), ...many('b', 30), ...many('c', 9)],
      [
        { account: 'a', region: '*', atOnce: 2 },
        { account: 'b', region: '*', atOnce: 20 },
      ],
    )
    expect(ended).toHaveLength(51)
    expect(most.get('a')).toBe(2)
    expect(most.get('b')).toBeGreaterThan(4)
    expect(most.get('c')).toBeLessThanOrEqual(4)
    expect(most.get('all')).toBe(16)
  })

  it('never works on one stack twice at the same time', async () => {
    const { most, ended } = await watched(
      [job('a1', 'r1'), job('a1', 'r2'), job('a1', 'r3'), job('a2')],
      [{ account: '*', region: '*', atOnce: 8 }],
    )
    expect(most.get('a1')).toBe(1)
    expect(most.get('a')).toBe(2)
    expect(ended.filter((id) => id === 'a1')).toHaveLength(3)
  })

  it('holds to limits that have changed since it began', async () => {
    let atOnce = 1
    let running = 0
    let most = 0
    const engine = createEmbeddedEngine({
      limits: () => [{ account: '*', region: '*', atOnce }],
      placeOf: ({ stack }) => ({ stack, account: 'a', region: 'us-east-1' }),
      work: async (one) => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setImmediate(resolve))
        running -= 1
        return report(one)
      },
    })
    const carryOut = () =>
      engine.carryOut(
        many('a', 9),
        { began: () => undefined, progressed: () => undefined, ended: () => undefined },
        new AbortController().signal,
      )
    await carryOut()
    expect(most).toBe(1)
    atOnce = 3
    await carryOut()
    expect(most).toBe(3)
  })

  it('begins nothing more when it is stopped, and waits for what is under way', async () => {
    const { ended } = await watched(many('a', 10), [])
    expect(ended).toHaveLength(3)
  })
})

describe('the calls of several stacks at one time', () => {
  it('draw on the same buckets where they are of one account and region', async () => {
    const took = new Map<string, number>()
    const engine = createEmbeddedEngine({
      limits: () => [],
      placeOf: ({ stack }) => ({ stack, account: stack.charAt(0), region: 'us-east-1' }),
      work: async (one) => {
        const began = Date.now()
        // The bucket holds one, and another comes every fifth of a second.
        await workScope().turn?.('ec2 RunInstances', { burst: 1, perSecond: 5 }, 1)
        took.set(one.stack, Date.now() - began)
        return report(one)
      },
    })
    const on = { began: () => undefined, progressed: () => undefined, ended: () => undefined }
    await engine.carryOut([job('a1'), job('a2'), job('a3'), job('b1')], on, new AbortController().signal)
    // Of two who wait for the same token either may have it first.
    const last = Math.max(took.get('a2') ?? 0, took.get('a3') ?? 0)
    expect(last).toBeGreaterThan(350)
    expect(took.get('b1')).toBeLessThan(last)
  })
})

describe('the first limit that fits', () => {
  const limits: readonly FleetLimit[] = [
    { account: '111111111111', region: 'us-east-1', atOnce: 1 },
    { account: '111111111111', region: '*', atOnce: 2 },
    { account: '*', region: 'us-east-1', atOnce: 3 },
    { account: '*', region: '*', atOnce: 9 },
    { account: '111111111111', region: 'us-east-1', atOnce: 7 },
  ]
  it.each([
    ['111111111111', 'us-east-1', 1],
    ['111111111111', 'eu-west-1', 2],
    ['222222222222', 'us-east-1', 3],
    ['222222222222', 'eu-west-1', 9],
  ])('of %s in %s', (account, region, atOnce) => {
    expect(atOnceIn({ stack: 'x', account, region }, limits)).toBe(atOnce)
  })

  it('is four where nothing is said', () => {
    expect(atOnceIn({ stack: 'x', account: 'a', region: 'r' }, [])).toBe(4)
  })
})
