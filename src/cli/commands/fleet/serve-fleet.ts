import { statSync } from 'node:fs'
import { UsageError } from '../../../core/errors.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { createEmbeddedEngine } from '../../../fleet/embedded/engine.js'
import { carryOutJob } from '../../../fleet/jobs/carry-out-job.js'
import { createNotifier, folderMemory } from '../../../fleet/notify/notifier.js'
import { createDesk } from '../../../fleet/page/desk.js'
import { createFleetPage } from '../../../fleet/page/fleet-page.js'
import {
  listenAddressOf,
  originOf,
  originsOf,
  shownAddress,
  type ListenAddress,
} from '../../../fleet/page/guard/origins.js'
import { newToken, pageTokenOf } from '../../../fleet/page/guard/page-token.js'
import { createLive } from '../../../fleet/page/live.js'
import { servePage } from '../../../fleet/page/serve-page.js'
import { createSight, keepReading, type FleetRead, type FleetSight } from '../../../fleet/page/sight.js'
import type { WorkElsewhere } from '../../../fleet/page/under-way.js'
import { createStackFinder } from '../../../fleet/stacks/find-stacks.js'
import type { FleetEngine, FleetJob, FleetStack } from '../../../fleet/types.js'
import { within } from '../../../fleet/redis/worker/patience.js'
import { legible } from '../../../report/legible.js'
import { givenVariables } from '../../given-variables.js'
import { onInterrupt } from '../../interruption.js'
import type { ServeOptions } from './fleet-options.js'
import { readStacks, shownStacks, withFleet, type OpenFleet } from './open-fleet.js'

/** As workers do: what fleet.yaml says is looked at every minute; and when it was written. */
const refreshMs = 60_000
/** Chosen: what was told to end has so long to do it. */
const endMs = 15_000

interface Surroundings {
  readonly version: string
  /** Undefined: none was given, and a new one is made. */
  readonly token: string | undefined
}

/** Who does the work, and what is seen of others who do. */
interface Hands {
  readonly engine: FleetEngine
  readonly elsewhere: (WorkElsewhere & { close(): Promise<void> }) | undefined
}

/** Serves the page until it is told to end. */
export async function serveFleet(options: ServeOptions, { version, token: given }: Surroundings): Promise<void> {
  const address = listenAddressOf(options.listen)
  const origins = (options.origin ?? []).map(originOf)
  assertMeant(address, origins)
  const say = (text: string) => void process.stderr.write(`${legible(text)}\n`)
  await withFleet(options, async (fleet) => {
    const { spec, folder, store, queue } = fleet
    const token = given ?? newToken()
    const guard = pageTokenOf(token, spec.name)
    const { stop, release } = stopping(say)
    const interruption = new AbortController()
    const sight = createSight(shown(fleet), async () => shown(await readStacks(options)), store)
    const { engine, elsewhere } = await handsOf(fleet, sight, options, { signal: interruption.signal, say })
    const desk = createDesk({
      fleet: spec.name,
      engine,
      store,
      // Workers tell by themselves, of what schedules bring as well.
      notify: queue
        ? () => Promise.resolve()
        : (report) => createNotifier(sight.spec, folderMemory(folder.told), say)(report),
      elsewhere: () => elsewhere?.underWay() ?? Promise.resolve([]),
      onKept: sight.forget,
      say,
    })
    const live = createLive(desk)
    const page = await servePage(address, (port) =>
      createFleetPage({
        token: guard,
        origins: originsOf({ ...address, port }, origins),
        cookie: `evenkeel-${spec.name}-${port}`,
        fleet: spec.name,
        sight,
        desk,
        live,
        elsewhere,
        plansFolder: folder.plans,
        version,
        say,
      }),
    )
    const url = origins[0]?.origin ?? `http://${shownAddress({ ...address, port: page.port })}`
    say(`The page of ${spec.name}: ${url}/${given === undefined ? `?token=${token}` : ''}`)
    if (!address.isLoopback) say('It is reached from other machines, without TLS: put a proxy in front that does it.')
    try {
      await keepReading(sight, refreshMs, stop, () => stampOf(spec.path))
    } finally {
      live.close()
      await page.close()
      // What workers do goes on without the page.
      if (!queue) {
        const settled = desk.settle()
        await within(options.grace, settled)
        interruption.abort()
        await within(endMs, settled)
      }
      release()
      await within(2000, Promise.allSettled([engine.close(), elsewhere?.close()]))
    }
    say('Ended.')
  })
}

/** Another, when a file was written. */
function stampOf(path: string): string {
  const { mtimeMs, size, ino } = statSync(path, { throwIfNoEntry: false }) ?? {}
  return `${mtimeMs} ${size} ${ino}`
}

/** What repositories that cannot be fetched had is shown as it was. */
function shown({ spec, stacks, unreachable }: Pick<OpenFleet, 'spec' | 'stacks' | 'unreachable'>): FleetRead {
  return { spec, stacks: shownStacks({ stacks, unreachable }), unreachable }
}

function assertMeant({ isLoopback, host }: ListenAddress, origins: readonly URL[]): void {
  if (isLoopback || origins.length > 0) return
  throw new UsageError('USAGE', `--listen ${host} is reached from other machines, and nobody has said by which name`, {
    hint: 'put a proxy with TLS in front, and say --origin https://its.name; or listen at 127.0.0.1',
  })
}

/** The first Ctrl-C or SIGTERM ends it, the second at once. */
function stopping(say: (text: string) => void): { readonly stop: AbortSignal; release(): void } {
  const controller = new AbortController()
  const release = onInterrupt(() => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted)
    controller.abort()
    say('Ending: nothing new begins, and what this process works on is waited for; once more to leave.')
  })
  return { stop: controller.signal, release }
}

async function handsOf(
  { spec, folder, queue }: OpenFleet,
  sight: FleetSight,
  { sandboxDir }: ServeOptions,
  { signal, say }: { readonly signal: AbortSignal; readonly say: (text: string) => void },
): Promise<Hands> {
  const stackOf = (id: string) => sight.stacks.find((stack) => stack.id === id)
  if (queue) {
    const [{ createRedisEngine }, { lookAtQueues }] = await Promise.all([
      import('../../../fleet/redis/redis-engine.js'),
      import('../../../fleet/redis/queue-sight.js'),
    ])
    const placeOf = (id: string) => stackOf(id)?.place
    const engine = createRedisEngine({ connection: queue, fleet: spec.name, placeOf, say })
    return { engine, elsewhere: lookAtQueues(queue, spec.name) }
  }
  const engine = createEmbeddedEngine({
    limits: () => sight.spec.limits,
    placeOf: ({ stack }) => stackOf(stack)?.place,
    work: async (job, onProgress) =>
      carryOutJob(job, await stackAt(sight, job), {
        plansFolder: folder.plans,
        sandboxDir,
        environment: givenVariables(),
        onProgress,
        signal,
      }),
  })
  return { engine, elsewhere: undefined }
}

/** A stack at the commit that its job was begun at, which may not be the newest any more when its turn comes. */
async function stackAt({ spec, stacks }: FleetSight, { stack: id, commit }: FleetJob): Promise<FleetStack | undefined> {
  const now = stacks.find((stack) => stack.id === id)
  if (!now || now.commit === commit) return now
  // Where it cannot be fetched, the job says by itself that it is of another commit.
  const find = createStackFinder(spec, stacks, { environment: givenVariables() })
  return find(id, commit).catch(() => now)
}
