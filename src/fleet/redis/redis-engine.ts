import { messageOf } from '../../core/errors.js'
import type { FleetEngine, FleetJob, FleetProgress, JobReport, StackPlace } from '../types.js'
import type { QueueConnection } from './connection.js'
import { queueNameOf, type QueueName } from './queue-name.js'
import { presentWorkers } from './presence.js'
import { createQueues } from './queues.js'
import { listenTo, type QueueNews } from './queue-news.js'
import { createReportStore } from './report-store.js'
import { refusedReport } from './refused-report.js'
import { orStopped, pause } from './worker/patience.js'

/** Chosen: news come by themselves; what they did not bring is asked for so often. */
const lookMs = 5000
/** Chosen: asked for side by side, so that none waits for the answer to another, and Redis is not held up. */
const atOnce = 50
/** Chosen: a Redis that was emptied a moment ago hears of its workers before the second look. */
const looksWithoutWorkers = 2

export interface RedisEngineOptions {
  readonly connection: QueueConnection
  readonly fleet: string
  /** Where a stack of the fleet is: undefined for one whose file has mistakes. */
  readonly placeOf: (stack: string) => StackPlace | undefined
  readonly say: (text: string) => void
}

/** Something that was asked for, and has not come yet. */
interface Asked {
  readonly job: FleetJob
  readonly queue: QueueName
  readonly since: number
  /** Undefined while it is being put into its queue. */
  id: string | undefined
}

