import { expect, it } from 'vitest'
import { noHostsBecause } from '../support/sandbox-world.js'
import { simulationsOfFile, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

const start = simulationsOfFile()

const servers = 20
const stack = `evenkeel: 1
stack: many
target: sandbox
servers:
  web: { count: ${servers}, image: ${image}, type: t3.small, zone: us-east-1a }
volumes:
${Array.from({ length: servers }, (_, index) => `  d${index}: { server: "web[${index}]", size: 1, mount: /srv/d${index} }`).join('\n')}
`

/** What no two things share: a console and the tags of a server; a volume's creation, its attachment and its tags. */
const ofEach = ['GetConsoleOutput', 'CreateTags', 'CreateVolume', 'AttachVolume', 'CreateTags'] as const
/** The ledger before and after, key pair, group, its rule and its tags, and one launch for all. */
const boundOfApply = servers * ofEach.length + 7
/** A volume is detached, copied and deleted; servers end together, and group, key pair and ledger go. */
const boundOfDestroy = servers * 3 + 4

/**
 * Looks that a calm world takes, and three for each five seconds: on a busy machine hosts take longer than instances do on
 * EC2, and are looked at more often. What is looked at without hosts is counted in calls.test.ts.
 */
const looksWithin = (looks: number, seconds: number) => looks + seconds * 0.6

interface Count {
  readonly byAction: Readonly<Record<string, number>>
  readonly looks: number
  /** Readings of consoles that showed no keys yet. */
  readonly inVain: number
  /** All that is neither of these. */
  readonly others: number
  readonly seconds: number
}

async function countDuring(world: Simulation, work: () => Promise<unknown>): Promise<Count> {
  const startedAt = Date.now()
  const requests = await world.requestsDuring(work)
  const byAction: Record<string, number> = {}
  for (const { action } of requests) byAction[action] = (byAction[action] ?? 0) + 1
  const looks = requests.filter(({ action }) => action.startsWith('Describe')).length
  const inVain = Math.max(0, (byAction['GetConsoleOutput'] ?? 0) - servers)
  return { byAction, looks, inVain, others: requests.length - looks - inVain, seconds: (Date.now() - startedAt) / 1000 }
}

it.skipIf(noHostsBecause !== undefined)(
  `20 servers with 20 mounted volumes take few calls on real hosts${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  async ({ annotate }) => {
    const world = await start({ hosts: 'linux', latencies: 'real', isUnhurried: true })
    const count = async (what: string, bound: number, work: () => Promise<unknown>) => {
      const counted = await countDuring(world, work)
      const { byAction, looks, inVain, others, seconds } = counted
      const actions = Object.entries(byAction).map(([action, calls]) => `${action} ${calls}`)
      await annotate(
        `${what}: ${looks + others} calls in ${seconds.toFixed(0)} s (bound ${bound}), and ${inVain} consoles read in vain: ${actions.sort().join(', ')}`,
      )
      return counted
    }

    const apply = await count('apply', boundOfApply, async () =>
      expect((await world.apply(stack)).result.status).toBe('converged'),
    )
    expect(apply.others).toBeLessThanOrEqual(boundOfApply)
    expect(apply.looks).toBeLessThanOrEqual(looksWithin(130 - boundOfApply, apply.seconds))

    const plan = await count('plan', 0, async () => expect((await world.plan(stack)).steps).toEqual([]))
    expect(plan.looks + plan.others).toBeLessThanOrEqual(9)

    const destroy = await count('destroy with snapshots', boundOfDestroy, async () =>
      expect((await world.destroy(stack)).result.status).toBe('converged'),
    )
    expect(destroy.byAction).toMatchObject({ DetachVolume: servers, CreateSnapshot: servers, DeleteVolume: servers })
    // Servers whose volumes leave within the same moment end together, and a group may be held for a while.
    expect(destroy.others).toBeLessThanOrEqual(boundOfDestroy + 10)
    expect(destroy.looks).toBeLessThanOrEqual(looksWithin(95 - boundOfDestroy, destroy.seconds))
  },
)
