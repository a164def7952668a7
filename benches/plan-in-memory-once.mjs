/** Reads and plans one stack against an empty or a full world, and prints what that took as JSON. */
import { createReadStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { makePlan } from '../dist/planner/make-plan.js'
import { parseStack } from '../dist/spec/parse.js'

const { BENCH_FOLDER: folder, BENCH_WORLD: kind } = process.env
const full = await readWorld(join(folder, 'world.jsonl'))
const text = readFileSync(join(folder, 'stack.yaml'), 'utf8')

const beforeParse = performance.now()
const parsed = parseStack({ file: 'stack.yaml', text })
if (!parsed.ok) throw new Error(parsed.diagnostics[0].message)
const { spec } = parsed

const beforePlan = performance.now()
const plan = makePlan(spec, full, { run: 'bench', revision: undefined, updateImages: [] })
const afterPlan = performance.now()
if (!plan.applyable) throw new Error(plan.problems[0].message)

process.stdout.write(
  JSON.stringify({
    parseMs: beforePlan - beforeParse,
    planMs: afterPlan - beforePlan,
    peakRssMiB: process.resourceUsage().maxRSS / 1024,
    changes: plan.changes.filter((change) => change.kind !== 'none').length,
    steps: plan.steps.length,
  }),
)

/** The world of the file, or what of it is there before anything of the stack is. */
async function readWorld(path) {
  const world = { servers: [], volumes: [], hosts: {}, syncs: {} }
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const [what, value] = JSON.parse(line)
    if (what === 'rest') {
      Object.assign(world, value)
      if (kind === 'empty')
        Object.assign(world, { keyPairs: [], securityGroups: [], publicKeys: {}, ledger: undefined })
    } else if (what === 'syncs') world.syncs[value[0]] = value[1]
    else if (kind === 'empty') continue
    else if (what === 'hosts') world.hosts[value[0]] = value[1]
    else world[what].push(value)
  }
  return world
}
