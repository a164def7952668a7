import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runEvenkeel, temporaryDirectory, type CommandResult } from '../support/evenkeel.js'
import { validatorOf } from '../support/schemas.js'

const base = `evenkeel: 1
variables:
  type: { type: string, default: t3.small }
keyPairs:
  deploy: { publicKey: ../keys/deploy.pub }
servers:
  web:
    count: 3
    image: ami-0123456789abcdef0
    type: "\${var.type}"
    zone: us-east-1a
    userData: |
      top secret line
volumes:
  music: { zone: us-east-1a, size: 10, fstype: raw }
  old: { zone: us-east-1a, size: 1, fstype: raw, onRemove: delete }
`
const file = 'envs/prod [1].stack.yaml'

describe('evenkeel diff', () => {
  const { path: root, remove } = temporaryDirectory('diff')
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: root, stdio: 'pipe' })
  const write = (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), text)
    }
  }
  const commit = (tag: string) => {
    git('add', '-A')
    git('commit', '-qm', tag)
    git('tag', tag)
  }
  const diff = (...args: readonly string[]): Promise<CommandResult> => runEvenkeel(['diff', ...args], { cwd: root })

  beforeAll(() => {
    git('init', '-q', '.')
    write({ README: 'nothing yet' })
    commit('v0')
    write({
      'envs/base.yaml': base,
      [file]: 'evenkeel: 1\nstack: prod\ntarget: { region: us-east-1 }\nextends: ./base.yaml\n',
      'keys/deploy.pub': 'ssh-ed25519 AAAA one\n',
    })
    commit('v1')
    write({
      'envs/base.yaml': base
        .replace('t3.small', 't3.large')
        .replace('top secret', 'other secret')
        .replace(/ {2}old:.*\n/, '')
        .replace('size: 10', 'size: 5'),
      'keys/deploy.pub': 'ssh-ed25519 AAAA two\n',
    })
    commit('v2')
    write({ 'envs/base.yaml': 'evenkeel: 1\nsevers: {}\n' })
    commit('broken')
    git('checkout', '-q', 'v2', '--', '.')
    write({ [file]: 'evenkeel: 1\nstack: prod\ntarget: sandbox\nextends: ./base.yaml\n' })
  })
  afterAll(remove)

  it('tells what a commit changed, with its bases and the files that it names, and what that would do', async () => {
    const { stdout, stderr, exitCode } = await diff('v1', 'v2', file)
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
    expect(stdout.replaceAll(/sha256 \w{12}/g, 'sha256 …')).toBe(`prod: ${file} in v1 -> v2

  - volume.old  (DATA LOSS)

  -/+ keyPair.deploy
      contents  ${contentsAt('v1')} -> ${contentsAt('v2')}  # replacement

  ~ server.web[0..2]  (restart)
      type      t3.small -> t3.large  # restart: the type changes while the server is stopped
      userData  1 line, sha256 … -> 1 line, sha256 …  # left as it is: the first boot is over (onUserDataChange: ignore)

  ~ volume.music  # refused: a volume never shrinks
      size  10 GiB -> 5 GiB  # refused: a volume never shrinks

0 to create, 4 to update, 1 to replace, 1 to remove; 1 refused.
`)
    expect(stdout).not.toContain('secret')
    expect((await diff('v1', 'v1', file)).stdout).toContain('Nothing differs.')
  })

  const contentsAt = (revision: string) =>
    `git ${git('rev-parse', `${revision}:keys/deploy.pub`).toString().slice(0, 12)}`

  it('takes variables for both, and prints data as its schema says', async () => {
    const { stdout } = await diff('v1', 'v2', file, '--var', 'type=t3.nano', '--json')
    const printed = JSON.parse(stdout) as { changes: { address: string }[]; summary: object }
    const validate = validatorOf('diff')
    validate(printed)
    expect(validate.errors).toBeNull()
    expect(printed.summary).toEqual({ create: 0, update: 1, replace: 1, remove: 1, none: 3, refused: 1 })
  })

  it('compares with the working tree, where a file is missing, and with another place', async () => {
    const moved = await diff('v2', file)
    expect(moved.stdout).toContain('These are two stacks: prod in us-east-1, then prod in the sandbox.')
    const created = await diff('v0', 'v1', file, '--markdown')
    expect(created.stdout).toMatch(/^<!-- evenkeel:diff stack=prod -->\n/)
    expect(created.stdout).toContain('is not in v0: everything comes or goes.')
    expect(created.stdout).toContain('| create | `server.web[0..2]` | it is new |  |')
    const removed = await diff('v1', 'v0', file)
    expect(removed.stdout).toContain('0 to create, 0 to update, 0 to replace, 7 to remove.')
    const neither = await diff('v0', 'v0', file)
    expect(neither.stderr).toContain('[STACK_FILE_MISSING]')
    expect(neither.exitCode).toBe(1)
  })

  it('names the revision of a mistake', async () => {
    const { stderr, stdout, exitCode } = await diff('broken', 'v2', file)
    expect(stderr).toContain('broken:envs/base.yaml:2:1  error SPEC_UNKNOWN_KEY')
    expect([stdout, exitCode]).toEqual(['', 1])
  })

  it.each([
    ['an option', ['--', '--output=x', file], 'REVISION_UNKNOWN'],
    ['a range', ['v1..v2', file], 'REVISION_UNKNOWN'],
    ['a file of a revision', ['v1:envs', file], 'REVISION_UNKNOWN'],
    ['several lines', ['v1\nv2', file], 'REVISION_UNKNOWN'],
    ['nothing', ['', file], 'REVISION_UNKNOWN'],
    ['what is not there', ['v9', 'v1', file], 'REVISION_UNKNOWN'],
  ])('refuses %s as a revision', async (_what, args, code) => {
    const { stderr, exitCode } = await diff(...args)
    expect(stderr).toContain(`[${code}]`)
    expect(exitCode).toBe(1)
  })

  it('says where there is no repository, and no git', async () => {
    const { path: elsewhere, remove: forget } = temporaryDirectory('no-git')
    writeFileSync(join(elsewhere, 'stack.yaml'), base)
    const outside = await runEvenkeel(['diff', 'HEAD'], { cwd: elsewhere })
    expect(outside.stderr).toContain('[GIT_UNUSABLE]')
    const without = await runEvenkeel(['diff', 'HEAD'], { cwd: elsewhere, env: { PATH: '/nowhere' } })
    expect(without.stderr).toContain('There is no git on this machine. Install it, or set PATH. [GIT_UNUSABLE]')
    forget()
  })

  it('reads a directory that is gone from the working tree', async () => {
    rmSync(join(root, 'envs'), { recursive: true })
    const { stdout } = await diff('v1', file)
    expect(stdout).toContain('is not in the working tree: everything comes or goes.')
  })
})
