import { fileURLToPath } from 'node:url'
import { bundleOf } from './support/bundle.mjs'
import { median, runExpecting } from './support/measure.mjs'

const rounds = 3
const latencyMs = { minimum: 100, maximum: 300 }
/** Mean answer time of a call, and medians of EC2's transitions as the sandbox's `real` profile has them. */
const callSeconds = 0.2
const runsSeconds = 8
const attachedSeconds = 2
const volumeSeconds = 1.5
/** So many servers one call launches (src/model/launch/batch.ts). */
const batchMembersMax = 50
/** EC2 Developer Guide, "Request throttling": burst, and calls a second from then on. */
const buckets = { RunInstances: [5, 2], CreateVolume: [100, 5], AttachVolume: [50, 5], CreateTags: [100, 10] }
/**
 * One after the other, and each needs what the one before it answers: the ledger (what is to come, before anything is made),
 * the group (the launch names it), the launch, the look that sees it run, the attachment, the look that sees it, the tags.
 */
const callsInChain = 7
const chainSeconds = runsSeconds + attachedSeconds + callsInChain * callSeconds

/** First applies at EC2's latencies, with and without its buckets, beside what cannot be beaten and what ten slots would take. */
export async function benchPace() {
  const clockModule = await bundleOf('test/support/proof/own-wire.ts')
  const once = fileURLToPath(new URL('pace-once.mjs', import.meta.url))
  const run = async (order, seed) => {
    const env = { ...process.env, BENCH_PACE: JSON.stringify({ clockModule, latencyMs, seed, ...order }) }
    return JSON.parse((await runExpecting([0], process.execPath, [once], { env })).stdout)
  }
  const rows = []
  for (const { servers, volumes, withBuckets, goal } of [
    { servers: 20, volumes: 40, withBuckets: false, goal: 1.1 },
    { servers: 100, volumes: 200, withBuckets: true, goal: 1.15 },
  ]) {
    const text = stackOf(servers, volumes)
    const bound = withBuckets ? bucketBound(servers, volumes) : chainSeconds
    for (const { name, stepsMax, hasTails } of [
      { name: 'evenkeel' },
      { name: 'evenkeel, with the tails of EC2’s transitions', hasTails: true },
      { name: 'ten steps at once, waits included', stepsMax: 10 },
    ]) {
      // On a virtual clock they do not slow each other down.
      const seeds = Array.from({ length: rounds }, (_, index) => index + 1)
      const order = { text, buckets: withBuckets, stepsMax, hasTails }
      const runs = await Promise.all(seeds.map((seed) => run(order, seed)))
      const seconds = median(runs.map((one) => one.seconds))
      rows.push([
        `${servers} servers, ${volumes} volumes, ${withBuckets ? 'EC2’s buckets' : 'no buckets'}: ${name}`,
        seconds.toFixed(1),
        hasTails ? '' : bound.toFixed(1),
        hasTails ? '' : (seconds / bound).toFixed(2),
        name === 'evenkeel' ? goal.toFixed(2) : '',
        String(median(runs.map(({ calls }) => calls))),
        String(median(runs.map(({ refused }) => refused))),
      ])
    }
  }
  return {
    title: 'A first apply at EC2’s pace',
    text: `Client and sandbox in one process on one virtual clock, hosts off, each call answered after ${latencyMs.minimum} to ${latencyMs.maximum} ms, each transition of EC2's takes its median, but in the rows with tails (log-normal up to the measured 99th percentile, for which no bound is computed). Medians of ${rounds} runs. The bound: without buckets the longest chain (${callsInChain} calls one after the other: ledger, group, launch, the look that sees it run, attachment, the look that sees it, tags; of ${callSeconds} s, ${runsSeconds} s until an instance runs, ${attachedSeconds} s until a volume is attached); with them the slowest bucket for the calls that are made, and the rest of the chain behind its last call. "Ten steps at once" is the same executor with waits inside slots, as Terraform's default parallelism counts: a simulation, not Terraform.`,
    head: ['world', 's', 'bound s', 'ratio', 'goal', 'calls', 'refused'],
    rows,
  }
}

function bucketBound(servers, volumes) {
  const drained = (action, calls) => Math.max(0, calls - buckets[action][0]) / buckets[action][1]
  return Math.max(
    drained('RunInstances', Math.ceil(servers / batchMembersMax)) + chainSeconds,
    drained('AttachVolume', volumes) + chainSeconds,
    drained('CreateVolume', volumes) + volumeSeconds + attachedSeconds + callsInChain * callSeconds,
    drained('CreateTags', servers + volumes) + chainSeconds,
  )
}

function stackOf(servers, volumes) {
  const each = Array.from(
    { length: volumes },
    (_, index) => `  d${index}: { server: "web[${index % servers}]", size: 10, mount: /srv/d${index} }`,
  )
  return `evenkeel: 1
stack: pace
target: sandbox
servers:
  web:
    count: ${servers}
    image: { owner: "136693071363", name: "debian-12-amd64-*", architecture: x86_64 }
    type: t3.small
    zone: us-east-1a
volumes:
${each.join('\n')}
`
}
