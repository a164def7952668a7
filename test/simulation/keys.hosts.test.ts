import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateOpensshKeyPair } from '../../src/core/openssh-key.js'
import { temporaryDirectory } from '../support/evenkeel.js'
import { noHostsBecause } from '../support/sandbox-world.js'
import { startSimulation, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

describe.skipIf(noHostsBecause !== undefined)(`keys${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: Simulation
  const directory = temporaryDirectory('keys')
  const keyHome = join(directory.path, '.ssh')
  const head = 'evenkeel: 1\nstack: keyed\ntarget: sandbox\n'
  const server = (pair: string) => `servers:\n  web: { image: ${image}, type: t3.small${pair} }\n`
  const generated = `${head}${server('')}`
  const named = (file: string) =>
    `${head}keyPairs: { deploy: { publicKey: ~/.ssh/${file}.pub } }\n${server(', keyPair: deploy')}`

  beforeAll(async () => {
    world = await startSimulation({ hosts: 'linux' })
    // Where people keep their keys: an old one is looked for there when no file names it any more.
    process.env['HOME'] = directory.path
    delete process.env['SSH_AUTH_SOCK']
    mkdirSync(keyHome)
    for (const name of ['one', 'two']) {
      const { privateKey, publicKey } = generateOpensshKeyPair(name)
      writeFileSync(join(keyHome, name), privateKey, { mode: 0o600 })
      writeFileSync(join(keyHome, `${name}.pub`), `${publicKey} ${name}\n`)
    }
  })
  afterAll(async () => {
    await world?.close()
    directory.remove()
  })

  const instances = async () => {
    const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
    return Reservations.flatMap(({ Instances = [] }) => Instances)
      .filter(({ State }) => State?.Name === 'running')
      .map(({ InstanceId }) => InstanceId)
  }
  const expectSettled = async (text: string) => {
    const plan = await world.plan(text)
    expect({
      steps: plan.steps,
      problems: plan.problems,
      complete: plan.complete,
      unreadable: plan.unreadable,
    }).toEqual({
      steps: [],
      problems: [],
      complete: true,
      unreadable: [],
    })
  }

  it('change from a generated to a named pair and to another one in place, also killed anywhere in between', async () => {
    expect((await world.apply(generated)).result.status).toBe('converged')
    const launched = await instances()

    // Killed after each of its calls to EC2 in turn: import, the tags, the old pair's removal.
    let kills = 0
    while (await world.kill(named('one'), 1)) kills += 1
    expect(kills).toBeGreaterThan(1)
    await expectSettled(named('one'))

    expect((await world.apply(named('two'))).result.status).toBe('converged')
    await expectSettled(named('two'))
    expect(await instances()).toEqual(launched)

    const back = await world.apply(generated)
    expect(back.result.status).toBe('converged')
    await expectSettled(generated)
    expect(await instances()).toEqual(launched)
  })

  it('that cannot be proven let nobody in and nobody out', async () => {
    const { publicKey } = generateOpensshKeyPair('of nobody here')
    const text = `${head}keyPairs: { deploy: { publicKey: '${publicKey}' } }\n${server(', keyPair: deploy')}`
    const { result } = await world.apply(text)
    expect(result.outcomes.find(({ stepId }) => stepId === 'authorize-key:server.web')?.outcome).toMatchObject({
      kind: 'failed',
      error: { code: 'HOST_KEY_UNPROVEN' },
    })
    // The old pair is in EC2 still, and its private half where it was: going back needs no other machine.
    const back = await world.apply(generated)
    expect(back.plan.complete).toBe(true)
    expect(back.result.status).toBe('converged')
    await expectSettled(generated)
  })
})
