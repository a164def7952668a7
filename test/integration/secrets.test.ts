import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSnapshotsCommand,
  DescribeTagsCommand,
  DescribeVolumesCommand,
} from '@aws-sdk/client-ec2'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommandOptions } from '../support/evenkeel.js'
import { expectExit, noHostsBecause, startSandboxWorld, type SandboxWorld } from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

/** A different one for each place and way, so that a find tells where it came from. */
const planted = {
  setup: `planted-setup-'"$7c1f`,
  'user-data': 'planted-user-data-90ab',
  change: 'planted-change-55de',
  health: 'planted-health-31fe',
  parameter: 'planted-parameter-8841',
  file: 'planted-file-a0\nsecond-line-of-the-file-b1',
  pin: '4711',
} as const

const variables = Object.keys(planted)
  .map(
    (name) => `  ${name}: { sensitive: true${name === 'parameter' ? ', valueFrom: { ssm: /test/parameter }' : ''} }\n`,
  )
  .join('')

const stack = `evenkeel: 1
stack: planted
target: sandbox
variables:
${variables}servers:
  web:
    count: 1
    image: ${image}
    type: t3.small
    userData: |
      #!/bin/sh
      echo "\${var.user-data}" > /root/told
    setup:
      - |
        # \${var.setup}
        printf '%s\\n' "\${var.file}" "\${var.parameter}"
        printf '%s\\n' "\${var.file}" "\${var.parameter}" >&2
        test -e /tmp/fixed
      - 'test \${var.pin} -gt 0'
sync:
  site:
    from: ./site/
    to: 'web[*]:/tmp/site/'
    onChange: 'echo "\${var.change}" > /tmp/changed; echo "\${var.change}"'
    rolling: { health: 'echo "\${var.health}"; test -n "\${var.health}" && test -e /tmp/changed', timeout: 5s }
`

