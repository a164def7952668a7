import { cpSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { savedPlanHere, stackFileHere } from '../../../src/app/saved-plan/carry-out-saved.js'
import { readPlanFile } from '../../../src/app/saved-plan/plan-file.js'
import { savePlan } from '../../../src/app/saved-plan/save-plan.js'
import { observeAndPlan } from '../../../src/app/plan-stack.js'
import { PlanError, UsageError } from '../../../src/core/errors.js'
import { applyStack, createSandbox, openSession, type Place, readStackFile, type Session } from '../../../src/parts.js'
import { temporaryDirectory } from '../../support/evenkeel.js'
import { head } from '../../support/stack-texts.js'
import { image } from '../../support/stacks.js'

const text = `${head}variables:\n  size: { type: integer, default: 1 }
servers:\n  web: { image: ${image}, type: t3.small }
volumes:\n  data: { server: web, size: "\${var.size}" }
sync:\n  site: { from: ./site/, to: volume.data/site/ }\n`

let directory: ReturnType<typeof temporaryDirectory>
let sandbox: Awaited<ReturnType<typeof createSandbox>>
let places: Record<'here' | 'elsewhere', Place>

beforeAll(async () => {
  directory = temporaryDirectory('elsewhere')
  sandbox = await createSandbox({ stateDir: join(directory.path, 'sandbox'), hosts: 'none', latencies: 'zero' })
  const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
  const target = { endpoint, isSandbox: true, region, credentials: { accessKeyId, secretAccessKey } }
  const place = (name: string): Place => ({
    target,
    keys: join(directory.path, name, 'keys'),
    hostsImpossible: 'this sandbox has none',
  })
  places = { here: place('here'), elsewhere: place('elsewhere') }
  const one = join(directory.path, 'here/checkout')
  mkdirSync(join(one, 'site'), { recursive: true })
  writeFileSync(join(one, 'stack.yaml'), text)
  writeFileSync(join(one, 'site/index.html'), 'hello')
  const other = join(directory.path, 'elsewhere/deep/checkout')
  cpSync(one, other, { recursive: true })
  utimesSync(join(other, 'site/index.html'), 1, 1)
})
afterAll(async () => {
  await sandbox.close()
  directory.remove()
})

describe('a saved plan in another checkout, with another home', () => {
  it('is carried out as it was saved, and says afterwards what moved', async () => {
    const path = join(directory.path, 'here/checkout/plan.json')
    const planned = await inCheckout('here', 'here/checkout', async (session) => {
      const observed = await observeAndPlan(session, { hosts: true })
      await savePlan(path, session, observed, { hosts: true })
      return observed.plan
    })
    const there = join(directory.path, 'elsewhere/deep/checkout/plan.json')
    cpSync(path, there)
    const saved = readPlanFile(there)
    expect(join(process.cwd(), stackFileHere(saved, there))).toBe(
      join(directory.path, 'elsewhere/deep/checkout/stack.yaml'),
    )
    const refused = await applySaved(saved, 'elsewhere/deep/checkout', { size: '2' }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'PLAN_STALE', details: ['in the stack file, volume.data: sizeGiB 1 -> 2'] })

    const applied = await applySaved(saved, 'elsewhere/deep/checkout')
    expect(applied.plan.steps.map(({ id }) => id)).toEqual(planned.steps.map(({ id }) => id))
    expect(applied.result?.status).toBe('converged')
    expect(applied.runs).toEqual([saved.run])

    const again = await applySaved(saved, 'elsewhere/deep/checkout').catch((error: unknown) => error)
    expect(again).toBeInstanceOf(PlanError)
    const { details } = again as PlanError
    expect(details).toContain('server.web: is there now, and was not')
    expect(details).toContain('volume.data: is there now, and was not')
  })

  it('is refused where the files that it copies are others, or the stack file is not there', async () => {
    const path = join(directory.path, 'here/checkout/second.json')
    await inCheckout('here', 'here/checkout', async (session) => {
      await savePlan(path, session, await observeAndPlan(session, { hosts: true }), { hosts: true })
    })
    const saved = readPlanFile(path)
    writeFileSync(join(directory.path, 'elsewhere/deep/checkout/site/index.html'), 'hallo')
    await expect(applySaved(saved, 'elsewhere/deep/checkout')).rejects.toMatchObject({
      details: [expect.stringContaining('sync.site copies from this machine')],
    })
    const lost = { ...saved.stackFile, fromWorkingDirectory: 'none.yaml', absolute: '/none.yaml' }
    expect(() => stackFileHere({ ...saved, stackFile: lost }, '/plan.json')).toThrow(UsageError)
  })

  it('is not written over the stack file', async () => {
    await inCheckout('here', 'here/checkout', async (session) => {
      const observed = await observeAndPlan(session, { hosts: true })
      await expect(savePlan(session.file.path, session, observed, { hosts: true })).rejects.toThrow(UsageError)
    })
    expect(readStackFile(join(directory.path, 'here/checkout/stack.yaml')).spec.stack).toBe('demo')
  })
})

async function inCheckout<Result>(
  machine: keyof typeof places,
  checkout: string,
  work: (session: Session) => Promise<Result>,
  options: { readonly run?: string; readonly variables?: Readonly<Record<string, string>> } = {},
): Promise<Result> {
  const { variables, ...rest } = options
  const file = readStackFile(join(directory.path, checkout, 'stack.yaml'), { variables })
  const session = await openSession(file, { place: places[machine], ...rest })
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

function applySaved(
  saved: ReturnType<typeof readPlanFile>,
  checkout: string,
  variables: Readonly<Record<string, string>> = saved.options.variables,
) {
  return inCheckout(
    'elsewhere',
    checkout,
    async (session) => {
      const plan = await savedPlanHere(session, saved)
      const result = await applyStack(session, plan)
      const { servers } = await session.observe({ hosts: false })
      return { plan, result, runs: servers.map(({ tags }) => tags['evenkeel:run']) }
    },
    { run: saved.run, variables },
  )
}
