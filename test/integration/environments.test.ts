import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../support/source-tree.js'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'

const stacks = ['staging.stack.yaml', 'production.stack.yaml'] as const
const [staging, production] = stacks

describe.skipIf(noHostsBecause !== undefined)(`environments${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld
  let commit: string

  beforeAll(async () => {
    world = await startSandboxWorld('environments')
    cpSync(join(root, 'examples/environments'), world.directory, { recursive: true })
    commit = commitAll()
    await Promise.all(stacks.map((name) => expectSuccess(world.run(['apply', name, '--yes']))))
  })
  afterAll(() => world?.remove())

  it('are each as their two files say, and record the commit of both', async () => {
    for (const name of stacks) {
      const plan = await expectSuccess(world.run(['plan', name, '--detailed-exitcode']))
      expect(plan.stdout).toContain(`, revision ${commit.slice(0, 12)}\nfrom ${name} with base.yaml\n`)
      expect(plan.stdout).toMatch(/^No changes/m)
      await expectSuccess(world.run(['drift', name]))
    }
    const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({}))
    const tags = Volumes.map((volume) => Object.fromEntries((volume.Tags ?? []).map(({ Key, Value }) => [Key, Value])))
    const data = tags.filter((one) => one['evenkeel:address'] === 'volume.data')
    expect(data.map((one) => one['evenkeel:revision'])).toEqual([commit, commit])
    expect(data.map(({ environment, service }) => `${service} ${environment}`).sort()).toEqual([
      'site production',
      'site staging',
    ])
  })

  it('differ in what their files say, and share what the base says', async () => {
    const servers = await Promise.all(
      stacks.map(async (name) => {
        const { stdout } = await expectSuccess(world.run(['show', name, '--json', '--no-hosts']))
        const shown = JSON.parse(stdout) as { servers: { address: string; type: string }[] }
        return shown.servers.map(({ address, type }) => `${address} ${type}`).sort()
      }),
    )
    expect(servers).toEqual([
      ['server.web t3.micro', 'server.worker[0] t3.micro'],
      ['server.web t3.small', 'server.worker[0] t3.micro', 'server.worker[1] t3.micro'],
    ])
    for (const name of stacks) {
      const page = await expectSuccess(
        world.run(['exec', '-f', name, 'web', '--', 'cat', '/srv/site/pages/index.html']),
      )
      expect(page.stdout).toBe(readFileSync(join(root, 'examples/environments/site/index.html'), 'utf8'))
    }
  })

  it('are told in `validate` and in Markdown with the files that were read', async () => {
    const { stdout } = await expectSuccess(world.run(['validate', production]))
    expect(stdout).toBe(
      'production.stack.yaml: the stack site-production is valid (3 servers, 1 volume, 1 sync rule). Read with it: base.yaml.\n',
    )
    const markdown = await expectSuccess(world.run(['plan', staging, '--markdown']))
    expect(markdown.stdout).toContain('from staging.stack.yaml with base.yaml.')
    const alone = await expectExit(world.run(['validate', 'base.yaml']), 1)
    expect(alone.stderr).toContain('a file that others extend is checked by way of those')
  })

  it('a line that moves from one of them into the base changes nothing there', async () => {
    const moved = {
      'base.yaml': text('base.yaml').replace('tags: {', 'tags: { environment: staging,'),
      [staging]: text(staging).replace('tags: { environment: staging }', ''),
    }
    await withFiles(moved, async () => {
      await expectSuccess(world.run(['plan', staging, '--detailed-exitcode']))
      await expectSuccess(world.run(['plan', production, '--detailed-exitcode']))
    })
    await withFiles({ 'base.yaml': text('base.yaml').replaceAll('\n', '\r\n') }, async () => {
      await expectSuccess(world.run(['plan', staging, '--detailed-exitcode']))
    })
  })

  it('what changes in the base is pending in both, and makes a saved plan stale', async () => {
    await expectSuccess(world.run(['plan', production, '--out', 'plan.json']))
    await withFiles({ 'base.yaml': `${text('base.yaml')}# a remark\n` }, async () => {
      await expectSuccess(world.run(['apply', 'plan.json', '--yes']))
    })
    await withFiles({ 'base.yaml': text('base.yaml').replace('team: web', 'team: pages') }, async () => {
      for (const name of stacks) await expectExit(world.run(['drift', name]), 3)
      const stale = await expectExit(world.run(['apply', 'plan.json', '--yes']), 5)
      expect(stale.stderr).toMatch(/in the stack file, server\.web: tags\.team "?web"? -> "?pages/)
    })
    await expectExit(world.run(['plan', production, '--out', 'base.yaml']), 1)
    expect(text('base.yaml')).toContain('team: web')
  })

  it('take variables from one file for all, and from the environment', async () => {
    world.write({ 'release.yaml': 'release: "2"\nregistry: example.net\n', 'slip.yaml': 'relaese: "3"\n' })
    for (const name of stacks) {
      const plan = await expectSuccess(world.run(['plan', name, '--var-file', 'release.yaml']))
      expect(plan.stdout).toContain("'release %s\\n' '2'")
      expect(plan.stderr).toBe('')
    }
    const slip = await expectSuccess(world.run(['plan', staging, '--var-file', 'slip.yaml', '--detailed-exitcode']))
    expect(slip.stderr).toBe('slip.yaml: the stack file declares no variable `relaese`: did you mean `release`?\n')
    const given = await expectSuccess(world.run(['plan', staging], { env: { EVENKEEL_VAR_release: '4' } }))
    expect(given.stdout).toContain("'release %s\\n' '4'")
    const unknown = await expectExit(world.run(['plan', staging, '--var', 'relaese=3']), 1)
    expect(unknown.stderr).toContain('SPEC_UNKNOWN_VARIABLE')
  })

  it('a checkpoint of production comes to staging, byte by byte', async () => {
    const on = (file: string, ...command: string[]) => world.run(['exec', '-f', file, 'web', '--', ...command])
    const fill = (file: string, word: string) =>
      expectSuccess(on(file, 'sh', '-c', `echo ${word} | sudo tee /srv/site/orders`))
    await fill(production, 'real')
    await fill(staging, 'tried')
    await expectSuccess(world.run(['checkpoint', 'before-release', production, '--yes']))
    await fill(production, 'later')
    await expectSuccess(world.run(['apply', staging, '--checkpoint', 'site-production/before-release', '--yes']))
    expect((await expectSuccess(on(staging, 'cat', '/srv/site/orders'))).stdout).toBe('real\n')
    expect((await expectSuccess(on(production, 'cat', '/srv/site/orders'))).stdout).toBe('later\n')
    await expectSuccess(world.run(['plan', staging, '--detailed-exitcode']))
  })

  it('what cannot be planned is told in the file that says it', async () => {
    await withFiles({ 'base.yaml': text('base.yaml').replaceAll('t3.micro', 't3.colossal') }, async () => {
      const plan = await expectExit(world.run(['plan', staging]), 1)
      expect(plan.stdout).toMatch(/\n {2}base\.yaml:\d+:\d+\n/)
    })
  })

  const text = (name: string) => readFileSync(join(world.directory, name), 'utf8')

  /** Runs with these files in place of what stands there. */
  async function withFiles(files: Readonly<Record<string, string>>, work: () => Promise<void>): Promise<void> {
    const before = Object.keys(files).map((name) => [name, text(name)] as const)
    for (const [name, changed] of Object.entries(files)) expect(changed).not.toBe(text(name))
    world.write(files)
    try {
      await work()
    } finally {
      for (const [name, original] of before) writeFileSync(join(world.directory, name), original)
    }
  }

  function commitAll(): string {
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', world.directory, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args]).toString()
    git('init', '--quiet')
    git('add', '*.yaml', 'site')
    git('commit', '--quiet', '--message', 'environments')
    return git('rev-parse', 'HEAD').trim()
  }
})
