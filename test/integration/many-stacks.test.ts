import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AuthorizeSecurityGroupIngressCommand, DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2'
import { expectExit, expectSuccess, startSandboxWorld, type SandboxWorld } from '../support/sandbox-world.js'
import { validatorOf } from '../support/schemas.js'

const stackOf = (name: string, more = '') => `evenkeel: 1
stack: ${name}
target: sandbox
variables:
  size: { type: integer, default: 1 }
securityGroups:
  web: { ingress: [{ port: 22, from: 10.0.0.0/8 }] }
volumes:
  data: { zone: us-east-1a, size: "\${var.size}", fstype: raw }
${more}`

interface Reports {
  readonly stacks: readonly {
    file: string
    error: { code: string } | null
    plan?: object
    drift?: { status: string }
  }[]
}

describe('several stacks in one command', () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('many', ['--hosts', 'none'])
    world.write({
      'stacks/calm.stack.yaml': stackOf('calm'),
      'stacks/moved.stack.yaml': stackOf('moved'),
      'stacks/base.yaml': 'nothing of ours',
      'more/pending [2].stack.yaml': stackOf('pending'),
      'vars.yaml': 'size: 1\ncolour: red\n',
    })
    for (const name of ['calm', 'moved'])
      await expectSuccess(world.run(['apply', `stacks/${name}.stack.yaml`, '--yes']))
  })
  afterAll(() => world.remove())

  const reports = async (name: 'plan' | 'drift', exitCode: number, ...words: readonly string[]): Promise<Reports> => {
    const { stdout } = await expectExit(world.run([name, '--json', ...words]), exitCode)
    const parsed = JSON.parse(stdout) as Reports
    const validate = validatorOf('stack-reports')
    validate(parsed)
    expect(validate.errors).toBeNull()
    const inner = validatorOf(name)
    for (const report of parsed.stacks) {
      if (report.error !== null) continue
      inner(report[name])
      expect(inner.errors).toBeNull()
    }
    return parsed
  }

  it('are in sync, pending or drifted together, by the worst of them', async () => {
    expect((await reports('drift', 0, 'stacks')).stacks.map(({ drift }) => drift?.status)).toEqual([
      'in-sync',
      'in-sync',
    ])
    expect(
      (await reports('drift', 3, 'stacks/calm.stack.yaml', 'more')).stacks.map(({ drift }) => drift?.status),
    ).toEqual(['in-sync', 'pending'])
    const Filters = [{ Name: 'tag:evenkeel:stack', Values: ['moved'] }]
    const { SecurityGroups = [] } = await world.client.send(new DescribeSecurityGroupsCommand({ Filters }))
    const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 23, ToPort: 23, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }]
    await world.client.send(
      new AuthorizeSecurityGroupIngressCommand({ GroupId: SecurityGroups[0]?.GroupId ?? '', IpPermissions }),
    )
    await reports('drift', 2, 'more', 'stacks')
    const { stdout } = await expectExit(world.run(['drift', 'more', 'stacks/']), 2)
    expect(stdout).toMatch(/3 stacks:\n.*pending changes: \d pending\n.*calm +in sync\n.*moved +drift: 1 drifted\n$/)
  })

  it('are planned in one report, of which one that cannot be read hides no other', async () => {
    expect((await reports('plan', 0, 'stacks', 'more')).stacks).toHaveLength(3)
    expect((await reports('plan', 2, 'stacks', 'more', '--detailed-exitcode')).stacks).toHaveLength(3)
    world.write({ 'broken/broken.stack.yaml': 'evenkeel: 1\nstack: broken\nsevers: {}\n' })
    const { stacks } = await reports('plan', 1, 'stacks', 'broken', 'nowhere.yaml', '--detailed-exitcode')
    expect(stacks.map(({ error }) => error?.code ?? null)).toEqual([
      null,
      null,
      'SPEC_UNKNOWN_KEY',
      'STACK_FILE_UNREADABLE',
    ])
    const { stdout } = await expectExit(world.run(['plan', 'stacks', 'broken', '--markdown']), 1)
    expect(stdout).toContain('| `stacks/calm.stack.yaml` | calm | no changes |')
    expect(stdout).toContain('## `broken/broken.stack.yaml`')
  })

  it('take one file of variables, of which each takes what it declares', async () => {
    const { stdout } = await expectSuccess(world.run(['validate', 'stacks', 'more', '--var-file', 'vars.yaml']))
    expect(stdout).toContain('3 stacks:')
    const refused = await expectExit(world.run(['validate', 'stacks', 'more', '--var', 'colour=red']), 1)
    expect(refused.stdout.match(/SPEC_UNKNOWN_VARIABLE/g)).toHaveLength(3)
    const mistaken = await expectExit(world.run(['validate', 'stacks', 'broken']), 1)
    expect(mistaken.stdout).toMatch(/calm.stack.yaml +calm +valid/)
    expect(mistaken.stdout).toMatch(/broken.stack.yaml +- +1 mistake in the file/)
  })

  it('stand in one report for programs that know tests or findings, with what went wrong', async () => {
    world.write({ 'broken/broken.stack.yaml': 'evenkeel: 1\nstack: broken\nsevers: {}\n' })
    const words = ['stacks', 'broken', 'nowhere.yaml']
    for (const command of ['plan', 'drift', 'validate']) {
      const junit = await expectExit(world.run([command, '--format', 'junit', ...words]), 1)
      expect(junit.stdout.match(/<testsuite name="[^"]*"/g)).toEqual(
        ['calm', 'moved', 'broken/broken.stack.yaml', 'nowhere.yaml'].map(
          (name, at) => `<testsuite name="${command === 'validate' && at < 2 ? `stacks/${name}.stack.yaml` : name}"`,
        ),
      )
      expect(junit.stdout).toMatch(/<testcase classname="evenkeel\.\w+\.SPEC_UNKNOWN_KEY".* line="3"/)
      expect(junit.stdout).toMatch(/<error type="STACK_FILE_UNREADABLE"/)
      expect(junit.stdout.match(/<\?xml/g)).toHaveLength(1)
      const sarif = await expectExit(world.run([command, '--format', 'sarif', ...words]), 1)
      const { runs } = JSON.parse(sarif.stdout) as { runs: { automationDetails: { id: string }; results: object[] }[] }
      expect(runs).toHaveLength(4)
      expect(new Set(runs.map(({ automationDetails }) => automationDetails.id)).size).toBe(4)
      expect(runs[2]?.results).toMatchObject([{ ruleId: 'SPEC_UNKNOWN_KEY' }])
    }
  })

  it('are not saved or restored together', async () => {
    expect((await expectExit(world.run(['plan', 'stacks', '--out', 'plan.json']), 1)).stderr).toContain('[USAGE]')
    expect((await expectExit(world.run(['plan', 'stacks', '--checkpoint', 'x']), 1)).stderr).toContain('[USAGE]')
  })
})
