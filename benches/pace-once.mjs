/** Applies a stack to an empty sandbox at EC2's latencies, on a virtual clock that both share, and prints what that took as JSON. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyPlan } from '../dist/executor/apply-plan.js'
import { observeStack } from '../dist/executor/observe/observe-stack.js'
import { createHosts } from '../dist/hosts/hosts.js'
import { createLocalKeys } from '../dist/hosts/keys/local-keys.js'
import { makePlan } from '../dist/planner/make-plan.js'
import { createEc2Cloud } from '../dist/providers/ec2/cloud.js'
import { resolveLatencies } from '../dist/sandbox/model/latencies.js'
import { createSandbox } from '../dist/sandbox/sandbox.js'
import { parseStack } from '../dist/spec/parse.js'
import { createSync } from '../dist/sync/sync.js'

const { clockModule, text, seed, latencyMs, buckets, stepsMax, hasTails } = JSON.parse(process.env['BENCH_PACE'])
const { createOwnWireClock } = await import(clockModule)
const clock = createOwnWireClock()
const directory = mkdtempSync(join(tmpdir(), 'evenkeel-pace-'))
const sandbox = await createSandbox({
  stateDir: join(directory, 'sandbox'),
  hosts: 'none',
  latencies: hasTails ? 'real' : { ...resolveLatencies('real'), p99: {} },
  clock,
  seed,
  faults: { extraLatencyMs: latencyMs, throttling: buckets },
})
const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
const cloud = createEc2Cloud(
  { region, endpoint, credentials: { accessKeyId, secretAccessKey }, isSandbox: true },
  { clock, pollScale: 1, timeoutScale: 1, pacing: buckets ? 'always' : 'when-refused' },
)
const parsed = parseStack({ file: 'stack.yaml', text })
if (!parsed.ok) throw new Error(parsed.diagnostics[0].message)
const { spec } = parsed
const keys = createLocalKeys({
  stack: spec.stack,
  keyPairs: spec.keyPairs,
  baseDirectory: directory,
  directory: join(directory, 'keys'),
})
const ports = { cloud, keys, hosts: createHosts({ clock }), sync: createSync({ baseDirectory: directory }) }
const live = await observeStack(spec, ports, { hosts: true, hostsImpossible: 'the bench has no hosts' })
const plan = makePlan(spec, live, { run: 'bench' })
const startedAt = clock.now()
const result = await applyPlan(plan, ports, { run: 'bench', clock, stepsMax })
const seconds = (clock.now() - startedAt) / 1000
if (result.status !== 'converged') throw new Error(`the apply ended ${result.status}`)
const requests = sandbox.requests()
process.stdout.write(
  JSON.stringify({
    seconds,
    steps: plan.steps.length,
    calls: requests.length,
    refused: requests.filter(({ errorCode }) => errorCode === 'RequestLimitExceeded').length,
    failed: result.outcomes.filter(({ outcome }) => outcome.kind === 'failed').length,
  }),
)
cloud.close()
await ports.sync.close()
await sandbox.close()
rmSync(directory, { recursive: true, force: true })
process.exit(0)
