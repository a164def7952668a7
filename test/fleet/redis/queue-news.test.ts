import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectQueue, type QueueConnection } from '../../../src/fleet/redis/connection.js'
import { queueAddressOf } from '../../../src/fleet/redis/queue-address.js'
import { listenTo, type QueueNews } from '../../../src/fleet/redis/queue-news.js'
import { noRedisBecause, startRedis, type RedisServer } from '../../support/fleet/redis-server.js'
import { until } from '../../support/until.js'

describe.skipIf(noRedisBecause !== undefined)('news of queues', () => {
  let redis: RedisServer
  let connection: QueueConnection

  beforeAll(async () => {
    redis = await startRedis()
    connection = connectQueue(queueAddressOf(redis.url, undefined), () => undefined)
  })
  afterAll(async () => {
    await connection?.close()
    await redis?.remove()
  })

  it('come from all of them over one connection, from now on, and nothing that is none', async () => {
    const [one, other] = ['eu-west-1', 'us-east-1'].map((name) => ({ prefix: 'evenkeel:acme:1', name })) as [
      QueueNews['queue'],
      QueueNews['queue'],
    ]
    const tell = ({ prefix, name }: QueueNews['queue'], ...fields: readonly string[]) =>
      connection.redis.xadd(`${prefix}:${name}:events`, '*', ...fields)
    const connections = async () =>
      String(await connection.redis.client('LIST'))
        .trim()
        .split('\n').length
    await tell(one, 'event', 'completed', 'jobId', 'before')
    await sleep(5)
    const before = await connections()
    const heard: QueueNews[] = []
    const untilHeard = (count: number) => until(() => Promise.resolve(heard.length === count))
    const news = await listenTo(connection, [one, other, one], (each) => heard.push(each))
    await until(async () => (await connections()) === before + 1)

    const progress = (data: string) => ['event', 'progress', 'jobId', 'a', 'data', data] as const
    await tell(one, 'event', 'added', 'jobId', 'a', 'name', 'drift')
    for (const data of ['no JSON', 'null', '7', '{"began":7}', '{}']) await tell(one, ...progress(data))
    await tell(one, 'event', 'completed')
    await tell(one, ...progress('{"began":"host\\u001b[31m 1"}'))
    await tell(one, ...progress(JSON.stringify({ line: 'x'.repeat(600) })))
    await tell(other, 'event', 'completed', 'jobId', 'b', 'returnvalue', '{', 'prev', 'active')
    await untilHeard(3)
    await tell(other, 'event', 'failed', 'jobId', 'c', 'failedReason', 'it is of\nanother fleet')
    await untilHeard(4)

    expect(heard.filter(({ queue }) => queue.name === one.name)).toEqual([
      { queue: one, id: 'a', kind: 'began', worker: 'host\\u001B[31m 1' },
      { queue: one, id: 'a', kind: 'progressed', line: 'x'.repeat(500) },
    ])
    expect(heard.filter(({ queue }) => queue.name === other.name)).toEqual([
      { queue: other, id: 'b', kind: 'completed' },
      { queue: other, id: 'c', kind: 'refused', why: 'it is of another fleet' },
    ])
    await news.close()
    await until(async () => (await connections()) === before)
  })

  it('go on where they were when Redis was away', async () => {
    const queue = { prefix: 'evenkeel:acme:2', name: 'eu-west-1' }
    const tell = (id: string) =>
      connection.redis.xadd(`${queue.prefix}:${queue.name}:events`, '*', 'event', 'completed', 'jobId', id)
    const heard: string[] = []
    const untilHeard = (count: number) => until(() => Promise.resolve(heard.length === count))
    const news = await listenTo(connection, [queue], ({ id }) => heard.push(id))
    await tell('first')
    await untilHeard(1)
    await connection.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await tell('second')
    await untilHeard(2)
    expect(heard).toEqual(['first', 'second'])
    await news.close()
  })

  it('end at once, also while Redis is away', async () => {
    const own = await startRedis()
    const way = connectQueue(queueAddressOf(own.url, undefined), () => undefined)
    const news = await listenTo(way, [{ prefix: 'evenkeel:acme:3', name: 'eu-west-1' }], () => undefined)
    await own.remove()
    await sleep(1000)
    await expect(news.close()).resolves.toBeUndefined()
    await way.close()
  }, 20_000)
})
