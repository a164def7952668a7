import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { beginRound } from '../../../src/fleet/embedded/round-journal.js'
import { newJob, newRound } from '../../../src/fleet/jobs/new-job.js'
import { startGitServer, type GitServer } from '../../fleet/stacks/git-server.js'
import { expectExit, startSandboxWorld, type SandboxWorld } from '../../support/sandbox-world.js'
import { expectToFit } from '../../support/schemas.js'

const stackOf = (name: string) => `evenkeel: 1
stack: ${name}
target: sandbox
volumes:
  data: { zone: us-east-1a, size: 1, fstype: raw }
`

interface Report {
  readonly stacks: readonly {
    readonly id: string
    readonly report: { readonly state: string; readonly errorCode: string | null; readonly text: string } | null
  }[]
}

describe('a fleet of several repositories', () => {
  let world: SandboxWorld
  let server: GitServer
  let env: Record<string, string>

  beforeAll(async () => {
    world = await startSandboxWorld('fleet-sources', ['--hosts', 'none'])
    server = await startGitServer(world.directory)
    env = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_SSL_CAINFO: server.certificate }
    server.commit('there', 'main', { 'a.stack.yaml': stackOf('there') })
    server.commit('lost', 'main', { 'a.stack.yaml': stackOf('lost') })
    world.write({
      'fleet.yaml': `evenkeel: 1
fleet: sources
stacks:
  - files: ['stacks/*.stack.yaml']
  - { git: '${server.url}/there', branch: main, files: ['*.stack.yaml'] }
  - { git: '${server.url}/lost', branch: main, files: ['*.stack.yaml'] }
overrides:
  - match: 'lost:**'
    drift: never
`,
      'stacks/own.stack.yaml': stackOf('own'),
    })
  })
  afterAll(async () => {
    await server?.close()
    await world?.remove()
  })

  async function fleet(exitCode: number, ...words: readonly string[]) {
    const { stdout, stderr } = await expectExit(world.run(['fleet', ...words, '--json'], { env }), exitCode)
    const report = JSON.parse(stdout) as Report
    expectToFit('fleet-report', report)
    return { stderr, said: report.stacks.map(({ id, report }) => [id, report?.errorCode ?? report?.state]) }
  }

  it('goes on for those that answer, and tells of one that does not as failed', async () => {
    await fleet(0, 'plan')
    renameSync(join(world.directory, 'repositories/lost'), join(world.directory, 'repositories/moved'))
    const failed = ['lost:**', 'FLEET_SOURCE_FAILED']
    const others = ['stacks/own.stack.yaml', 'there:a.stack.yaml']
    const plans = await fleet(1, 'plan')
    expect(plans.said).toEqual([...others.map((id) => [id, 'pending']), failed])
    expect(plans.stderr).toContain('the repository lost of the fleet cannot be fetched')
    expect(plans.stderr).not.toContain('The override of')
    // Its plan, which was saved before, is not applied.
    expect((await fleet(1, 'apply', '--yes')).said).toEqual([...others.map((id) => [id, 'in-sync']), failed])
    expect((await fleet(0, 'drift', '--only', 'stacks/**', '--only', 'there:*')).said).toHaveLength(2)
    expect((await fleet(1, 'drift', '--only', 'lost:a.*')).said).toEqual([failed])
    expect((await expectExit(world.run(['fleet', 'apply', '--yes'], { env }), 1)).stdout).toContain('git ls-remote')
    const seen = await expectExit(world.run(['fleet', 'status'], { env }), 0)
    expect(seen.stdout).toMatch(/lost:a\.stack\.yaml +pending/)
    renameSync(join(world.directory, 'repositories/moved'), join(world.directory, 'repositories/lost'))
  })

  it('is resumed but for the stack whose commit is nowhere any more', async () => {
    const round = newRound()
    const commits = { 'stacks/own.stack.yaml': undefined, 'there:a.stack.yaml': 'f'.repeat(40) }
    const jobs = Object.entries(commits).map(([id, commit]) =>
      newJob({ id, commit }, { fleet: 'sources', round, kind: 'drift' }),
    )
    beginRound(join(world.directory, 'state/evenkeel/fleets/sources/rounds'), { round, kind: 'drift', jobs })
    const { said } = await fleet(1, 'drift', '--resume')
    expect(said).toEqual([
      ['stacks/own.stack.yaml', 'in-sync'],
      ['there:a.stack.yaml', 'FLEET_SOURCE_FAILED'],
    ])
  })
})
