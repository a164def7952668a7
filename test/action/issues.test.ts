import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startJob, type Job } from './job.js'

const told = (sum: string, stack = 'site') =>
  `<!-- evenkeel:drift stack=${stack} -->\n\n### Drift of \`${stack}\`\n\n**${sum}**\n`

describe('drift in an issue', () => {
  let job: Job
  beforeEach(async () => (job = await startJob('schedule')))
  afterEach(() => job.end())

  const look = (sum: string, exitCode: number) => job.run({ command: 'drift' }, { stdout: told(sum), exitCode })
  const writes = () => job.stub.requests.filter(({ method }) => method !== 'GET')

  it('is opened once, updated, closed when there is none, and opened anew', async () => {
    expect(await look('in sync', 0)).toMatchObject({ exitCode: 0 })
    expect(writes()).toEqual([])
    const found = await look('1 resource moved', 2)
    expect(found).toMatchObject({ exitCode: 0, outputs: { 'exit-code': '2' } })
    expect(found.log).toContain('::warning::site: drift')
    await look('2 resources moved', 2)
    expect(job.stub.issues).toMatchObject([{ title: 'Drift of site', state: 'open' }])
    expect(job.stub.issues[0]?.body).toContain('2 resources moved')
    await look('in sync', 0)
    expect(job.stub.issues).toMatchObject([{ state: 'closed', state_reason: 'completed' }])
    await look('moved again', 2)
    expect(job.stub.issues.map(({ state }) => state)).toEqual(['closed', 'open'])
    await look('waits for an apply', 3)
    expect(job.stub.issues.map(({ state }) => state)).toEqual(['closed', 'closed'])
  })

  it('leaves alone issues of others, pull requests and other stacks', async () => {
    for (const post of [
      { login: 'mallory', body: told('x') },
      { body: told('x'), isPull: true },
      { body: told('x', 'site-2') },
    ])
      job.stub.post('issues', post)
    const before = job.stub.issues.map((issue) => ({ ...issue }))
    await look('in sync', 0)
    expect(writes()).toEqual([])
    await look('1 resource moved', 2)
    expect(job.stub.issues.slice(0, 3)).toEqual(before)
    expect(job.stub.issues).toHaveLength(4)
  })

  it('is not closed by a look at the same stack somewhere else', async () => {
    await look('1 resource moved', 2)
    await job.run({ command: 'drift', 'var-file': 'eu.yaml' }, { stdout: told('in sync'), exitCode: 0 })
    expect(job.stub.issues).toMatchObject([{ state: 'open' }])
  })

  it('is found on the second page', async () => {
    for (let index = 0; index < 100; index += 1) job.stub.post('issues', { login: 'mona', body: `wish ${index}` })
    const issue = job.stub.post('issues', { body: told('old') })
    await look('in sync', 0)
    expect(issue.state).toBe('closed')
  })

  it('closes nothing and fails when nobody could look', async () => {
    await look('1 resource moved', 2)
    expect(await look('not all was read', 4)).toMatchObject({ exitCode: 4 })
    expect(job.stub.issues).toMatchObject([
      { state: 'open', body: expect.stringContaining('not all was read') as string },
    ])
    const failed = await job.run({ command: 'drift' }, { stderr: 'no credentials', exitCode: 1 })
    expect(failed).toMatchObject({ exitCode: 1 })
    expect(failed.summary).toContain('no credentials')
    expect(job.stub.issues).toMatchObject([
      { state: 'open', body: expect.stringContaining('not all was read') as string },
    ])
  })

  it('that cannot be written fails the job, and says which permission it needs', async () => {
    job.stub.isReadOnly = true
    const { exitCode, log, summary } = await look('1 resource moved', 2)
    expect(exitCode).toBe(1)
    expect(log).toContain('`issues: write`')
    expect(summary).toContain('1 resource moved')
  })
})

describe('an apply of the saved plan', () => {
  let job: Job
  beforeEach(async () => (job = await startJob('push')))
  afterEach(() => job.end())

  const apply = (recording: { stdout?: string; stderr?: string; exitCode: number }) => {
    writeFileSync(job.planFile, '{"kind": "plan-file"}')
    return job.run({ command: 'apply', 'var-file': 'secrets.yaml' }, recording)
  }

  it('is of that very file, and ends as evenkeel does', async () => {
    const done = await apply({ stdout: 'converged\n', exitCode: 0 })
    expect(done).toMatchObject({ exitCode: 0, outputs: { 'exit-code': '0' } })
    expect(job.words()).toEqual(['apply', '--yes', '--var-file=secrets.yaml', '--', job.planFile])
    expect(done.summary).toContain('applied')
  })

  it.each([
    [5, 'the plan is stale'],
    [6, 'holds the lock'],
    [1, 'ended with 1'],
  ])('with exit %d tells in the summary why nothing, or not all, was done', async (exitCode, words) => {
    const ended = await apply({ stderr: 'server.web: type t3.small -> t3.large ``` ::error::x\n', exitCode })
    expect(ended.exitCode).toBe(exitCode)
    expect(ended.summary).toContain(words)
    expect(ended.summary).toContain('````text\n')
    expect(ended.summary).toContain('server.web: type')
  })

  it('asks the platform nothing', async () => {
    await apply({ exitCode: 0 })
    expect(job.stub.requests).toEqual([])
  })
})
