/** Reads and plans one stack of BENCH_STACK servers, and prints what that took as JSON. */
import { makePlan } from '../dist/planner/make-plan.js'
import { imageKey } from '../dist/model/launch/image.js'
import { parseStack } from '../dist/spec/parse.js'
import { stackOfServers } from './support/stack-text.mjs'

const text = stackOfServers(Number(process.env.BENCH_STACK))

const beforeParse = performance.now()
const parsed = parseStack({ file: 'stack.yaml', text })
if (!parsed.ok) throw new Error(parsed.diagnostics[0].message)
const { spec } = parsed

const beforePlan = performance.now()
const plan = makePlan(spec, emptyWorld(spec), { run: 'bench', revision: undefined, updateImages: [] })
const afterPlan = performance.now()
if (!plan.applyable) throw new Error(plan.problems[0].message)

process.stdout.write(
  JSON.stringify({
    parseMs: beforePlan - beforeParse,
    planMs: afterPlan - beforePlan,
    peakRssMiB: process.resourceUsage().maxRSS / 1024,
    changes: plan.changes.length,
    steps: plan.steps.length,
  }),
)

/** A region in which the stack's image exists, and nothing else. */
function emptyWorld({ stack, servers, target }) {
  const image = {
    id: 'ami-00000000000000001',
    name: 'debian-12-amd64-20261101',
    owner: '136693071363',
    architecture: 'x86_64',
    rootDeviceName: '/dev/xvda',
    rootSizeGiB: 8,
  }
  return {
    stack,
    region: target.region,
    zones: ['us-east-1a', 'us-east-1b'],
    keyPairs: [],
    securityGroups: [],
    servers: [],
    volumes: [],
    snapshots: [],
    images: { [imageKey(servers[0].image)]: image },
    subnets: {},
    ledger: undefined,
    operatorIp: '203.0.113.1',
    publicKeys: {},
    hosts: {},
    syncs: {},
    hostsImpossible: undefined,
    unreadable: [],
  }
}
