import { afterAll, describe, expect, it } from 'vitest'
import { stackKey } from '../../../src/fleet/jobs/job.js'
import { keepReading } from '../../../src/fleet/page/sight.js'
import type { WorkElsewhere } from '../../../src/fleet/page/under-way.js'
import { heldWork, pageReport, pageStack, pageWorld } from '../../support/fleet/page-world.js'

const hostile = [
  `prod/<script>alert(1)</script>.stack.yaml`,
  `prod/" onmouseover='alert(2)' x=".stack.yaml`,
  'prod/\u202Egpj.exe.stack.yaml',
  'prod/\u001B[31mred\u0085.stack.yaml',
]
const worlds: ReturnType<typeof pageWorld>[] = []
afterAll(() => worlds.forEach(({ remove }) => remove()))
const made: typeof pageWorld = (...args) => {
  const world = pageWorld(...args)
  worlds.push(world)
  return world
}

describe('the stacks of a fleet', () => {
  const ids = ['prod/web.stack.yaml', 'prod/data.stack.yaml', 'dev/web.stack.yaml']
  const world = made(
    ids.map((id) => pageStack(id)),
    {
      reports: [
        pageReport(ids[0] ?? ''),
        pageReport(ids[1] ?? '', {
          state: 'drift',
          words: 'drift: 1 drifted',
          exitCode: 2,
          text: 'a\n  ! volume.data\n',
        }),
        pageReport(ids[2] ?? '', { state: 'locked', words: 'locked', lockedBy: 'ann@host (pid 7)', exitCode: 6 }),
      ],
    },
  )
  const shown = async (query: string) => {
    const text = await (await world.get(`/${query}`)).text()
    return ids.filter((id) => text.includes(`id="stack-${stackKey(id)}"`))
  }

  it.each([
    ['', ids],
    ['?q=prod', ids.slice(0, 2)],
    ['?q=WEB+dev', ids.slice(2)],
    ['?q=*/web.*', [ids[0], ids[2]]],
    ['?q=ann@host', ids.slice(2)],
    ['?state=drift', ids.slice(1, 2)],
    ['?state=nonsense', ids],
    ['?account=123456789012+us-east-1&state=locked', ids.slice(2)],
    ['?account=other', []],
  ])('are shown by what is asked for: %s', async (query, expected) => {
    expect(await shown(query)).toEqual(expected)
  })

  it('say who holds the lock, and lead to what was seen', async () => {
    expect(await (await world.get('/')).text()).toContain('locked (locked by ann@host (pid 7))')
    const text = await (await world.get(`/stack/${stackKey(ids[1] ?? '')}/drift`)).text()
    expect(text).toContain('drift: 1 drifted')
    expect(text).toContain('in 2.5s, exit status 2')
    expect(text).toContain('<span class="replace">  ! volume.data</span>')
    expect((await world.get(`/stack/${stackKey(ids[1] ?? '')}/apply`)).status).toBe(404)
    expect((await world.get('/stack/000000000000')).status).toBe(404)
  })

  it('are shown as they were where the file has a mistake by now, and tell so', async () => {
    await world.sight.refresh()
    expect(await (await world.get('/')).text()).toContain('it is shown as it was: nobody reads it again')
  })

  it('are not waited for at the end, where a repository does not answer', async () => {
    const stop = new AbortController()
    let asked = 0
    const refresh = () => new Promise<void>(() => (asked += 1))
    const ended = keepReading({ refresh }, 1, stop.signal)
    await expect.poll(() => asked).toBe(1)
    stop.abort()
    await expect(ended).resolves.toBeUndefined()
  })

  it('were just now looked at, where that is no minute ago', async () => {
    const id = ids[0] ?? ''
    const now = made([pageStack(id)], { reports: [pageReport(id, { endedAt: new Date().toISOString() })] })
    expect(await (await now.get('/')).text()).toMatch(/<time [^>]*>just now<\/time>/)
  })
})

