import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateTagsCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mainPath } from '../support/evenkeel.js'
import { bot, GitHubStub } from '../support/platform/github-stub.js'
import { jobToken, runAction, type ActionResult, type ActionRun } from '../support/platform/run-action.js'
import { image } from '../support/stacks.js'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'

const stack = `evenkeel: 1
stack: site
target: sandbox
tags: { team: web }
servers:
  web: { image: ${image}, type: t3.micro }
volumes:
  data: { server: web, size: 1, mount: /srv/data }
sync:
  pages: { from: ./pages/, to: volume.data/pages/, checksum: true }
`

/** A policy of main, checked out beside what the pull request says. */
const policy = `checks: 1
rules:
  - name: keep-servers
    message: servers of the site are neither replaced nor removed
    when: change.type == "server" && change.kind in ["replace", "remove"]
`

const marker = '<!-- evenkeel:plan stack=site -->'

/**
 * One change from its branch to its end, in order: each test goes on from where the last one stopped. The platform's API is the stub, the
 * runner is this process; git, the action's scripts, evenkeel, EC2's endpoint and the servers are what they are.
 */
describe.skipIf(noHostsBecause !== undefined)(
  `the life of a change in git${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  () => {
    let world: SandboxWorld
    let platform: GitHubStub
    let bare: string
    let mine: string
    let planFile: string

    beforeAll(async () => {
      world = await startSandboxWorld('git-life')
      platform = await GitHubStub.start()
      bare = join(world.directory, 'site.git')
      git(world.directory, 'init', '--quiet', '--bare', '--initial-branch=main', bare)
      world.write({ 'bin/evenkeel': `#!/bin/sh\nexec '${process.execPath}' '${mainPath}' "$@"\n` })
      execFileSync('chmod', ['+x', join(world.directory, 'bin/evenkeel')])
      mine = clone('mine')
      world.write({ 'mine/stack.yaml': stack, 'mine/policy.yaml': policy, 'mine/pages/index.html': '<p>one</p>\n' })
      push(mine, 'main', 'The site')
      await expectSuccess(world.run(['apply', '--yes'], { cwd: mine }))
      say('main', 'the site is there, as its file says')
    })
    afterAll(async () => {
      await platform?.stop()
      await world?.remove()
    })

    it('a branch is planned in a checkout of its own, and the plan stands in the pull request', async () => {
      git(mine, 'switch', '--quiet', '--create', 'larger')
      edit('size: 1', 'size: 2')
      world.write({ 'mine/pages/index.html': '<p>two</p>\n' })
      push(mine, 'larger', 'More room, and another page')
      say('branch', 'larger: volume.data 1 -> 2 GiB, another page; pushed')

      platform.post('comments', { login: 'mona', body: `${marker}\n\nwhat the bot said of my other change` })
      const run = await plan('larger')
      expectEnd(run, 0, '2')
      const comment = platform.comments.find(({ user }) => user.login === bot)?.body ?? ''
      expect(comment).toMatch(/^<!-- evenkeel:plan stack=site -->\n/)
      expect(comment).toMatch(/\| update \| `volume\.data` \| size: 1/)
      say('plan', `exit ${run.outputs['exit-code']}; comment of ${bot}: ${sumOf(comment)}`)
    })

    it('what the policy of main forbids is told in the same comment, and leaves no plan', async () => {
      edit('web: { image', '# web: { image')
      edit('server: web, size: 2, mount: /srv/data', 'zone: us-east-1a, size: 2')
      edit('servers:\n', 'servers: {}\n')
      edit('sync:\n  pages', '# sync: pages')
      push(mine, 'larger', 'No server')
      const run = await plan('larger')
      expect(run.exitCode).toBe(1)
      expect(run.outputs['plan-file']).toBeUndefined()
      expect(platform.comments).toHaveLength(2)
      expect(platform.comments[1]?.body).toContain('servers of the site are neither replaced nor removed')
      say('plan', `exit ${run.exitCode}; the same comment, written over: forbidden by keep-servers; no plan kept`)
    })

    it('a correction is planned anew in the same comment', async () => {
      git(mine, 'revert', '--no-edit', 'HEAD')
      push(mine, 'larger', undefined)
      const run = await plan('larger')
      expectEnd(run, 0, '2')
      expect(platform.comments).toHaveLength(2)
      expect(platform.comments[0]?.body).toContain('my other change')
      expect(platform.comments[1]?.body).toContain('size: 1')
      expect(platform.comments[1]?.body).not.toContain('neither replaced')
      say('plan', `exit ${run.outputs['exit-code']}; the same comment: ${sumOf(platform.comments[1]?.body ?? '')}`)
    })

    it('is merged, planned once more, and that plan is applied in another checkout', async () => {
      git(mine, 'switch', '--quiet', 'main')
      git(mine, 'merge', '--quiet', '--no-ff', '--no-edit', 'larger')
      push(mine, 'main', undefined)
      const merged = git(mine, 'rev-parse', 'HEAD')
      say('merge', `${merged.slice(0, 12)} on main`)

      const planned = await plan('main', 'push')
      expect(planned.outputs['plan-file']).toBe(planFile)
      const saved = readFileSync(planFile)
      const other = clone('another-runner')
      const temp = temporary()
      mkdirSync(join(temp, 'evenkeel-plan'))
      writeFileSync(join(temp, 'evenkeel-plan/plan.json'), saved)
      const applied = await action({ cwd: other, event: 'push', inputs: { command: 'apply' }, temp })
      expectEnd(applied, 0, '0')
      expect(await size()).toBe(2)
      expect(await inside('cat /srv/data/pages/index.html')).toBe('<p>two</p>\n')
      const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({}))
      const tags = Volumes.flatMap(({ Tags = [] }) => Tags)
      expect(tags.find(({ Key }) => Key === 'evenkeel:revision')?.Value).toBe(merged)
      say('apply', 'the saved plan, from another checkout: exit 0, volume.data has 2 GiB, the page is there')

      const stale = await action({ cwd: other, event: 'push', inputs: { command: 'apply' }, temp })
      expect(stale.exitCode).toBe(5)
      expect(stale.summary).toContain('the plan is stale')
      say('apply', 'the same plan once more: exit 5, stale, nothing was done')
    })

    it('nothing has drifted, and no issue says otherwise', async () => {
      const run = await drift()
      expectEnd(run, 0, '0')
      expect(platform.issues).toEqual([])
      say('drift', 'exit 0; no issue')
    })

    it('what a hand changed in EC2 and inside a server opens one issue', async () => {
      const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({ Filters: [ofData] }))
      const [{ VolumeId = '' } = {}] = Volumes
      await world.client.send(
        new CreateTagsCommand({ Resources: [VolumeId], Tags: [{ Key: 'team', Value: 'nobody' }] }),
      )
      await inside('umount /srv/data')
      say('by hand', 'the tag team of volume.data in EC2; umount /srv/data inside server.web')
      for (const time of ['first', 'second']) {
        const run = await drift()
        expectEnd(run, 0, '2')
        say('drift', `exit 2, the ${time} time; ${platform.issues.length} issue, ${platform.issues[0]?.state}`)
      }
      expect(platform.issues).toMatchObject([{ title: 'Drift of site', state: 'open', user: { login: bot } }])
      const { body } = platform.issues[0] ?? { body: '' }
      expect(body).toContain('tags.team: web → nobody')
      expect(body).toMatch(/volume\.data.*mount|mount.*volume\.data/)
    })

    it('an apply heals both, and the issue is closed', async () => {
      await expectSuccess(world.run(['apply', '--yes'], { cwd: mine }))
      expect(await inside('cat /srv/data/pages/index.html')).toBe('<p>two</p>\n')
      say('heal', 'apply: exit 0; mounted, the page is there')
      const run = await drift()
      expectEnd(run, 0, '0')
      expect(platform.issues).toMatchObject([{ state: 'closed', state_reason: 'completed' }])
      say('drift', 'exit 0; the issue is closed')
      await expectExit(world.run(['plan', '--detailed-exitcode'], { cwd: mine }), 0)
      expect(platform.requests.every(({ authorization }) => authorization === `Bearer ${jobToken}`)).toBe(true)
    })

    const ofData = { Name: 'tag:evenkeel:address', Values: ['volume.data'] }
    let directories = 0
    const temporary = () => {
      const path = join(world.directory, `runner-${(directories += 1)}`)
      mkdirSync(path)
      return path
    }

    /** A job has a checkout and a temporary directory of its own, and what of main it is judged by lies beside them. */
    async function plan(branch: string, event: ActionRun['event'] = 'pull-request') {
      const temp = temporary()
      planFile = join(temp, 'evenkeel-plan/plan.json')
      const cwd = clone(`checkout-${directories}`, branch)
      const checks = join(clone(`protected-${directories}`), 'policy.yaml')
      return action({ cwd, event, inputs: { command: 'plan', checks }, temp })
    }

    function drift() {
      const temp = temporary()
      const cwd = clone(`checkout-${directories}`)
      return action({ cwd, event: 'schedule', inputs: { command: 'drift' }, temp })
    }

    function action(run: Pick<ActionRun, 'cwd' | 'event' | 'inputs' | 'temp'>) {
      const path = join(world.directory, 'bin')
      const revision = git(run.cwd, 'rev-parse', 'HEAD')
      return runAction({ ...run, path, apiUrl: platform.url, env: { ...world.env, GITHUB_SHA: revision } })
    }

    function clone(name: string, branch?: string): string {
      const path = join(world.directory, name)
      git(world.directory, 'clone', '--quiet', ...(branch === undefined ? [] : ['--branch', branch]), bare, path)
      return path
    }

    function edit(from: string, to: string): void {
      const text = readFileSync(join(mine, 'stack.yaml'), 'utf8')
      expect(text).toContain(from)
      writeFileSync(join(mine, 'stack.yaml'), text.replace(from, to))
    }

    function push(directory: string, branch: string, message: string | undefined): void {
      if (message !== undefined) {
        git(directory, 'add', '--all')
        git(directory, 'commit', '--quiet', '--message', message)
      }
      git(directory, 'push', '--quiet', 'origin', `HEAD:${branch}`)
    }

    function git(directory: string, ...words: readonly string[]): string {
      const who = ['-c', 'user.name=mona', '-c', 'user.email=mona@example.com', '-c', 'init.defaultBranch=main']
      return execFileSync('git', ['-C', directory, ...who, ...words], { stdio: ['ignore', 'pipe', 'ignore'] })
        .toString()
        .trim()
    }

    async function inside(script: string): Promise<string> {
      const words = ['exec', 'server.web', '--', 'sudo', 'sh', '-c', script]
      return (await expectSuccess(world.run(words, { cwd: mine }))).stdout
    }

    async function size(): Promise<number | undefined> {
      const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({ Filters: [ofData] }))
      return Volumes[0]?.Size
    }
  },
)

/** How the step ended, and evenkeel in it; where it is another way, what was said stands in the failure. */
function expectEnd({ exitCode, outputs, log, summary }: ActionResult, step: number, evenkeel: string): void {
  const isSo = exitCode === step && outputs['exit-code'] === evenkeel
  expect({ exitCode, evenkeel: outputs['exit-code'], ...(!isSo && { log, summary }) }).toEqual({
    exitCode: step,
    evenkeel,
  })
}

function sumOf(comment: string): string {
  return /^\*\*(.+?)\*\*/m.exec(comment)?.[1] ?? 'no sum'
}

/** What must be seen in the test's output. */
function say(stage: string, words: string): void {
  console.log(`${stage.padEnd(8)} ${words}`)
}
