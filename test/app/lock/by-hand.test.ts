import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyStack, settleEpoch } from '../../../src/app/apply-stack.js'
import { breakStackLock, readStackLock } from '../../../src/app/lock/standing-lock.js'
import { withLock } from '../../../src/app/lock/with-lock.js'
import { planSnapshot } from '../../../src/app/plan-snapshots.js'
import { planStack } from '../../../src/app/plan-stack.js'
import { planServerAct } from '../../../src/app/servers/act-on-servers.js'
import { openSession, type Session } from '../../../src/app/session.js'
import { readStackFile } from '../../../src/app/stack-file.js'
import { required } from '../../../src/core/assert.js'
import type { Plan } from '../../../src/model/plan.js'
import { createSandbox, type Sandbox } from '../../../src/sandbox/sandbox.js'
import { temporaryDirectory } from '../../support/evenkeel.js'
import { image } from '../../support/stacks.js'

const directory = temporaryDirectory('by-hand')
let sandbox: Sandbox
const sessions: Session[] = []

beforeAll(async () => {
  sandbox = await createSandbox({ stateDir: join(directory.path, 'sandbox'), hosts: 'none', latencies: 'zero' })
})
afterAll(async () => {
  for (const session of sessions) await session.close()
  await sandbox.close()
  directory.remove()
})

async function processOf(stack: string): Promise<Session> {
  const path = join(directory.path, `${stack}.stack.yaml`)
  writeFileSync(
    path,
    `
evenkeel: 1
stack: ${stack}
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a }
volumes:
  music: { server: web, size: 1 }
`,
  )
  const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
  const session = await openSession(readStackFile(path), {
    place: {
      target: { region, endpoint, isSandbox: true, credentials: { accessKeyId, secretAccessKey } },
      keys: join(directory.path, 'keys', stack),
      hostsImpossible: 'this sandbox has no hosts',
      pace: { pollScale: 0.002 },
    },
  })
  sessions.push(session)
  return session
}

const carriedOut = (session: Session, planned: () => Promise<Plan>) =>
  withLock(session, {}, async () => required(await applyStack(session, await planned()), 'a result'))

const whole = (session: Session) => () => planStack(session, { hosts: true })

const epochOf = async (session: Session) => (await session.observe({ hosts: false })).ledger?.epoch

/** A stack that is there, and of which another run ended without a word. Returns that run. */
async function leftByARun(stack: string): Promise<string> {
  const first = await processOf(stack)
  await carriedOut(first, whole(first))
  const dead = await processOf(stack)
  await withLock(dead, {}, async () => {
    await breakStackLock(dead, required(await readStackLock(dead), 'the lock'))
  })
  return dead.ownRun
}

describe('what is done by hand after a run that ended without a word', () => {
  const acts: Readonly<Record<string, (session: Session) => Promise<Plan>>> = {
    stop: (session) => planServerAct(session, 'stop', ['web'], { hosts: true }),
    snapshot: (session) => planSnapshot(session, 'music', {}),
  }

  it.each(Object.entries(acts))('%s: leaves what that run was for the next apply to settle', async (name, act) => {
    const run = await leftByARun(name)
    const hand = await processOf(name)
    expect((await carriedOut(hand, () => act(hand))).status).toBe('converged')
    expect(await epochOf(await processOf(name))).toMatchObject({ run })
    const heir = await processOf(name)
    expect((await carriedOut(heir, whole(heir))).status).toBe('converged')
    expect(heir.run).toBe(run)
    expect(await epochOf(await processOf(name))).toBeUndefined()
  })

  it('settles nothing where nothing was to be done', async () => {
    const run = await leftByARun('nothing')
    const hand = await processOf('nothing')
    await withLock(hand, {}, async () => {
      const plan = await planServerAct(hand, 'start', ['web'], { hosts: true })
      expect(plan.steps).toEqual([])
      await settleEpoch(hand, plan)
    })
    expect(await epochOf(await processOf('nothing'))).toMatchObject({ run })
  })
})
