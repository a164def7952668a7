import { describe, expect, it } from 'vitest'
import type { HostFacts } from '../../src/model/inside/host-facts.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import { makePlan } from '../../src/planner/make-plan.js'
import type { Plan } from '../../src/model/plan.js'
import { emptyLive, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { oneServer, withVolume } from '../support/stack-texts.js'

/** What stands after an apply of a text. */
function settled(text: string): LiveStack {
  const spec = specOf(text)
  return applyPlan(makePlan(spec, emptyLive(spec)), emptyLive(spec)).live
}

function withFacts(
  live: LiveStack,
  change: (facts: Extract<HostFacts, { kind: 'read' }>) => Partial<HostFacts>,
): LiveStack {
  const facts = live.hosts['server.web']
  if (facts?.kind !== 'read') throw new Error('not read')
  return { ...live, hosts: { 'server.web': { ...facts, ...change(facts) } as HostFacts } }
}

const stepsOf = (plan: Plan) => plan.steps.filter(({ address }) => address === 'volume.data').map(({ kind }) => kind)
const codesOf = (plan: Plan) => plan.problems.map(({ code }) => code)
const planOf = (text: string, live: LiveStack) => makePlan(specOf(text), live)

describe('a swap area', () => {
  const swap = withVolume('server: web, size: 10, fstype: swap')

  it('is made, used, and stands in fstab', () => {
    const spec = specOf(swap)
    const plan = makePlan(spec, emptyLive(spec))
    expect(stepsOf(plan)).toEqual([
      'create-volume',
      'attach-volume',
      'make-filesystem',
      'mount-volume',
      'write-fstab',
      'tag-resource',
    ])
    expect(plan.steps.find(({ kind }) => kind === 'write-fstab')).toMatchObject({
      fstype: 'swap',
      mount: { path: 'none', options: 'sw' },
    })
    expect(planOf(swap, settled(swap)).steps).toEqual([])
  })

  it('that somebody switched off has drifted, and is switched on', () => {
    const plan = planOf(
      swap,
      withFacts(settled(swap), () => ({ mounts: [] })),
    )
    expect(plan.changes.find(({ address }) => address === 'volume.data')?.diffs).toMatchObject([
      { path: 'mount', before: null, after: 'none', cause: 'drift' },
    ])
    expect(stepsOf(plan)).toContain('mount-volume')
  })

  it('is switched off before it leaves its server', () => {
    expect(stepsOf(planOf(oneServer, settled(swap))).slice(0, 2)).toEqual(['unmount-volume', 'detach-volume'])
  })

  it('is one of two, each by its own line in fstab', () => {
    const two = `${swap}  more: { server: web, size: 1, fstype: swap }\n`
    expect(planOf(two, settled(two)).steps).toEqual([])
  })

  it('that is only prepared is made, and nothing more', () => {
    const prepared = withVolume('server: web, size: 10, fstype: swap, unmounted: true')
    const spec = specOf(prepared)
    expect(stepsOf(makePlan(spec, emptyLive(spec)))).toEqual([
      'create-volume',
      'attach-volume',
      'make-filesystem',
      'tag-resource',
    ])
  })
})

describe('a kernel without the filesystem', () => {
  const known = withFacts(settled(oneServer), () => ({ filesystems: ['ext4', 'xfs'] }))

  it.each(['jfs', 'swap'])('is told before anything of %s is made', (fstype) => {
    const plan = planOf(withVolume(`server: web, size: 10, fstype: ${fstype}`), known)
    expect(codesOf(plan)).toEqual(['PLAN_FILESYSTEM_UNSUPPORTED'])
    expect(plan.applyable).toBe(false)
    expect(plan.steps).toEqual([])
  })

  it.each(['jfs', 'swap'])('does not matter to %s that is not used', (fstype) => {
    expect(codesOf(planOf(withVolume(`server: web, size: 10, fstype: ${fstype}, unmounted: true`), known))).toEqual([])
  })

  it('does not matter where nobody knows it', () => {
    expect(codesOf(planOf(withVolume('server: web, size: 10, fstype: jfs'), settled(oneServer)))).toEqual([])
  })

  it('stands in the way of a growth that its driver does', () => {
    const jfs = (size: number) => withVolume(`server: web, size: ${size}, fstype: jfs, unmounted: true`)
    const live = withFacts(settled(jfs(10)), () => ({ filesystems: ['ext4'] }))
    expect(codesOf(planOf(jfs(20), live))).toEqual(['PLAN_FILESYSTEM_UNSUPPORTED'])
  })
})

it('a larger vfat is refused before EC2 is asked for it', () => {
  const vfat = (size: number) => withVolume(`server: web, size: ${size}, fstype: vfat, mount: /srv`)
  const plan = planOf(vfat(20), settled(vfat(10)))
  expect(codesOf(plan)).toEqual(['PLAN_FILESYSTEM_CANNOT_GROW'])
  expect(plan.steps).toEqual([])
})

it('a volume that is no longer to be mounted is unmounted, and stays attached', () => {
  const plan = planOf(
    withVolume('server: web, size: 10, unmounted: true'),
    settled(withVolume('server: web, size: 10, mount: /srv')),
  )
  expect(stepsOf(plan)).toEqual(['unmount-volume', 'tag-resource'])
})