describe.skipIf(noHostsBecause !== undefined)(`secrets${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld
  const said: string[] = []
  const ran: string[] = []
  const inherited: string[] = []
  let watching: NodeJS.Timeout | undefined
  const environment = {
    EVENKEEL_VAR_setup: planted.setup,
    EVENKEEL_VAR_user_data: planted['user-data'],
    EVENKEEL_VAR_change: planted.change,
    EVENKEEL_VAR_health: planted.health,
    EVENKEEL_VAR_pin: planted.pin,
    // A secret that the environment has for somebody else's stack.
    EVENKEEL_VAR_other: 'planted-other-1234',
  }

  beforeAll(async () => {
    world = await startSandboxWorld('secrets')
    const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = world.credentials
    const ssm = new SSMClient({
      endpoint: world.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId, secretAccessKey },
    })
    await ssm.send(new PutParameterCommand({ Name: '/test/parameter', Value: planted.parameter, Type: 'SecureString' }))
    ssm.destroy()
    world.write({ 'planted.yaml': stack, 'site/index.html': 'x', 'elsewhere/file-secret': `${planted.file}\n` })
    // What runs anywhere on this machine, the sandbox's servers included; this test's own process holds the values itself.
    watching = setInterval(() => {
      ran.push(...ofProcesses('cmdline'))
      inherited.push(...ofProcesses('environ').filter((text) => text.includes('planted-')))
    }, 40)
  })
  afterAll(async () => {
    clearInterval(watching)
    await world?.remove()
  })

  const file = ['--var', 'file=@elsewhere/file-secret']
  const run = async (args: readonly string[], exitCode = 0, options: CommandOptions = {}) => {
    const env = { ...environment, ...options.env }
    // What applies is a process of its own, with arguments that can be looked at; the rest shares one, and is sooner done.
    const result = await expectExit(world.run(args, { asGroup: args[0] === 'apply', ...options, env }), exitCode)
    said.push(result.stdout, result.stderr)
    return result
  }

  it('are shown in no form of a plan', async () => {
    const { stdout } = await run(['plan', 'planted.yaml', ...file])
    expect(stdout).toContain('(sensitive)')
    expect(stdout).toContain('PLAN_USER_DATA_READABLE')
    for (const form of ['--json', '--markdown', '--verbose']) await run(['plan', 'planted.yaml', ...file, form])
    await run(['plan', 'planted.yaml', ...file, '--out', 'plan.json'])
  })

  it('are asked for where a plan needs them, and nowhere else', async () => {
    const none = Object.fromEntries(Object.keys(environment).map((name) => [name, undefined]))
    await run(['validate', 'planted.yaml'], 0, { env: none })
    await run(['show', 'planted.yaml'], 0, { env: none })
    await run(['drift', 'planted.yaml'], 3, { env: none })
    const { stderr } = await run(['plan', 'planted.yaml', ...file], 1, { env: { EVENKEEL_VAR_setup: undefined } })
    expect(stderr).toMatch(/^planted\.yaml:5:3 {2}error SPEC_VARIABLE_MISSING/m)
    const spoken = await run(['plan', 'planted.yaml', '--var', 'change=harmless'], 1)
    expect(spoken.stderr).toContain('SPEC_SENSITIVE_SPOKEN')
  })

  it('are needed again, and the same, for a saved plan', async () => {
    const missing = await run(['apply', 'plan.json', '--yes', ...file], 5, { env: { EVENKEEL_VAR_change: undefined } })
    expect(missing.stderr).toContain('`change`')
    const changed = { EVENKEEL_VAR_health: `${planted.health}x` }
    const differing = await run(['apply', 'plan.json', '--yes', ...file], 5, { env: changed })
    expect(differing.stderr).toMatch(/`health` differs/)
  })

  it('are shown by no command that fails, on either side', async () => {
    const { stdout, stderr } = await run(['apply', 'plan.json', '--yes', ...file], 1)
    expect(stdout + stderr).toContain('HOST_COMMAND_FAILED')
    expect(stdout + stderr).toContain('(sensitive)')
    await run(['apply', 'planted.yaml', '--yes', '--verbose', ...file], 1, { env: { EVENKEEL_DEBUG: '1' } })
    await run(['apply', 'planted.yaml', '--yes', '--json', ...file], 1)
  })

  it('reach the commands that they are for', async () => {
    await run(['exec', '-f', 'planted.yaml', 'server.web[0]', '--', 'touch', '/tmp/fixed'])
    await run(['apply', 'planted.yaml', '--yes', '--json', ...file])
    // What `exec` prints is what was asked for, and so is no part of what is looked at.
    const exec = (path: string) =>
      expectExit(world.run(['exec', '-f', 'planted.yaml', 'server.web[0]', '--', 'sudo', 'cat', path]), 0)
    expect((await exec('/tmp/changed')).stdout).toBe(`${planted.change}\n`)
    expect((await exec('/root/told')).stdout).toBe(`${planted['user-data']}\n`)
  })

  it('are known again by name, so that a plan is empty with another value', async () => {
    const other = { EVENKEEL_VAR_setup: 'planted-rotated-77' }
    await run(['plan', 'planted.yaml', ...file, '--detailed-exitcode'], 0, { env: other })
    await run(['drift', 'planted.yaml', '--json'])
    world.write({
      'planted.yaml': stack.replace('  pin: { sensitive: true }', '  pin: { sensitive: true, version: 2 }'),
    })
    const { stdout } = await run(['plan', 'planted.yaml', ...file, '--detailed-exitcode'], 2)
    expect(stdout).toContain('setup')
    await run(['apply', 'planted.yaml', '--yes', ...file])
    for (const form of [[], ['--json']]) await run(['show', 'planted.yaml', ...form])
  })

  it('are not in EC2, but for user data', async () => {
    const { client } = world
    const { Reservations = [] } = await client.send(new DescribeInstancesCommand({}))
    const [{ InstanceId } = {}] = Reservations.flatMap(({ Instances = [] }) => Instances)
    const { UserData } = await client.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'userData' }))
    expect(Buffer.from(UserData?.Value ?? '', 'base64').toString()).toContain(planted['user-data'])
    const { LaunchTemplateVersions = [] } = await client.send(
      new DescribeLaunchTemplateVersionsCommand({ Versions: ['$Latest'] }),
    )
    const ledgers = LaunchTemplateVersions.map(({ LaunchTemplateData }) =>
      Buffer.from(LaunchTemplateData?.UserData ?? '', 'base64').toString('latin1'),
    )
    const described = [
      Reservations,
      await client.send(new DescribeTagsCommand({})),
      await client.send(new DescribeVolumesCommand({})),
      await client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] })),
      LaunchTemplateVersions,
      ledgers,
    ]
    expect(found(described.map((answer) => JSON.stringify(answer)).join('\n'))).toEqual([])
  })

  it('are in nothing that a life leaves behind', async () => {
    await run(['destroy', 'planted.yaml', '--yes'])
    expect(said.length).toBeGreaterThan(30)
    expect(found(said.join('\n'))).toEqual([])
    const given = join(world.directory, 'elsewhere')
    // The sandbox stands for EC2 and the servers, which were given the values; its log of requests is another thing.
    const cloud = join(world.directory, 'sandbox')
    const left = filesBelow(world.directory, [given, cloud])
    expect(left.map((path) => path.slice(world.directory.length))).toContain('/plan.json')
    for (const path of left) expect({ path, found: found(readFileSync(path, 'latin1')) }).toEqual({ path, found: [] })
    for (const path of left.filter((one) => /plan\.json|\/state\//.test(one))) {
      expect({ path, open: statSync(path).mode & 0o077 }).toEqual({ path, open: 0 })
    }
    const logs = readdirSync(cloud).filter((name) => /\.(?:log|jsonl)$/.test(name))
    expect(logs.length).toBeGreaterThan(0)
    for (const name of logs) {
      expect({ name, found: found(readFileSync(join(cloud, name), 'latin1')) }).toEqual({ name, found: [] })
    }
  })

  it("are in no process's arguments", () => {
    // What is looked for can be found: the command line itself was seen.
    expect(ran.some((line) => line.includes('plan.json'))).toBe(true)
    expect(ran.some((line) => /sh\0-s/.test(line))).toBe(true)
    expect(found(ran.join('\n'))).toEqual([])
  })

  it("are in no process's environment, but for that of evenkeel itself", () => {
    expect(found(inherited.join('\n'))).toEqual([])
  })
})

/** Which of the values, or lines of them, stand in a text. Of the short one only words of its own count: figures have its digits. */
function found(text: string): readonly string[] {
  const values = [
    ...Object.values(planted).filter((value) => value !== planted.pin),
    'planted-other-1234',
    'planted-rotated-77',
  ]
  const parts = values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1), ...value.split('\n')])
  const foundParts = [...new Set(parts)].filter((part) => text.includes(part))
  const short = new RegExp(`(?<![\\w.:-])test ${planted.pin}`).test(text) ? [planted.pin] : []
  return [...foundParts, ...short]
}

function filesBelow(directory: string, without: readonly string[]): readonly string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    if (without.includes(path)) return []
    if (entry.isDirectory()) return filesBelow(path, without)
    return entry.isFile() ? [path] : []
  })
}

/** What runs on this machine; for environments, without the command line itself, which was given the values in its own. */
function ofProcesses(what: 'cmdline' | 'environ'): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const text = readFileSync(`/proc/${pid}/${what}`, 'latin1')
        const isOurs = what === 'environ' && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('cli/main.js')
        return isOurs ? [] : text
      } catch {
        return []
      }
    })
}
