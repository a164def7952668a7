import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { validatorOf } from '../support/schemas.js'
import { expectExit, expectSuccess, startSandboxWorld, type SandboxWorld } from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

const stack = `evenkeel: 1
stack: out
target: sandbox
variables: { token: { sensitive: true } }
servers: { web: { count: 2, image: ${image}, type: t3.micro } }
volumes: { data: { size: 1, zone: us-east-1a } }
outputs:
  first: "\${server.web[0].publicIp}"
  all: "\${server.web[*].id}"
  disk: "disk \${volume.data.id}"
  secret: "k-\${var.token}"
`

describe('outputs, against EC2’s half alone', () => {
  let world: SandboxWorld
  const env = { EVENKEEL_VAR_token: 'swordfish-swordfish' }

  beforeAll(async () => {
    world = await startSandboxWorld('outputs', ['--hosts', 'none'])
    world.write({ 'stack.yaml': stack })
  })
  afterAll(() => world?.remove())

  const output = (...words: readonly string[]) => world.run(['output', ...words], { env })

  it('are told as not known before the first apply, and one that is asked for is an error', async () => {
    const { stdout } = await expectSuccess(output())
    expect(stdout).toContain('(not known: server.web[0] is not there)')
    const { stderr, stdout: bare } = await expectExit(output('first'), 1)
    expect(stderr).toContain('OUTPUT_UNKNOWN')
    expect(bare).toBe('')
  })

  it('are shown at the end of an apply, as text and as JSON, and of a sensitive one nothing', async () => {
    const first = await expectSuccess(world.run(['apply', '--yes', '--json'], { env }))
    const result = JSON.parse(first.stdout.trim().split('\n').at(-1) ?? '') as {
      outputs: Record<string, { value: string }>
    }
    const validate = validatorOf('run-events')
    validate(result)
    expect(validate.errors).toBeNull()
    expect(result.outputs).toMatchObject({
      disk: { value: expect.stringMatching(/^disk vol-/) as string },
      secret: { value: null },
    })
    const second = await expectSuccess(world.run(['apply', '--yes'], { env }))
    expect(second.stdout).toContain(`Outputs:\n  all     `)
    expect(second.stdout).toContain('secret  (sensitive)')
    expect(first.stdout + first.stderr + second.stdout + second.stderr).not.toContain('swordfish')
  })

  it('are printed all or one, bare or as JSON', async () => {
    const all = await expectSuccess(output('--json'))
    const document = JSON.parse(all.stdout) as { outputs: Record<string, { value: string | string[] | null }> }
    const validate = validatorOf('output')
    validate(document)
    expect(validate.errors).toBeNull()
    const { first, all: ids, secret } = document.outputs
    expect(secret).toEqual({ value: null, sensitive: true })
    expect((await expectSuccess(output('first'))).stdout).toBe(`${String(first?.value)}\n`)
    expect((await expectSuccess(output('all', '-f', 'stack.yaml'))).stdout.trim().split('\n')).toEqual(ids?.value)
    expect((await expectSuccess(output('secret'))).stdout).toBe('k-swordfish-swordfish\n')
    expect(JSON.parse((await expectSuccess(output('secret', '--json'))).stdout)).toMatchObject({
      outputs: { secret: { value: 'k-swordfish-swordfish', sensitive: true } },
    })
    const { stderr } = await expectExit(output('frist'), 1)
    expect(stderr).toContain('Did you mean `first`?')
  })

  it('need the value of a sensitive variable only where one is asked for that has it in it', async () => {
    await expectSuccess(world.run(['output']))
    const { stderr } = await expectExit(world.run(['output', 'secret']), 1)
    expect(stderr).toContain('SPEC_VARIABLE_MISSING')
  })
})
