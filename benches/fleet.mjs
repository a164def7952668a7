import { median } from './support/measure.mjs'
import { atOnce, withFleet } from './support/fleet-world.mjs'

const usual = { stacks: 50, jobs: 200, pairs: 3, takeovers: 1 }
/** As the issue of fleets has it: half an hour of a machine of one's own. */
const large = { stacks: 500, jobs: 2_000, pairs: 7, takeovers: 5 }

/** Of reads, for an account, a region and an action (src/providers/ec2/wire/request-rates.ts). */
const readsPerSecond = 20

export const benchFleet = () => benchFleetOf('Drift of a fleet', usual)
export const benchLargeFleet = () => benchFleetOf('Drift of a large fleet', large)

/**
 * A whole `evenkeel fleet drift` through the SDK against the sandbox's API: by one process, and by workers that share a Redis; what one
 * worker holds in memory over many jobs; and how long a stack waits whose worker was killed.
 */
async function benchFleetOf(title, size) {
  return withFleet(size.stacks, async (world) => {
    const pairs = await measurePairs(world, size)
    const rows = [
      [
        'one process, without a queue',
        ...rowOf(
          size,
          pairs.map(({ alone }) => alone),
        ),
      ],
      [
        '1 worker',
        ...rowOf(
          size,
          pairs.map(({ queued }) => queued),
        ),
      ],
    ]
    for (const workers of [2, 4])
      rows.push([`${workers} workers`, ...rowOf(size, [await measureWorkers(world, workers)])])
    const calls = await measureCalls(world, size)
    const memory = await measureMemory(world, size)
    const takeovers = await measureTakeovers(world, size)
    return { title, text: textOf({ size, pairs, calls, memory, takeovers }), head, rows }
  })
}

const head = ['who works', 's', 'stacks a minute', 'ms of processor time a stack', 'of it the workers']

function rowOf({ stacks }, rounds) {
  const seconds = median(rounds.map((round) => round.seconds))
  const perStack = (figure) => ((1000 * median(rounds.map((round) => round[figure]))) / stacks).toFixed(0)
  return [seconds.toFixed(1), ((60 * stacks) / seconds).toFixed(0), perStack('cpuSeconds'), perStack('workerSeconds')]
}

/** By turns, now one first and now the other, so that what else the machine does falls on both. */
async function measurePairs(world, { pairs }) {
  const measured = []
  const alone = async () => ({ ...(await world.round(['drift'])), workerSeconds: 0 })
  const queued = () => measureWorkers(world, 1)
  for (let pair = 0; pair < pairs; pair += 1) {
    if (pair % 2 === 0) measured.push({ alone: await alone(), queued: await queued() })
    else measured.push({ queued: await queued(), alone: await alone() })
  }
  return measured
}

/** A round by so many workers that have begun before: wall time, and the processor time of all of them and of the command. */
async function measureWorkers(world, number) {
  const workers = []
  for (let index = 0; index < number; index += 1) workers.push(await world.startWorker())
  // What every process does once, loading its code, is no part of a round.
  await world.round(['drift', '--only', `stacks/${world.names[0]}.yaml`], { isQueued: true })
  const used = () => workers.reduce((sum, worker) => sum + worker.cpuSeconds(), 0)
  const before = used()
  const { seconds, cpuSeconds } = await world.round(['drift'], { isQueued: true })
  const workerSeconds = used() - before
  await Promise.all(workers.map((worker) => worker.end()))
  return { seconds, cpuSeconds: cpuSeconds + workerSeconds, workerSeconds }
}

/** The calls of one round, by action: of which one there are most is what EC2's buckets let through. */
async function measureCalls(world, { stacks }) {
  const since = Date.now()
  await world.round(['drift'])
  const requests = await world.requestsSince(since)
  const byAction = new Map()
  for (const { action } of requests) byAction.set(action, (byAction.get(action) ?? 0) + 1)
  const [busiest, most] = [...byAction].toSorted(([, left], [, right]) => right - left)[0]
  const stacksAMinute = Math.floor((60 * readsPerSecond * stacks) / most)
  return { perStack: requests.length / stacks, busiest, most: most / stacks, stacksAMinute }
}

/** Of one worker, after each quarter of its jobs. */
async function measureMemory(world, { stacks, jobs }) {
  const worker = await world.startWorker()
  const seen = []
  for (let done = 0; done < jobs; done += stacks) {
    await world.round(['drift'], { isQueued: true })
    if ((done + stacks) % (jobs / 4) === 0) seen.push({ jobs: done + stacks, rssMiB: worker.rssMiB() })
  }
  await worker.end()
  return seen
}

/** From the kill of a worker in the middle of an apply until another begins with that stack, and until the apply is done. */
async function measureTakeovers(world, { takeovers }) {
  const measured = []
  for (let time = 0; time < takeovers; time += 1) {
    const [name] = world.names
    world.write(name, 3 + time)
    const only = ['--only', `stacks/${name}.yaml`]
    const doomed = await world.startWorker()
    await world.round(['plan', ...only], { isQueued: true })
    const begins = new RegExp(`^apply of stacks/${name}.* begins`)
    const isAtIt = doomed.heard(begins)
    const applying = world.round(['apply', '--yes', ...only], { isQueued: true })
    await Promise.race([isAtIt, applying])
    await doomed.end('SIGKILL')
    const killedAt = performance.now()
    const successor = await world.startWorker()
    await successor.heard(begins)
    const begunSeconds = (performance.now() - killedAt) / 1000
    await applying
    measured.push({ begunSeconds, doneSeconds: (performance.now() - killedAt) / 1000 })
    await successor.end()
  }
  return measured
}

function textOf({ size, pairs, calls, memory, takeovers }) {
  const { stacks } = size
  const medianOf = (who, figure) => median(pairs.map((pair) => pair[who][figure]))
  const ratio = (figure) => medianOf('queued', figure) / medianOf('alone', figure)
  const percent = (figure) => `${(100 * ratio(figure)).toFixed(0)} %`
  const held = memory.map(({ jobs, rssMiB }) => `${rssMiB.toFixed(0)} MiB after ${jobs.toLocaleString('en')}`)
  const seconds = (figure) => median(takeovers.map((takeover) => takeover[figure])).toFixed(0)
  return [
    `\`evenkeel fleet drift\` over ${stacks} stacks of 4 servers and 8 volumes, against the sandbox's API alone, which answers on the same two cores; ${atOnce} stacks at one time in each worker. Processor time is that of evenkeel's processes, without the sandbox and Redis.`,
    `A round through the queue, by one worker, takes ${percent('seconds')} of the time of one process without it (medians of ${pairs.length} pairs in turns; goal: 105 %), and ${percent('cpuSeconds')} of its processor time, with the command that asks.`,
    `A stack takes ${calls.perStack.toFixed(1)} calls, of ${calls.busiest} most: ${calls.most.toFixed(1)}. EC2's bucket of that action, ${readsPerSecond} a second for an account and region, lets ${calls.stacksAMinute.toLocaleString('en')} stacks a minute through.`,
    `One worker held ${held.join(', ')} jobs.`,
    `A stack whose worker was killed in the middle of an apply was begun by another after ${seconds('begunSeconds')} s and done after ${seconds('doneSeconds')} s (median of ${takeovers.length}; on another machine a minute later, which is the lease of the lock in EC2).`,
  ].join(' ')
}
