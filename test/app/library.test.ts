import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'
import type { ClientRequest } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  applyStack,
  createSandbox,
  driftOfStack,
  isNothingToDo,
  openSession,
  type Place,
  planDestroy,
  planStack,
  PlanError,
  readStackFile,
  type RunEvent,
  type Session,
  UsageError,
} from '../../src/parts.js'
import { temporaryDirectory } from '../support/evenkeel.js'
import { head } from '../support/stack-texts.js'
import { image } from '../support/stacks.js'

const text = `${head}servers:\n  web: { image: ${image}, type: t3.small }\n`

let directory: ReturnType<typeof temporaryDirectory>
let sandbox: Awaited<ReturnType<typeof createSandbox>>
let place: Place

beforeAll(async () => {
  directory = temporaryDirectory('library')
  sandbox = await createSandbox({ stateDir: join(directory.path, 'sandbox'), hosts: 'none', latencies: 'zero' })
  const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
  place = {
    target: { endpoint, isSandbox: true, region, credentials: { accessKeyId, secretAccessKey } },
    keys: join(directory.path, 'keys'),
    hostsImpossible: 'this sandbox has none',
  }
})
afterAll(async () => {
  await sandbox.close()
  directory.remove()
})

describe('the library', () => {
  it('plans, applies, finds no drift, and destroys, as the command line does', async () => {
    const plan = await inSession(async (session) => {
      const made = await planStack(session, { hosts: true, revision: 'v1' })
      const events: RunEvent['kind'][] = []
      const result = await applyStack(session, made, { events: ({ kind }) => events.push(kind) })
      expect(result?.status).toBe('converged')
      expect([events[0], events.at(-1)]).toEqual(['run-started', 'run-finished'])
      return made
    })
    expect(plan.steps.map(({ kind }) => kind)).toContain('create-server')

    await inSession(async (session) => {
      const live = await session.observe({ hosts: true })
      expect(live.servers).toMatchObject([
        { address: 'server.web', state: 'running', tags: { 'evenkeel:revision': 'v1' } },
      ])
      expect(isNothingToDo(await planStack(session, { hosts: true }))).toBe(true)
      await expect(driftOfStack(session, {})).resolves.toMatchObject({ status: 'in-sync' })
    })

    await inSession(async (session) => {
      const result = await applyStack(session, await planDestroy(session, {}))
      expect(result?.status).toBe('converged')
    })
    await inSession(async (session) => {
      const live = await session.observe({ hosts: false })
      expect(live.servers).toEqual([])
      expect(live.ledger).toBeUndefined()
    })
  })

  it('removes without asking for this machine’s address', async () => {
    let asked = 0
    const refuse = (message: unknown) => {
      const { request } = message as { readonly request: ClientRequest }
      if (!request.path.includes('checkip')) return
      asked += 1
      request.destroy(new Error('nobody answers'))
    }
    subscribe('http.client.request.start', refuse)
    try {
      const [removal, plan] = await inSession(async (session) => [
        await planDestroy(session, {}),
        await planStack(session, { hosts: true }),
      ])
      expect(removal.problems).toEqual([])
      // The plan asked, so often as it asks; what needs the address is told, and nothing else.
      expect(asked).toBe(3)
      expect(plan.problems).toMatchObject([
        { code: 'PLAN_OPERATOR_IP_UNKNOWN', message: expect.stringContaining('nobody answers') },
      ])
    } finally {
      unsubscribe('http.client.request.start', refuse)
    }
  })

  it('does nothing without a yes, and asks about what it would do', async () => {
    await inSession(async (session) => {
      const plan = await planStack(session, { hosts: true })
      const asked: unknown[] = []
      const confirm = (shown: unknown) => Promise.resolve(asked.push(shown) === 0)
      await expect(applyStack(session, plan, { confirm })).resolves.toBeUndefined()
      expect(asked).toEqual([plan])
      expect((await session.observe({ hosts: false })).servers).toEqual([])
    })
  })

  it('refuses a plan with problems that come first, and a second run in one session', async () => {
    await inSession(async (session) => {
      const plan = await planStack(session, { hosts: true })
      await expect(applyStack(session, { ...plan, applyable: false })).rejects.toThrow(PlanError)
      const empty = { ...plan, steps: [], ledger: { id: undefined, before: [], after: [] } }
      await expect(applyStack(session, empty)).resolves.toMatchObject({ status: 'converged' })
      await expect(applyStack(session, empty)).rejects.toThrow(UsageError)
    })
  })
})

/** Every run has a session of its own. */
async function inSession<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
  const path = join(directory.path, 'stack.yaml')
  writeFileSync(path, text)
  const session = await openSession(readStackFile(path), { place })
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}
