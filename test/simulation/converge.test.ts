import { describe, expect, it } from 'vitest'
import { fleetStack, image, pairStack } from '../support/stacks.js'
import { simulationsOfFile, type Simulation } from '../support/simulation.js'

const start = simulationsOfFile()

/** Whether an observation finds nothing to do. */
async function expectSettled(world: Simulation, text: string): Promise<void> {
  const plan = await world.plan(text)
  expect(plan.changes.filter(({ kind }) => kind !== 'none')).toEqual([])
  expect(plan.steps).toEqual([])
}

describe.concurrent('apply', () => {
  it('makes the next plan empty', async () => {
    const world = await start()
    const { result } = await world.apply(pairStack())
    expect(result.status).toBe('converged')
    await expectSettled(world, pairStack())
    expect(await world.census()).toMatchObject({
      instances: [expect.anything(), expect.anything()],
      volumes: [expect.anything(), expect.anything()],
      securityGroups: [expect.anything()],
      keyPairs: [expect.anything()],
      launchTemplates: [expect.anything()],
    })
  })

  it.each<[string, string, string]>([
    ['a volume grows', pairStack(), pairStack({ size: 3 })],
    ['a server changes its type', pairStack(), pairStack({ type: 't3.medium' })],
    ['a rule is added and another taken away', pairStack(), pairStack().replace('port: 80-81', 'port: 443')],
    ['a volume moves to another server', pairStack(), pairStack().replace("'web[0]'", "'web[1]'")],
    [
      'a volume leaves its server',
      pairStack(),
      pairStack().replace("server: 'web[0]', ", 'zone: us-east-1a, ').replace('mount: /srv/music, ', ''),
    ],
    ['a server leaves the file', pairStack(), pairStack().replace('count: 2', 'count: 1')],
    ['a volume leaves the file', pairStack(), pairStack().replace(/\n {2}spare: .*/, '')],
    ['a server is to be stopped', pairStack(), pairStack().replace('type: t3.small', 'type: t3.small, state: stopped')],
    [
      'a tag is added',
      pairStack(),
      pairStack().replace('securityGroups:\n', 'tags: { team: music }\nsecurityGroups:\n'),
    ],
    ['a server is replaced', pairStack(), pairStack().replace('debian-12-amd64-*', 'debian-13-amd64-*')],
    ['everything leaves the file', pairStack(), 'evenkeel: 1\nstack: pair\ntarget: sandbox\n'],
  ])('follows the file when %s', async (_, before, after) => {
    const world = await start()
    expect((await world.apply(before)).result.status).toBe('converged')
    const { plan, result } = await world.apply(after)
    expect(plan.steps.length).toBeGreaterThan(0)
    expect(result.outcomes.filter(({ outcome }) => outcome.kind !== 'done' && outcome.kind !== 'unchanged')).toEqual([])
    await expectSettled(world, after)
  })

  it('takes the tags off a volume that the file gave it before it was kept out of it', async () => {
    const world = await start()
    const head = 'evenkeel: 1\nstack: kept\ntarget: sandbox\n'
    const volumes = (words: string) => `volumes:\n  data: { zone: us-east-1a, size: 1, ${words} }\n`
    await world.apply(`${head}tags: { team: music }\n${volumes('onRemove: retain')}`)
    await world.apply(head)
    const after = head + volumes('reuse: true')
    const { plan } = await world.apply(after)
    expect(plan.changes).toMatchObject([{ address: 'volume.data', kind: 'adopt' }])
    await expectSettled(world, after)
  })

  it('makes a server of a removed address anew, when it comes back', async () => {
    const world = await start()
    await world.apply(pairStack())
    await world.apply(pairStack().replace('count: 2', 'count: 1'))
    expect((await world.apply(pairStack())).result.status).toBe('converged')
    expect((await world.census()).instances).toHaveLength(2)
  })

  it('keeps two stacks in one account apart', async () => {
    const world = await start()
    const [first, second] = await Promise.all([
      world.apply(pairStack({ stack: 'one' }), { run: 'one' }),
      world.apply(pairStack({ stack: 'two' }), { run: 'two' }),
    ])
    expect([first.result.status, second.result.status]).toEqual(['converged', 'converged'])
    await world.destroy(pairStack({ stack: 'one' }))
    await expectSettled(world, pairStack({ stack: 'two' }))
  })
})

describe.concurrent('destroy', () => {
  it('leaves snapshots, and nothing else', async () => {
    const world = await start()
    await world.apply(pairStack())
    expect((await world.destroy(pairStack())).result.status).toBe('converged')
    const left = await world.census()
    expect(left).toEqual({
      instances: [],
      volumes: [],
      snapshots: [expect.anything(), expect.anything()],
      securityGroups: [],
      keyPairs: [],
      launchTemplates: [],
    })
    expect((await world.planDestroy(pairStack())).steps).toEqual([])
  })

  it('leaves what other stacks and people own', async () => {
    const world = await start()
    await world.apply(pairStack({ stack: 'other' }))
    const before = await world.census()
    await world.apply(pairStack())
    await world.destroy(pairStack())
    const after = await world.census()
    expect({ ...after, snapshots: [] }).toEqual(before)
  })
})

describe.concurrent('plan', () => {
  it('sends no mutating call', async () => {
    const world = await start()
    await world.apply(pairStack())
    const changed = pairStack({ size: 2, type: 't3.medium' }).replace('count: 2', 'count: 3')
    const requests = await world.requestsDuring(() => Promise.all([world.plan(changed), world.planDestroy(changed)]))
    expect(requests.length).toBeGreaterThan(0)
    expect(requests.filter(({ mutating }) => mutating)).toEqual([])
  })

  it('reads 50 servers and 100 volumes in at most 12 calls', async () => {
    const world = await start()
    const text = fleetStack(50)
    expect((await world.apply(text)).result.status).toBe('converged')
    const requests = await world.requestsDuring(() => expectSettled(world, text))
    expect(requests.map(({ action }) => action)).toHaveLength(requests.length)
    expect(requests.length).toBeLessThanOrEqual(12)
  }, 60_000)

  it('says which image it could not find', async () => {
    const world = await start()
    const plan = await world.plan(pairStack().replaceAll(image, image.replace('debian-12', 'debian-99')))
    expect(plan.applyable).toBe(false)
    expect(plan.problems.some(({ message }) => message.includes('debian-99'))).toBe(true)
  })
})
