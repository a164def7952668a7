import { join } from 'node:path'
import { DescribeVolumesCommand } from '@aws-sdk/client-ec2'
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

/** Grows for ever, which EC2 lets a volume do only so often; from then on each apply of it is partial. */
let size = 1
const zone = 'us-east-1a'
const coolingDown = 'EC2_COOLING_DOWN'

async function carried(kind: 'plan' | 'apply', plan?: string) {
  const stack = { ...plainStack('partial'), file: join(world.directory, 'partial.stack.yaml') }
  const options = { plansFolder: join(world.directory, 'plans'), sandboxDir: join(world.directory, 'sandbox') }
  return carryOutJob(newJob(stack, { fleet: 'test', round: 'r', kind, plan }), stack, options)
}

async function plannedAndApplied(text: string) {
  world.write({ 'partial.stack.yaml': text })
  const { plan } = await carried('plan')
  return { ...(await carried('apply', plan)), plan }
}

async function volumesOf(name: string) {
  const Filters = [{ Name: 'tag:evenkeel:address', Values: [`volume.${name}`] }]
  const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({ Filters }))
  return Volumes.map(({ VolumeId: id, Size: gib = 0 }) => ({ id, gib }))
}

it('a plan that was carried out says so when it is asked for again, and what there is to do since then', async () => {
  const { plan, words, changedBy } = await plannedAndApplied(textOf(size))
  expect(words).toBe('applied: 1 to create')
  // Whoever takes it over tells of it, too: the one that did it may have died before it could.
  expect(plan?.endsWith(`-${changedBy}`)).toBe(true)
  const asBefore = { state: 'in-sync', words: 'applied before', exitCode: 0, changedBy }
  expect(await carried('apply', plan)).toMatchObject(asBefore)
  size += 1
  world.write({ 'partial.stack.yaml': textOf(size) })
  const again = await carried('apply', plan)
  expect(again).toMatchObject({ state: 'pending', words: 'applied before; now: 1 to update', exitCode: 1 })
})

it('what is applied at once and was done by a worker that died then says so, to whoever takes it over', async () => {
  const stack = {
    ...plainStack('at-once', { apply: 'at-once' }),
    file: join(world.write({ 'at-once.stack.yaml': textOf(1).replace('partial', 'at-once') }), 'at-once.stack.yaml'),
  }
  const options = { plansFolder: join(world.directory, 'plans'), sandboxDir: join(world.directory, 'sandbox') }
  const job = newJob(stack, { fleet: 'test', round: 'r', kind: 'apply' })
  const again = newJob(stack, { fleet: 'test', round: 'r', kind: 'apply' })
  expect(await carryOutJob(job, stack, options)).toMatchObject({ words: 'applied: 1 to create', changedBy: job.run })
  expect(await carryOutJob(job, stack, options)).toMatchObject({ words: 'applied before', changedBy: job.run })
  const nothing = await carryOutJob(again, stack, options)
  expect([nothing.words, nothing.changedBy]).toEqual(['no changes', undefined])
})

it('a plan of which some steps failed is gone on with when it is carried out again, as after a report that was lost', async () => {
  let last = await plannedAndApplied(textOf(size))
  for (; last.errorCode !== coolingDown && size < 20; size += 1) {
    last = await plannedAndApplied(textOf(size, `  more${size}: { size: 1, zone: ${zone} }\n`))
  }
  expect(last.errorCode).toBe(coolingDown)
  const again = await carried('apply', last.plan)
  expect(again.errorCode === coolingDown || again.state === 'in-sync' ? '' : again.text).toBe('')
})

it('a plan that a later run has come after is stale, though its own run was partial and the file is as it was', async () => {
  const scratch = `  scratch: { size: 1, zone: ${zone}, onRemove: delete }\n`
  await plannedAndApplied(textOf(size + 10, scratch))
  const removing = await plannedAndApplied(textOf(size + 10))
  expect(removing.errorCode).toBe(coolingDown)
  const before = await volumesOf('scratch')
  // By others, with a file that asks for no growth.
  const [data] = await volumesOf('data')
  await plannedAndApplied(textOf(data?.gib ?? 0))
  await plannedAndApplied(textOf(data?.gib ?? 0, scratch))
  const made = await volumesOf('scratch')
  expect(made).toHaveLength(1)
  expect(made).not.toEqual(before)
  world.write({ 'partial.stack.yaml': textOf(size + 10) })
  // What it was to lose is gone; this is another, whose bytes nobody has given up.
  expect((await carried('apply', removing.plan)).errorCode).toBe('PLAN_STALE')
  expect(await volumesOf('scratch')).toEqual(made)
})