describe('what is hostile', () => {
  it('stands on every page as text', async () => {
    const reports = hostile.flatMap((id) =>
      (['drift', 'plan', 'apply'] as const).map((kind) =>
        pageReport(id, { kind, state: 'failed', words: id, text: hostile.join('\n'), lockedBy: id }),
      ),
    )
    const problem = { ...pageStack('broken.stack.yaml'), place: undefined, problem: hostile.join() }
    const world = made([...hostile.map((id) => pageStack(id)), problem], { reports })
    const keys = hostile.map(stackKey)
    const paths = keys.flatMap((key) => [`/stack/${key}`, `/stack/${key}/drift`, `/stack/${key}/plan`])
    const query = `/?q=${encodeURIComponent(hostile.join())}&account=${encodeURIComponent(hostile[0] ?? '')}`
    for (const path of ['/', query, ...paths]) {
      const text = await (await world.get(path)).text()
      expect(text).not.toMatch(/<script(?! src="\/page\.js" defer>)/)
      expect(text).not.toMatch(/<[^>]*onmouseover='/)
      // oxlint-disable-next-line no-control-regex -- they are what is not to be there
      expect(text).not.toMatch(/[\u202E\u001B\u0085]/)
    }
    expect(await (await world.get(`/stack/${keys[0]}`)).text()).toContain('&lt;script&gt;alert(1)')
    const metrics = await (await world.get('/metrics')).text()
    expect(metrics).toContain(`stack="prod/\\" onmouseover='alert(2)' x=\\".stack.yaml"`)
    expect(metrics).toContain('stack="prod/\\\\u001B[31mred\\\\u0085.stack.yaml"')
  })
})

describe('a button', () => {
  it('begins one job of a stack at a time, and shows how far it is', async () => {
    const { begun, work, end } = heldWork()
    const [id, other] = ['prod/web.stack.yaml', 'prod/data.stack.yaml']
    const world = made([pageStack(id), pageStack(other)], { work })
    const pressed = await Promise.all([1, 2].map(() => world.post('/work', { drift: stackKey(id), q: 'prod' })))
    expect(pressed.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([303, 409])
    expect(pressed.find(({ status }) => status === 303)?.headers.get('location')).toBe('/?q=prod#work')
    const text = await (await world.get('/')).text()
    expect(text).toContain(`<span class="working" data-line="${stackKey(id)}">a volume is made</span>`)
    expect(await (await world.post('/work', { plan: stackKey(id) })).text()).toContain(
      'jobs of one stack never run side by side',
    )
    expect((await world.post('/work', { all: 'plan', q: 'prod' })).status).toBe(303)
    expect(begun.map(({ kind, stack }) => [kind, stack])).toEqual([
      ['drift', id],
      ['plan', other],
    ])
    end()
    await expect.poll(() => world.desk.ended.length).toBe(2)
    expect(await (await world.get('/?state=drift')).text()).toContain('drift: 1 drifted')
  })

  it('of another sort, for another stack, or for none, does nothing', async () => {
    const world = made([pageStack('a.stack.yaml')])
    expect((await world.post('/work', { apply: stackKey('a.stack.yaml') })).status).toBe(400)
    expect((await world.post('/work', { all: 'destroy' })).status).toBe(400)
    expect((await world.post('/work', { drift: stackKey('b.stack.yaml') })).status).toBe(404)
    expect((await world.post('/work', { all: 'drift', q: 'nothing-is-so' })).status).toBe(404)
  })

  it('waits for what workers are at', async () => {
    const elsewhere: WorkElsewhere = {
      underWay: () =>
        Promise.resolve([{ stack: 'a.stack.yaml', kind: 'apply', worker: 'one/4711', line: 'mkfs', since: 0 }]),
      waiting: () => Promise.resolve([{ account: '123456789012', region: 'us-east-1', amount: 3 }]),
      workers: () => Promise.resolve([{ name: 'one/4711', seenAt: Date.now() }]),
      problem: 'The queue does not answer.',
    }
    const world = made([pageStack('a.stack.yaml')], { elsewhere })
    expect((await world.post('/work', { drift: stackKey('a.stack.yaml') })).status).toBe(409)
    const text = await (await world.get('/')).text()
    for (const words of ['one/4711', 'mkfs', '3 in 123456789012 us-east-1', '1 worker', 'The queue does not answer.'])
      expect(text).toContain(words)
    const metrics = await (await world.get('/metrics')).text()
    expect(metrics).toContain('evenkeel_fleet_jobs_waiting{fleet="acme",account="123456789012",region="us-east-1"} 3\n')
    expect(metrics).toContain('evenkeel_fleet_workers{fleet="acme"} 1\n')
    expect(metrics).toContain('evenkeel_fleet_readable{fleet="acme"} 0\n')
  })
})

describe('what cannot be kept', () => {
  it('is a problem of the page until something can be kept again', async () => {
    const world = made([pageStack('a.stack.yaml')])
    const look = async () => {
      await world.post('/work', { drift: stackKey('a.stack.yaml') })
      await world.desk.underWay()
      await expect.poll(async () => (await world.desk.underWay()).length).toBe(0)
    }
    const problem =
      'What was seen of a.stack.yaml cannot be kept, and the page shows it as it was before: no space left'
    world.isFull.now = true
    await look()
    await expect.poll(async () => (await world.get('/')).text()).toContain(problem)
    expect(await (await world.get(`/stack/${stackKey('a.stack.yaml')}`)).text()).toContain(problem)
    expect(await (await world.get('/metrics')).text()).toContain('evenkeel_fleet_readable{fleet="acme"} 0\n')
    world.isFull.now = false
    await look()
    await expect.poll(async () => (await world.get('/')).text()).not.toContain(problem)
  })
})

describe('the file of a fleet', () => {
  it('is read again when it was written, and every so often', async () => {
    const stop = new AbortController()
    const stamps = ['first', 'first', 'second']
    let times = 0
    const refresh = () => {
      times += 1
      stop.abort()
      return Promise.resolve()
    }
    await keepReading({ refresh }, 3_600_000, stop.signal, () => stamps.shift() ?? 'second')
    expect([times, stamps]).toEqual([1, []])
  })

  it('that is of another fleet by now changes nothing but the page’s problem', async () => {
    const stacks = [pageStack('a.stack.yaml')]
    const spec = { name: 'other', path: '/w/fleet.yaml', sources: [], rules: [], limits: [], notifications: [] }
    const world = made(stacks, { readAgain: () => Promise.resolve({ spec, stacks: [] }) })
    await world.sight.refresh()
    const text = await (await world.get('/')).text()
    expect(text).toContain('the fleet&#39;s file is of other now, and what runs here is for acme')
    expect(text).toContain('a.stack.yaml')
  })
})

describe('a saved plan', () => {
  const id = 'prod/web.stack.yaml'
  const digestIn = (text: string) => /name="digest" value="(\w+)"/.exec(text)?.[1] ?? ''

  it('is shown as it is, and carried out by its name and digest after a yes', async () => {
    const { begun, work, end } = heldWork()
    const world = made([pageStack(id)], { work })
    const name = world.savePlan(id, '20261122T101500Z-1f2e3d')
    const path = `/stack/${stackKey(id)}/apply/${name}`
    expect(await (await world.get('/')).text()).toContain(`href="${path}"`)
    const text = await (await world.get(path)).text()
    expect(text).toContain('volume.data')
    expect(text).toContain('to create?')
    const digest = digestIn(text)
    for (const answer of ['', 'no', 'Yes', 'yes!']) {
      const refused = await world.post(path, { digest, answer })
      expect(refused.headers.get('location')).toBe(`${path}?answer=no`)
    }
    expect(await (await world.get(`${path}?answer=no`)).text()).toContain('Nothing was done')
    expect(begun).toEqual([])
    expect((await world.post(path, { digest, answer: ' yes ' })).status).toBe(303)
    const again = await world.post(path, { digest, answer: 'yes' })
    expect([again.status, await again.text()]).toEqual([409, expect.not.stringContaining('Nothing was done')])
    expect(begun).toMatchObject([
      { kind: 'apply', stack: id, plan: name, planDigest: digest, run: '20261122T101500Z-1f2e3d' },
    ])
    end()
    await expect.poll(() => world.desk.ended.length).toBe(1)
    expect((await world.post(path, { digest, answer: 'yes' })).status).toBe(409)
  })

  it('is one of the first on the page, where very many wait', async () => {
    const world = made(Array.from({ length: 31 }, (_, index) => pageStack(`${index}.stack.yaml`)))
    for (let index = 0; index < 31; index += 1) world.savePlan(`${index}.stack.yaml`, '20261122T101500Z-1f2e3d')
    expect(await (await world.get('/')).text()).toContain('And 1 plan more')
  })

  it('that was saved anew since it was shown is not carried out', async () => {
    const { begun, work } = heldWork()
    const world = made([pageStack(id)], { work })
    const name = world.savePlan(id, '20261122T101500Z-1f2e3d')
    const path = `/stack/${stackKey(id)}/apply/${name}`
    const digest = digestIn(await (await world.get(path)).text())
    world.savePlan(id, '20261122T101500Z-1f2e3d', 20)
    const refused = await world.post(path, { digest, answer: 'yes' })
    expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('it was saved anew')])
    world.savePlan(id, '20261122T101600Z-4a5b6c')
    expect((await world.post(path, { digest, answer: 'yes' })).status).toBe(409)
    expect((await world.get(path)).status).toBe(409)
    expect(begun).toEqual([])
  })

  it('of a stack that the fleet never applies has no button, and is refused', async () => {
    const { begun, work } = heldWork()
    const world = made([pageStack(id, 'never')], { work })
    const name = world.savePlan(id, '20261122T101500Z-1f2e3d')
    expect(await (await world.get('/')).text()).not.toContain('/apply/')
    const answer = await world.post(`/stack/${stackKey(id)}/apply/${name}`, { answer: 'yes' })
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('apply: never')])
    expect(begun).toEqual([])
  })

  it('has a page of its own, with the policy of reports, and a way back', async () => {
    const world = made([pageStack(id)])
    world.savePlan(id, '20261122T101500Z-1f2e3d')
    const answer = await world.get(`/stack/${stackKey(id)}/plan`)
    expect(answer.headers.get('content-security-policy')).toMatch(/script-src 'sha256-[^']+'; .*frame-ancestors 'none'/)
    const text = await answer.text()
    expect(text).toContain('What waits for what')
    expect(text).toContain(`<a href="/stack/${stackKey(id)}">acme › ${id}</a>`)
    expect((await world.get(`/stack/${stackKey(id)}/plan/..%2F..%2Fetc`)).status).toBe(404)
  })
})
