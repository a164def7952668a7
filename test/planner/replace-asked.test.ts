import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../src/model/live-stack.js'
import type { Plan } from '../../src/model/plan.js'
import { makePlan } from '../../src/planner/make-plan.js'
import { at, emptyLive, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { head } from '../support/stack-texts.js'

const file = (server = '', volume = '') => `${head}servers:
  web: { image: ami-00000001, type: t3.small${server} }
volumes:
  data: { server: web, size: 10, mount: /srv${volume} }
`

function settled(text: string): LiveStack {
  const live = emptyLive(specOf(text))
  return applyPlan(makePlan(specOf(text), live, { run: 'run-1' }), live).live
}

const replaced = (text: string, live: LiveStack, ...addresses: string[]): Plan =>
  makePlan(specOf(text), live, { run: 'run-2', replace: addresses.map(at) })

const changeOf = ({ changes }: Plan, address: string) => changes.find((change) => change.address === address)

describe('a server that is asked to be replaced', () => {
  it('gets a successor to which its volumes move, and leaves a snapshot of its root disk', () => {
    const live = settled(file())
    const plan = replaced(file(), live, 'server.web')
    expect(changeOf(plan, 'server.web')).toMatchObject({
      kind: 'replace',
      reason: expect.stringMatching(/^a replacement is asked for by --replace; /),
      diffs: [{ path: 'instances', before: live.servers[0]?.id, after: '(known after apply)' }],
    })
    const kinds = plan.steps.map(({ kind }) => kind)
    for (const kind of ['create-server', 'unmount-volume', 'attach-volume', 'create-snapshot', 'terminate-server']) {
      expect(kinds).toContain(kind)
    }
    const { live: after, failed } = applyPlan(plan, live, Infinity, 2)
    expect(failed).toEqual([])
    expect(after.servers[0]?.id).not.toBe(live.servers[0]?.id)
    expect(after.volumes).toMatchObject([{ id: live.volumes[0]?.id, attachment: { instanceId: after.servers[0]?.id } }])
    expect(makePlan(specOf(file()), after).steps).toEqual([])
  })

  it('is refused where it is protected', () => {
    const text = file(', protect: true')
    const plan = replaced(text, settled(text), 'server.web')
    expect([plan.applyable, plan.steps]).toEqual([false, []])
    expect(plan.problems).toMatchObject([
      {
        code: 'PLAN_PROTECTED',
        message: 'server.web is protected from termination, and a replacement is asked for by --replace',
      },
    ])
  })

  it('is made where it is not there', () => {
    const live = emptyLive(specOf(file()))
    expect(JSON.stringify(replaced(file(), live, 'server.web'))).toBe(
      JSON.stringify(makePlan(specOf(file()), live, { run: 'run-2' })),
    )
  })

  it.each(['', ', replace: terminate-first'])('is finished by the next plan, whenever it was cut off%s', (order) => {
    const text = file(order)
    const live = settled(text)
    const { steps } = replaced(text, live, 'server.web')
    const old = live.servers[0]?.id ?? ''
    for (const cut of steps.keys()) {
      const { live: halfway } = applyPlan(replaced(text, live, 'server.web'), live, cut, 2)
      const next = makePlan(specOf(text), halfway, { run: 'run-3' })
      const { live: done, failed } = applyPlan(next, halfway, Infinity, 3)
      expect({ cut, failed }).toEqual({ cut, failed: [] })
      expect({ cut, left: makePlan(specOf(text), done).steps.map(({ id }) => id) }).toEqual({ cut, left: [] })
      expect(done.servers).toHaveLength(1)
      expect(done.volumes).toMatchObject([{ id: live.volumes[0]?.id, attachment: { instanceId: done.servers[0]?.id } }])
      const wasLaunched = halfway.servers.some(({ id }) => id !== old)
      if (wasLaunched) expect(done.servers[0]?.id).not.toBe(old)
      // Said once more, it is finished too, and no third one comes.
      const again = replaced(text, halfway, 'server.web')
      if (wasLaunched && halfway.servers.length === 2) {
        expect(again.steps.map(({ kind }) => kind)).not.toContain('create-server')
      }
    }
  })
})

describe('a volume that is asked to be replaced', () => {
  it('gets a successor that is made from a snapshot of it', () => {
    const live = settled(file())
    const plan = replaced(file(), live, 'volume.data')
    expect(changeOf(plan, 'volume.data')).toMatchObject({
      kind: 'replace',
      reason: expect.stringMatching(/^a replacement is asked for by --replace; what .* holds now stays as a snapshot/),
    })
    const { live: after, failed } = applyPlan(plan, live, Infinity, 2)
    expect(failed).toEqual([])
    expect(after.volumes).toHaveLength(1)
    expect(after.volumes[0]?.id).not.toBe(live.volumes[0]?.id)
    expect(makePlan(specOf(file()), after).steps).toEqual([])
  })

  it('is finished by the next plan, whenever it was cut off', () => {
    const live = settled(file())
    const { steps } = replaced(file(), live, 'volume.data')
    for (const cut of steps.keys()) {
      const { live: halfway } = applyPlan(replaced(file(), live, 'volume.data'), live, cut, 2)
      const next = makePlan(specOf(file()), halfway, { run: 'run-3' })
      const { live: done, failed } = applyPlan(next, halfway, Infinity, 3)
      expect({ cut, failed }).toEqual({ cut, failed: [] })
      expect({ cut, left: makePlan(specOf(file()), done).steps.map(({ id }) => id) }).toEqual({ cut, left: [] })
      expect(done.volumes).toHaveLength(1)
    }
  })

  it('is refused where the file names the one that it is', () => {
    const live = settled(file())
    const { id = '' } = live.volumes[0] ?? {}
    const text = file('', `, volumeId: ${id}`)
    const adopted = { ...live, volumes: live.volumes.map((volume) => ({ ...volume, id: 'vol-0123456789abcdef0' })) }
    const plan = replaced(text.replace(id, 'vol-0123456789abcdef0'), adopted, 'volume.data')
    expect(plan.problems.map(({ code }) => code)).toContain('REPLACE_IMPOSSIBLE')
  })
})
