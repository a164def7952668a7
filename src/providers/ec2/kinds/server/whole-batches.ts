import type { Instance } from '@aws-sdk/client-ec2'
import { beginWait } from '../../../../core/wait-sink.js'
import { batchSize, parseBatch } from '../../../../model/launch/batch.js'
import { tagKeys } from '../../../../model/tags.js'
import { providerError } from '../../errors/provider-errors.js'
import { tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { readLaunched } from './launch.js'

/** Chosen: what was launched longer ago and is not shown is no longer a matter of eventual consistency. */
const youngMs = 10 * 60_000
/** Some two minutes in all: after that it is better to say what is missing than to wait on. */
const pausesMs = [1_000, 2_000, 4_000, 5_000, ...Array.from({ length: 11 }, () => 10_000)] as const

/** A call whose instances do not all carry addresses of their own yet, and of which some are not shown. */
interface OpenBatch {
  readonly token: string
  readonly size: number
  readonly launchedAt: number
}

/**
 * What a listing shows, with what was launched together with it: EC2 launched all or none, so that where some of a call are shown
 * and carry its batch still, the others exist, or have ended, which EC2 shows for an hour. A calm world, and a stack whose last run
 * ended well, take no call. EC2_CONFLICT when EC2 launched them lately and does not show them all: a plan without them would launch
 * them again.
 */
export async function withWholeBatches(api: Ec2Api, shown: readonly Instance[]): Promise<readonly Instance[]> {
  const open = openBatches(shown)
  if (open.length === 0) return shown
  const known = new Set(shown.map(({ InstanceId }) => InstanceId))
  const launched = await Promise.all(open.map((batch) => readWhole(api, batch)))
  const others = launched
    .flat()
    .filter(({ InstanceId, State }) => State?.Name !== 'terminated' && !known.has(InstanceId))
  return [...shown, ...others]
}

function openBatches(shown: readonly Instance[]): readonly OpenBatch[] {
  const byToken = new Map<string, Instance[]>()
  for (const instance of shown) {
    const token = instance.ClientToken ?? ''
    byToken.set(token, [...(byToken.get(token) ?? []), instance])
  }
  return [...byToken].flatMap(([token, instances]) => {
    const [batch] = instances.flatMap(({ Tags }) => parseBatch(tagsOf(Tags)[tagKeys.address]) ?? [])
    const size = batch === undefined ? 0 : batchSize(batch)
    if (token === '' || instances.length >= size) return []
    return [{ token, size, launchedAt: Math.max(...instances.map(({ LaunchTime }) => LaunchTime?.getTime() ?? 0)) }]
  })
}

async function readWhole(api: Ec2Api, { token, size, launchedAt }: OpenBatch): Promise<readonly Instance[]> {
  const { clock } = api.settings
  const isYoung = () => clock.now() - launchedAt <= youngMs
  let found = await readLaunched(api, token)
  const tell = beginWait(clock, 'EC2 to show all servers that were launched together')
  for (const pauseMs of pausesMs) {
    if (found.length >= size || !isYoung()) break
    tell(`${found.length} of ${size}`)
    await api.pause(pauseMs)
    found = await readLaunched(api, token)
  }
  if (found.length < size && isYoung()) throw notAllShown(found, size)
  return found
}

function notAllShown(found: readonly Instance[], size: number) {
  const ids = found.map(({ InstanceId }) => InstanceId).join(', ')
  return providerError('EC2_CONFLICT', 'conflict', `of ${size} servers launched together EC2 shows ${ids} alone`, {
    hint: 'the others are running too, and EC2 shows them in a while: try again in some minutes',
    action: 'DescribeInstances',
  })
}
