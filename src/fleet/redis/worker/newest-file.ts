import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Redis } from 'ioredis'
import { digestOf, keyOf } from '../queue-name.js'
import type { FleetNow } from './fleet-now.js'

export const oldWords =
  "Other workers have a newer fleet.yaml, or newer stack files beside it: schedules and limits are as theirs say, until this machine's are the newest."

/** Chosen: three times as long as a worker takes to look again; when the last one with the newest files has gone, the next newest hold. */
const heldMs = 180_000

/**
 * KEYS: what holds. ARGV: digest, rank by when it was written, for how long it holds. Of two that were written in one moment either may hold, as
 * long as it is always the same.
 */
const claimScript = `
local mine = string.format('%015d', ARGV[2]) .. ' ' .. ARGV[1]
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 17) ~= ARGV[1] and held > mine then return 0 end
if held and string.sub(held, 17) == ARGV[1] and held > mine then mine = held end
redis.call('SET', KEYS[1], mine, 'PX', ARGV[3])
return 1`

/**
 * Whether a worker's files say what schedules and limits the fleet has: workers that read the same agree, and of others those with the
 * newest files hold. Else two versions would undo each other's work every minute.
 */
export async function holds(redis: Redis, now: FleetNow): Promise<boolean> {
  const { spec, stacks } = now
  const said = stacks.map(({ id, place, settings: { driftSchedule, apply } }) => [id, place, driftSchedule, apply])
  const digest = digestOf(JSON.stringify([said, spec.limits]))
  const key = keyOf(spec.name, 'newest-file')
  // Of two with the same files, who knows what is in all repositories goes first.
  const rank = 2 * writtenAt(now) + (now.unreachable?.length ? 0 : 1)
  return Number(await redis.eval(claimScript, 1, key, digest, rank, heldMs)) === 1
}

/** When fleet.yaml, a stack file beside it or one of their folders was last written. Repositories are everywhere the same within a minute. */
function writtenAt({ spec, stacks }: FleetNow): number {
  const files = [spec.path, ...stacks.flatMap(({ commit, file }) => (commit === undefined ? [file] : []))]
  const paths = new Set(files.flatMap((file) => [file, dirname(file)]))
  return Math.max(0, ...[...paths].map((path) => Math.floor(statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0)))
}
