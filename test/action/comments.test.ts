import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../support/evenkeel.js'
import { bot } from '../support/platform/github-stub.js'
import { jobToken } from '../support/platform/run-action.js'
import { startJob, type Job } from './job.js'

const marker = '<!-- evenkeel:plan stack=site -->'
const told = (sum: string) => `${marker}\n\n### Plan for \`site\`\n\n**${sum}**\n`

describe('the plan in a pull request', () => {
  let job: Job
  beforeEach(async () => (job = await startJob('pull-request')))
  afterEach(() => job.end())

  const plan = (sum: string, inputs = {}) =>
    job.run({ command: 'plan', ...inputs }, { stdout: told(sum), exitCode: 2, saves: true })

  it('is written once, and written over by each later run', async () => {
    const first = await plan('1 to create')
    expect(first).toMatchObject({ exitCode: 0, outputs: { 'exit-code': '2', 'plan-file': job.planFile } })
    await plan('2 to create')
    expect(job.stub.comments.map(({ body }) => body)).toEqual([
      expect.stringMatching(/^<!-- evenkeel:plan stack=site -->\n[^]*2 to create[^]*actions\/runs\/1658821493/),
    ])
    expect(job.stub.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /repos/acme/site/issues/7/comments?per_page=100&page=1',
      'POST /repos/acme/site/issues/7/comments',
      'GET /repos/acme/site/issues/7/comments?per_page=100&page=1',
      expect.stringMatching(/^PATCH \/repos\/acme\/site\/issues\/comments\/\d+$/),
    ])
    expect(job.stub.requests.every(({ authorization }) => authorization === `Bearer ${jobToken}`)).toBe(true)
    expect(first.summary).toContain('1 to create')
  })

  it('leaves alone what others wrote, with the same marker too, and what cites it', async () => {
    const others = [
      job.stub.post('comments', { login: 'mallory', body: told('nothing at all') }),
      job.stub.post('comments', { body: `> cited\n> \n> ${marker}\n\n${marker}` }),
      job.stub.post('comments', { body: told('x').replace('stack=site', 'stack=site-2') }),
    ].map((post) => ({ ...post }))
    await plan('1 to create')
    await plan('2 to create')
    expect(job.stub.comments.slice(0, 3)).toEqual(others)
    expect(job.stub.comments).toHaveLength(4)
  })

  it('is found on the second page', async () => {
    for (let index = 0; index < 120; index += 1) job.stub.post('comments', { login: 'mona', body: `remark ${index}` })
    const earlier = job.stub.post('comments', { body: told('old') })
    await plan('2 to create')
    expect(job.stub.comments).toHaveLength(121)
    expect(earlier.body).toContain('2 to create')
  })

  it('stands in the summary alone where the token may not write', async () => {
    job.stub.isReadOnly = true
    const { exitCode, summary, log, outputs } = await plan('1 to create')
    expect(exitCode).toBe(0)
    expect(summary).toContain('1 to create')
    expect(log).toMatch(/^::warning::the plan stands in the summary of this run alone \(a pull request from a fork/m)
    expect(outputs['plan-file']).toBe(job.planFile)
  })

  it('waits for a limit to pass, and writes no second comment when an answer is lost', async () => {
    job.stub.refusals.push(
      { status: 403, headers: { 'retry-after': '0' } },
      { status: 429, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' } },
    )
    await plan('1 to create')
    job.stub.comments.length = 0
    job.stub.refusals.push({ status: 503 }, { method: 'POST', status: 502, isCarriedOut: true })
    const { log } = await plan('2 to create')
    expect(job.stub.comments).toHaveLength(1)
    expect(log).not.toContain('::warning::')
  })

  it('of a run that failed takes the place of the one before, and no plan is left to apply', async () => {
    await plan('1 to create')
    expect(existsSync(job.planFile)).toBe(true)
    const failed = await job.run({ command: 'plan' }, { stderr: 'stack.yaml:3:1 [SPEC] no ``` here\n', exitCode: 1 })
    expect(failed).toMatchObject({ exitCode: 1, outputs: { 'exit-code': '1' } })
    expect(failed.outputs['plan-file']).toBeUndefined()
    expect(existsSync(job.planFile)).toBe(false)
    expect(job.stub.comments.map(({ body }) => body)).toEqual([
      expect.stringContaining('### No plan\n\n````text\nstack.yaml:3:1 [SPEC] no ``` here\n````'),
    ])
    await plan('2 to create')
    expect(job.stub.comments.map(({ body }) => body.split('\n')[0])).toEqual([marker])
  })

  it('that a policy forbids is told, fails, and leaves no plan', async () => {
    writeFileSync(job.planFile, '{"kind": "plan-file"}')
    const forbidden = { stdout: told('1 to replace'), exitCode: 1 }
    const { exitCode, outputs } = await job.run({ command: 'plan', checks: 'policy.yaml' }, forbidden)
    expect([exitCode, outputs['plan-file'], existsSync(job.planFile)]).toEqual([1, undefined, false])
    expect(job.stub.comments[0]?.body).toContain('1 to replace')
    expect(job.words()).toContain('--checks=policy.yaml')
  })

  it('of the same stack somewhere else is another comment', async () => {
    await plan('1 to create', { target: 'sandbox' })
    await plan('2 to create', { target: 'ec2' })
    await plan('3 to create', { target: 'sandbox' })
    const bodies = job.stub.comments.map(({ body }) => body)
    expect(bodies).toEqual([expect.stringContaining('3 to create'), expect.stringContaining('2 to create')])
  })

  it('of several stacks is one comment, and is not saved', async () => {
    mkdirSync(join(job.directory, 'stacks'))
    const table = { stdout: '| file | stack | |\n|---|---|---|\n', exitCode: 2 }
    for (const stack of ['stacks', 'stacks']) await job.run({ command: 'plan', stack }, table)
    expect(job.stub.comments.map(({ body }) => body.split('\n')[0])).toEqual(['<!-- evenkeel:plan of=stacks -->'])
    expect(job.words().join(' ')).not.toContain('--out')
  })

  it('writes no comment where there is no pull request', async () => {
    const push = await startJob('push')
    const { exitCode, summary } = await push.run({ command: 'plan' }, { stdout: told('x'), exitCode: 4, saves: true })
    await push.end()
    expect([exitCode, push.stub.requests.length]).toEqual([0, 0])
    expect(summary).toContain('### Plan for')
  })

  it('takes no input for an option, a shell text or a marker', async () => {
    const stack = '--out=x; touch `pwned` $(pwned) --> @all .yaml'
    await plan('1 to create', { stack, 'var-file': 'a b.yaml\n\n --yes ' })
    expect(job.words()).toEqual([
      'plan',
      '--format=markdown',
      '--detailed-exitcode',
      `--out=${job.planFile}`,
      '--var-file=a b.yaml',
      '--var-file=--yes',
      '--',
      stack,
    ])
    const [, second] = job.stub.comments[0]?.body.split('\n') ?? []
    expect(second).toMatch(/^<!-- evenkeel:plan of=[^<> ]+ -->$/)
  })

  it('prints nothing that the runner obeys, and shows nobody the token', async () => {
    const hostile = '::set-output name=x::y\n::add-mask::o\n::error::no\n'
    const stdout = `${marker}\n\n::error::no\nplan-file<<x\n`
    const { log, outputs } = await job.run({ command: 'plan' }, { stdout, stderr: hostile, exitCode: 0 })
    const end = /^::stop-commands::(.+)$/m.exec(log)?.[1] ?? 'none'
    expect(log.indexOf('::set-output')).toBeGreaterThan(log.indexOf('::stop-commands::'))
    expect(log.lastIndexOf('::error::no')).toBeLessThan(log.indexOf(`::${end}::`))
    expect(outputs).toEqual({ 'exit-code': '0' })
    expect(log.replace(`::add-mask::${jobToken}\n`, '')).not.toContain(jobToken)
    expect(job.environment()).not.toContain(jobToken)
  })

  it('is not made over a file that is no plan, and all mistakes in inputs are told', async () => {
    const { path, remove } = temporaryDirectory('action-file')
    writeFileSync(join(path, 'stack.yaml'), 'evenkeel: 1\n')
    const { exitCode, log } = await plan('x', { 'plan-file': join(path, 'stack.yaml') })
    expect([exitCode, existsSync(join(path, 'stack.yaml'))]).toEqual([1, true])
    expect(log).toContain('holds something else than a plan')
    remove()
    const wrong = { command: 'destroy', target: 'gcp', version: 'git+https://example.com/x' }
    const mistaken = await job.run(wrong, { exitCode: 0 })
    expect(mistaken.exitCode).toBe(1)
    expect(mistaken.log.match(/^::error::(?:command|target|version) is/gm)).toHaveLength(3)
  })

  it('writes as somebody else when the token is theirs', async () => {
    job.stub.post('comments', { login: bot, body: told('of the bot') })
    const mine = job.stub.post('comments', { login: 'deployer', body: told('old') })
    await plan('2 to create', { author: 'deployer' })
    expect(mine.body).toContain('2 to create')
    expect(job.stub.comments[0]?.body).toContain('of the bot')
  })
})
