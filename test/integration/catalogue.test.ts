import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { oneTimeCode } from '../../src/sandbox/sts/one-time-code.js'
import { cleanEnvironment, mainPath } from '../support/evenkeel.js'
import { onTerminal } from '../support/pseudo-terminal.js'
import { validatorOf, type SchemaName } from '../support/schemas.js'
import { expectExit, expectSuccess, startSandboxWorld, type SandboxWorld } from '../support/sandbox-world.js'

describe('what EC2 has on offer', () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('catalogue', ['--hosts', 'none'])
  })
  afterAll(() => world?.remove())

  const text = async (...args: readonly string[]) =>
    (await expectSuccess(world.run([...args, '--target', 'sandbox']))).stdout
  /** What is printed as JSON fits its schema. */
  const json = async (schema: SchemaName, ...args: readonly string[]) => {
    const printed = JSON.parse(await text(...args, '--json')) as Readonly<Record<string, unknown>>
    const validate = validatorOf(schema)
    validate(printed)
    expect(validate.errors).toBeNull()
    return printed
  }

  it('images of an owner come newest first, and as a stack file names them', async () => {
    const shown = await text('images', 'find', 'debian-12-*', '--owner', '136693071363', '--arch', 'x86_64')
    expect(shown).toMatch(/^NAME +ARCHITECTURE +CREATED +ROOT DISK +OWNER +ID\ndebian-12-amd64-/)
    expect(shown).toContain('  image: { owner: "136693071363", name: "debian-12-*", architecture: x86_64 }')
    const { images } = await json('images', 'images', 'find', '--owner', '136693071363')
    const created = (images as readonly { readonly createdAt: string }[]).map(({ createdAt }) => createdAt)
    expect(created.length).toBeGreaterThan(2)
    expect(created).toEqual([...created].sort().reverse())
    expect(await text('images', 'find')).toMatch(/^There is no image of your own account\./)
  })

  it('images are found by the parameters that lead to them', async () => {
    const found = await json('images', 'images', 'find', '--ssm', '/aws/service/debian', '--arch', 'arm64')
    expect(found['images']).not.toEqual([])
    for (const { architecture, image } of found['images'] as readonly {
      readonly architecture: string
      readonly image: { readonly ssm: string }
    }[]) {
      expect(architecture).toBe('arm64')
      expect(image.ssm).toMatch(/^\/aws\/service\/debian\//)
    }
    const both = await expectExit(world.run(['images', 'find', 'x', '--ssm', '/aws/service', '--target', 'sandbox']), 1)
    expect(both.stderr).toContain('[USAGE]')
  })

  it('types are found by what they have at least, with the zones that offer them', async () => {
    const { types } = await json('types', 'types', 'find', '--vcpu', '2', '--memory', '8', '--arch', 'arm64')
    const found = types as readonly { readonly vcpus: number; readonly memoryMiB: number; readonly zones: string[] }[]
    expect(found.length).toBeGreaterThan(0)
    expect(found.every(({ vcpus, memoryMiB, zones }) => vcpus >= 2 && memoryMiB >= 8192 && zones.length > 0)).toBe(true)
    const sixteen = ['types', 'find', '--vcpu', '4', '--memory', '16', '--arch', 'arm64']
    expect(await text(...sixteen)).toMatch(/^m7g\.xlarge +4 +16 GiB +arm64 /m)
    expect(await text('types', 'find', 't3.small')).toMatch(/^t3\.small +2 +2 GiB +x86_64 .* us-east-1a us-east-1b/m)
    expect(await text('types', 'find', '--vcpu', '=1000')).toBe('No type that is offered there is like that.\n')
    expect((await expectExit(world.run(['types', 'find', '--vcpu', 'many']), 1)).stderr).toContain('number-number')
  })

  it('a role that asks for a code gets it from the environment, and the run ends at once where there is none', async () => {
    const { endpoint } = world
    const { accessKeyId, secretAccessKey } = await world.client.config.credentials()
    const device = { serial: 'arn:aws:iam::123456789012:mfa/operator', secret: 'JBSWY3DPEHPK3PXP' }
    const body = JSON.stringify({ operator: { mfa: device } })
    expect((await fetch(`${endpoint}/_evenkeel/roles`, { method: 'PUT', body })).status).toBe(200)
    world.write({
      config: `[profile base]
aws_access_key_id = ${accessKeyId}
aws_secret_access_key = ${secretAccessKey}
[profile operator]
role_arn = arn:aws:iam::123456789012:role/operator
source_profile = base
mfa_serial = ${device.serial}
region = us-east-1
`,
    })
    const words = ['regions', '--profile', 'operator']
    const env = { AWS_CONFIG_FILE: join(world.directory, 'config'), AWS_ENDPOINT_URL: endpoint }
    const regions = (more: Readonly<Record<string, string>>) => world.run(words, { env: { ...env, ...more } })
    const refused = await expectExit(regions({}), 1)
    expect(refused.stderr).toContain('[EC2_CODE_NEEDED]')
    for (const key of ['\u0004', '\u0003']) {
      const terminal = { cwd: world.directory, env: cleanEnvironment({ ...world.env, ...env }) }
      const asked = await onTerminal([process.execPath, mainPath, ...words], terminal, [['One-time code of', key]])
      expect(asked).toMatchObject({ exitCode: 130, text: expect.stringContaining('interrupted at the question') })
    }
    const code = oneTimeCode(device.secret, Date.now())
    expect((await expectSuccess(regions({ EVENKEEL_MFA_CODE: code }))).stdout).toContain('us-east-1')
  })

  it('zones and regions say whether the account has opted into them', async () => {
    const { zones } = await json('zones', 'zones')
    expect(zones).toContainEqual(expect.objectContaining({ name: 'us-east-1a', optIn: 'opt-in-not-required' }))
    expect(zones).toContainEqual(expect.objectContaining({ type: 'local-zone', optIn: 'not-opted-in' }))
    expect(await text('zones')).toMatch(/^us-east-1a +use1-az\d +availability-zone +available +opt-in-not-required/m)
    const { region, regions } = await json('regions', 'regions')
    expect(region).toBe('us-east-1')
    expect((regions as readonly unknown[]).length).toBeGreaterThan(2)
    expect(await text('regions')).toMatch(
      /^us-east-1 +opt-in-not-required +ec2\.us-east-1\.amazonaws\.com +asked here$/m,
    )
  })
})
