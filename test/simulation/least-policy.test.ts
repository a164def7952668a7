import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateTagsCommand, type Tag } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { checkpointsOf } from '../../src/model/checkpoint.js'
import { driftOf } from '../../src/model/drift-report.js'
import { policyOf, type PolicyChoice, type PolicyDocument } from '../../src/providers/ec2/permissions/policy.js'
import { parseStack } from '../../src/spec/parse.js'
import { startSimulation, type Simulation } from '../support/simulation.js'
import { root } from '../support/source-tree.js'
import { image } from '../support/stacks.js'

const directory = join(root, 'examples/stacks')
const examples = readdirSync(directory).filter((name) => name.endsWith('.yaml'))

/** A stack with what no example has: every need of the table, and every way to name something foreign. */
const everything = `evenkeel: 1
stack: everything
target: sandbox
servers:
  web: { image: { ssm: /aws/service/debian/release/12/latest/amd64 }, type: t3.small, zone: us-east-1a, elasticIp: true, protect: true }
  old: { image: ${image}, type: t3.small, zone: us-east-1a }
volumes:
  plain: { server: web, size: 1, fstype: raw, encrypted: false, onRemove: delete }
  kept: { size: 1, zone: us-east-1a, snapshots: { every: 1d, keep: { last: 1 } } }
`
const changed = everything
  .replace('size: 1, fstype', 'size: 2, fstype')
  .replace('protect: true', 'protect: false')
  .replace('t3.small, zone: us-east-1a }', 't3.medium, zone: us-east-1a }')
const replaced = changed.replace('us-east-1a }\nvolumes', 'us-east-1b }\nvolumes')

function policyFor(text: string, choice?: PolicyChoice): PolicyDocument {
  const parsed = parseStack({ file: 'stack.yaml', text })
  if (!parsed.ok) throw new Error(parsed.diagnostics.map(({ message }) => message).join('\n'))
  return policyOf(parsed.spec, choice)
}

/** Plans, tells drift and shows as a reader, who may do nothing else. */
async function lookAsReader(world: Simulation, text: string) {
  world.setPolicy(policyFor(text, { readOnly: true }))
  const plan = await world.plan(text)
  return { plan, drift: driftOf(plan), live: await world.observe(text) }
}

/** Carries out, under the whole policy and nothing beyond it; no call of it was refused. */
async function act<Result>(world: Simulation, text: string, work: () => Promise<Result>): Promise<Result> {
  world.setPolicy(policyFor(text))
  let result: Result | undefined
  const requests = await world.requestsDuring(async () => (result = await work()))
  const refused = requests.filter(({ errorCode }) => errorCode === 'UnauthorizedOperation')
  expect(refused.map(({ action, parameters }) => ({ action, parameters }))).toEqual([])
  return result as Result
}

describe.concurrent('under the policy that iam-policy prints', { timeout: 120_000 }, () => {
  it.each([...examples, 'everything'])('%s lives a whole life', async (name) => {
    const text = name === 'everything' ? everything : readFileSync(join(directory, name), 'utf8')
    const world = await startSimulation()
    try {
      await lookAsReader(world, text)
      const first = await act(world, text, () => world.apply(text))
      console.log(name, first.result.status, first.result.outcomes.filter((o: any) => o.kind !== 'done').slice(0, 3), first.plan.problems.slice(0,3))
      const looked = await lookAsReader(world, text)
      console.log(name, looked.drift.status, looked.plan.steps.length)
      const gone = await act(world, text, () => world.destroy(text))
      console.log(name, gone.result.status)
    } finally {
      await world.close()
    }
  })
})
