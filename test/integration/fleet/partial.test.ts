import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { carryOutJob } from '../../../src/fleet/jobs/carry-out-job.js'
import { newJob } from '../../../src/fleet/jobs/new-job.js'
import { plainStack } from '../../support/fleet/plain-workers.js'
import { startSandboxWorld, type SandboxWorld } from '../../support/sandbox-world.js'

const textOf = (size: number, more = '') => `
evenkeel: 1
stack: partial
target: sandbox
volumes:
  data: { size: ${size}, zone: us-east-1a }
${more}`

let world: SandboxWorld
beforeAll(async () => {
  world = await startSandboxWorld('fleet-partial', ['--hosts', 'none'])
})
afterAll(() => world?.remove())

it('a plan of which some steps failed is gone on with when it is carried out again, as after a report that was lost', async () => {
  const stack = { ...plainStack('partial'), file: join(world.directory, 'partial.stack.yaml') }
  const options = { plansFolder: join(world.directory, 'plans'), sandboxDir: join(world.directory, 'sandbox') }
  const carried = (kind: 'plan' | 'apply', plan?: string) =>
    carryOutJob(newJob(stack, { fleet: 'test', round: 'r', kind, plan }), stack, options)
  let last: { readonly plan: string | undefined; readonly errorCode: string | undefined } | undefined
  // EC2 changes a volume only so often.
  for (let size = 1; last === undefined && size < 20; size += 1) {
    world.write({ 'partial.stack.yaml': textOf(size, `  more${size}: { size: 1, zone: us-east-1a }\n`) })
    const { plan } = await carried('plan')
    const { state, errorCode } = await carried('apply', plan)
    if (state !== 'in-sync') last = { plan, errorCode }
  }
  expect(last?.errorCode).toBe('EC2_COOLING_DOWN')
  const again = await carried('apply', last?.plan)
  expect(again.errorCode === 'EC2_COOLING_DOWN' || again.state === 'in-sync' ? '' : again.text).toBe('')
})