/** Puts jobs into the queues, and hears from the workers what came of them. */
export function createRedisEngine(options: RedisEngineOptions): FleetEngine {
  const { connection, fleet, placeOf } = options
  const queues = createQueues(connection, fleet)
  const store = createReportStore(connection.redis, fleet)

  async function carryOut(jobs: readonly FleetJob[], on: FleetProgress, signal: AbortSignal): Promise<void> {
    const open = new Set<Asked>()
    const ended = new AbortController()
    const early = new Map<string, QueueNews[]>()

    const isOf = (news: QueueNews) => (asked: Asked) =>
      asked.id === news.id && asked.queue.name === news.queue.name && asked.queue.prefix === news.queue.prefix

    function settle(asked: Asked, report: Parameters<FleetProgress['ended']>[0]): void {
      if (!open.delete(asked)) return
      // Another may have asked for the same before: it is an answer to this one all the same.
      on.ended({ ...report, round: asked.job.round })
      if (open.size === 0) ended.abort()
    }

    function hear(news: QueueNews): void {
      const concerned = [...open].filter(isOf(news))
      // Quick jobs are done before the queue has told their number.
      if (concerned.length === 0 && news.kind !== 'progressed') {
        early.set(news.id, [...(early.get(news.id) ?? []), news].slice(-4))
        if (early.size > 1000) early.delete([...early.keys()][0] ?? '')
      }
      for (const asked of concerned) {
        if (news.kind === 'began') on.began(asked.job, news.worker)
        else if (news.kind === 'progressed') on.progressed(asked.job, news.line)
        else if (news.kind === 'refused') void settleRefused(asked, news.why).catch(() => undefined)
        else void settleCompleted(asked).catch(() => undefined)
      }
    }

    async function settleRefused(asked: Asked, why: string): Promise<void> {
      const report = await answerTo(asked)
      if (report) return settle(asked, report)
      const { stack } = asked.job
      const refused = refusedReport(asked.job, placeOf(stack), why)
      await store
        .keep(refused)
        .catch((error: unknown) => options.say(`What was seen of ${stack} cannot be kept: ${messageOf(error)}`))
      settle(asked, refused)
    }

    /** Whoever has carried it out has kept its report before. */
    async function settleCompleted(asked: Asked): Promise<void> {
      const report = await answerTo(asked)
      if (report) settle(asked, report)
      else await lookAfter(asked)
    }

    async function answerTo({ job, since }: Asked): Promise<JobReport | undefined> {
      const report = await store.last(job.kind, job.stack)
      const isLater = report !== undefined && Date.parse(report.endedAt) >= since
      // What another has asked for answers this one too, but no apply of another plan does.
      const isSame = job.kind !== 'apply' || report?.plan === job.plan
      return report && (report.round === job.round || (isLater && isSame)) ? report : undefined
    }

    /** Those of one queue. */
    async function ask(some: readonly Asked[]): Promise<void> {
      const [first] = some
      if (first === undefined) return
      const ids = await queues.add(
        first.queue,
        some.map(({ job }) => job),
      )
      some.forEach((asked, index) => (asked.id = ids[index]))
      for (const id of ids) {
        const missed = early.get(id) ?? []
        early.delete(id)
        missed.forEach(hear)
      }
    }

    /** What is in no queue any more has ended unheard, or Redis was emptied: then it is asked for again, as the same run. */
    async function lookAfter(asked: Asked): Promise<void> {
      if (asked.id === undefined || (await queues.of(asked.queue).getJobState(asked.id)) !== 'unknown') return
      const report = await answerTo(asked)
      if (report) settle(asked, report)
      else if (open.has(asked) && !signal.aborted) await ask([asked])
      else open.delete(asked)
      if (open.size === 0) ended.abort()
    }

    /** What nobody has begun is taken back, and what could not be put into its queue is nowhere. */
    async function withdraw(asked: Asked): Promise<void> {
      if (asked.id === undefined || (await isTakenBack(asked, asked.id))) open.delete(asked)
      if (open.size === 0) ended.abort()
    }

    async function isTakenBack({ queue, job: { round } }: Asked, id: string): Promise<boolean> {
      const job = await queues.of(queue).getJob(id)
      const isOurs = job !== undefined && (job.data as Partial<FleetJob> | undefined)?.round === round
      if (!isOurs || (await job.isActive())) return false
      // It may have begun in this moment; then it stays, and is waited for.
      return job.remove().then(
        () => true,
        () => false,
      )
    }

    if (jobs.length === 0) return
    const since = Date.now()
    for (const job of jobs) open.add({ job, queue: queueNameOf(fleet, placeOf(job.stack)), since, id: undefined })
    const names = [...open].map(({ queue }) => queue)
    const listening = listenTo(connection, names, hear)
    const news = await orStopped(signal, listening)
    // Redis was gone all the time, and nothing was asked for.
    if (news === undefined) return void listening.then((late) => late.close()).catch(() => undefined)
    let asking: Promise<unknown> = Promise.resolve()
    let withdrawing: Promise<unknown> | undefined
    const onAbort = () => {
      // What is being put into its queue has a place there in a moment.
      withdrawing = asking.catch(() => undefined).then(() => Promise.allSettled([...open].map(withdraw)))
    }
    try {
      for (const some of inChunks([...open])) {
        if (signal.aborted) some.forEach((asked) => open.delete(asked))
        else await orStopped(signal, (asking = Promise.all(byQueue(some).map(ask))))
      }
      if (signal.aborted) onAbort()
      else signal.addEventListener('abort', onAbort, { once: true })
      if (open.size === 0) ended.abort()
      let lonely = 0
      while (open.size > 0) {
        await pause(lookMs, ended.signal)
        if (open.size === 0) break
        if (lonely < looksWithoutWorkers) {
          lonely = (await presentWorkers(connection.redis, fleet)).length > 0 ? 0 : lonely + 1
          if (lonely === looksWithoutWorkers) options.say(noWorkersText(fleet, connection.address.shown))
        }
        for (const some of inChunks([...open])) await orStopped(ended.signal, Promise.all(some.map(lookAfter)))
      }
      await withdrawing
    } finally {
      signal.removeEventListener('abort', onAbort)
      await news.close()
    }
  }

  return {
    carryOut,
    keepsReports: true,
    close: () => queues.close(),
  }
}

function inChunks<Item>(all: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(all.length / atOnce) }, (_, index) =>
    all.slice(index * atOnce, (index + 1) * atOnce),
  )
}

function byQueue(all: readonly Asked[]): readonly (readonly Asked[])[] {
  const groups = new Map<string, Asked[]>()
  for (const asked of all) {
    const key = `${asked.queue.prefix}:${asked.queue.name}`
    groups.set(key, [...(groups.get(key) ?? []), asked])
  }
  return [...groups.values()]
}

function noWorkersText(fleet: string, queue: string): string {
  return `No worker of ${fleet} is there: evenkeel fleet worker --queue ${queue} starts one.`
}
