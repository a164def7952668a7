import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createStackFinder, findStacks } from '../../../src/fleet/stacks/find-stacks.js'
import { jobOf } from '../../../src/fleet/jobs/job.js'
import { newJob } from '../../../src/fleet/jobs/new-job.js'
import type { FleetSpec, FleetStack, SettingRule } from '../../../src/fleet/types.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-fleet-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const stacksOf = async (...all: Parameters<typeof findStacks>) => (await findStacks(...all)).stacks
const stack = (name: string) => `evenkeel: 1\nstack: ${name}\ntarget: sandbox\n`

describe('the stacks of a fleet', () => {
  it('are the files that patterns match, sorted, each once', async () => {
    for (const path of [
      'z.yaml',
      'b/a.yaml',
      'b/c/d.yaml',
      'old/x.yaml',
      '.hidden/a.yaml',
      'b/.a.yaml',
      'node_modules/a.yaml',
    ])
      write(path, stack(path.replaceAll(/[^a-z]/g, '-').replace(/^-+/, '')))
    symlinkSync(join(folder, 'b'), join(folder, 'linked'))
    const found = await stacksOf(fleetOf({ patterns: ['**/*.yaml', 'b/*', '!old/**'] }))
    expect(found.map(({ id }) => id)).toEqual(['b/a.yaml', 'b/c/d.yaml', 'z.yaml'])
    expect(found[0]).toMatchObject({ file: join(folder, 'b/a.yaml'), commit: undefined, place: { stack: 'b-a-yaml' } })
  })

  it('have what rules say, the later one last, and a minute of their own', async () => {
    write('prod/a.yaml', stack('a'))
    write('test/b.yaml', stack('b'))
    const rules: SettingRule[] = [
      { match: '**', settings: { apply: 'never', driftSchedule: 'H * * * *', variables: {}, variableFiles: [] } },
      { match: 'prod/*', settings: { apply: 'at-once', checks: '/p.yaml' } },
      { match: '*/a.yaml', settings: { apply: 'after-review', driftSchedule: undefined } },
    ]
    const [a, b] = await stacksOf(fleetOf({ rules }))
    expect(a?.settings).toMatchObject({ apply: 'after-review', driftSchedule: undefined, checks: '/p.yaml' })
    expect(b?.settings).toMatchObject({ apply: 'never', checks: undefined })
    expect(b?.settings.driftSchedule).toMatch(/^[1-5]?\d \* \* \* \*$/)
    const [plain] = await stacksOf(fleetOf({ rules: [] }))
    expect(plain?.settings).toEqual({
      target: undefined,
      variables: {},
      variableFiles: [],
      driftSchedule: undefined,
      apply: 'after-review',
      checks: undefined,
    })
  })

  it('are read with their variables, and stand where those and the target say', async () => {
    write(
      'a.yaml',
      `evenkeel: 1\nstack: "\${var.name}-\${var.size}"\nvariables: { name: {}, size: {} }\ntarget: sandbox\n`,
    )
    write('values.yaml', 'name: from-file\nsize: from-file\n')
    const rules: SettingRule[] = [
      { match: '**', settings: { variables: { name: 'web' }, variableFiles: [join(folder, 'values.yaml')] } },
      { match: 'a.yaml', settings: { variables: { size: 'small' }, target: 'eu-central-1' } },
    ]
    const [a] = await stacksOf(fleetOf({ rules, patterns: ['a.yaml'] }))
    expect(a).toMatchObject({
      place: { stack: 'web-small', account: 'default', region: 'eu-central-1' },
      problem: undefined,
    })
  })

  it.each([
    ['sandbox', { account: 'sandbox', region: 'us-east-1' }],
    ['{ region: us-east-2, account: "123456789012", profile: p }', { account: '123456789012', region: 'us-east-2' }],
    ['{ profile: staging }', { account: 'staging', region: 'default' }],
  ])('with the target %s stand there', async (target, place) => {
    write('a.yaml', `evenkeel: 1\nstack: a\ntarget: ${target}\n`)
    expect((await stacksOf(fleetOf({})))[0]?.place).toEqual({ stack: 'a', ...place })
  })

  it('with a mistake have a problem, and the others none', async () => {
    write('a.yaml', stack('a'))
    write('b.yaml', `${stack('b')}server: {}\n`)
    write('c.yaml', `evenkeel: 1\nstack: "\${var.x}"\nvariables: { x: {} }\n`)
    write('d.yaml', '\u0000')
    const found = await stacksOf(fleetOf({}))
    expect(
      found.map(({ id, place, problem }) => [id, place?.stack, problem?.replace(/(?<=:\d+:\d+: .{20}).*/, '…')]),
    ).toEqual([
      ['a.yaml', 'a', undefined],
      ['b.yaml', undefined, 'b.yaml:4:1: unknown key `server`…'],
      ['c.yaml', undefined, expect.stringMatching(/^c\.yaml:3:14: /)],
      ['d.yaml', undefined, expect.stringMatching(/^d\.yaml:1:1: /)],
    ])
  })

  it.each(['stack: "x-${var.token}"\ntarget: sandbox', 'stack: x\ntarget: { region: "${var.token}" }'])(
    'say nothing sensitive of where they are, whoever has the value: %s',
    async (text) => {
      write('a.yaml', `evenkeel: 1\n${text}\nvariables: { token: { sensitive: true } }\n`)
      const problems = await Promise.all(
        [{}, { EVENKEEL_VAR_token: 'hunter2' }].map(async (environment) => {
          const [found] = await stacksOf(fleetOf({}), { environment })
          return found?.problem
        }),
      )
      const told = expect.stringContaining(
        'the variable `token` is sensitive, and what stands here can be read by others',
      ) as string
      expect(problems).toEqual([told, told])
    },
  )

  it('of one name in one place are worked on by nobody', async () => {
    write('a.yaml', stack('web'))
    write('b.yaml', stack('web'))
    write('c.yaml', stack('web').replace('sandbox', '{ region: us-east-1 }'))
    const found = await stacksOf(fleetOf({}))
    expect(found.map(({ place, problem }) => [place?.account, problem])).toEqual([
      [undefined, 'a.yaml: this is web in us-east-1, and so is b.yaml: one of both has to have another name'],
      [undefined, 'b.yaml: this is web in us-east-1, and so is a.yaml: one of both has to have another name'],
      ['default', undefined],
    ])
  })

  it('whose names have line breaks in them are worked on by nobody', async () => {
    write('a\nb.yaml', stack('a'))
    const [found] = await stacksOf(fleetOf({}))
    expect(found).toMatchObject({ id: 'a\uFFFDb.yaml', place: undefined, isRefused: true })
    const job = newJob(found as FleetStack, { fleet: 'acme', round: 'r', kind: 'plan' })
    expect(jobOf(job)).toEqual(job)
  })

  // root reads every folder
  it.skipIf(process.getuid?.() === 0)(
    'are not forgotten because a folder cannot be read, but where nothing of it is wanted',
    async () => {
      write('a.yaml', stack('a'))
      mkdirSync(join(folder, 'closed'), { mode: 0o000 })
      await expect(stacksOf(fleetOf({}))).rejects.toMatchObject({ code: 'STACK_FILE_UNREADABLE' })
      expect(await stacksOf(fleetOf({ patterns: ['**/*.yaml', '!closed/**'] }))).toHaveLength(1)
      expect(await stacksOf(fleetOf({ patterns: ['*.yaml'] }))).toHaveLength(1)
    },
  )

  it('are found by their names, and where they were read before, too', async () => {
    write('a.yaml', stack('a'))
    const find = createStackFinder(fleetOf({}), await stacksOf(fleetOf({})))
    expect(await find('a.yaml', undefined)).toMatchObject({ id: 'a.yaml', problem: undefined })
    expect(await find('c.yaml', undefined)).toBeUndefined()
    expect(await find('../a.yaml', undefined)).toBeUndefined()
  })

  it('are read by turns with everything else that this process does, until nobody wants them', async () => {
    for (let index = 0; index < 50; index += 1) write(`${index}.yaml`, stack(`s${index}`))
    let turns = 0
    const count = () => {
      turns += 1
      next = setImmediate(count)
    }
    let next = setImmediate(count)
    await stacksOf(fleetOf({}))
    clearImmediate(next)
    expect(turns).toBeGreaterThan(40)
    const controller = new AbortController()
    const asked = stacksOf(fleetOf({}), { signal: controller.signal })
    controller.abort()
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('are never none: a folder that was moved looks like that', async () => {
    await expect(stacksOf(fleetOf({ patterns: ['x/*'] }))).rejects.toMatchObject({ code: 'FLEET_NO_STACKS' })
  })

  it('keep a name of their own where a folder has a colon', async () => {
    write('infra:prod/a.yaml', stack('a'))
    expect((await stacksOf(fleetOf({}))).map(({ id }) => id)).toEqual(['./infra:prod/a.yaml'])
    const find = createStackFinder(fleetOf({}), [])
    expect(await find('./infra:prod/a.yaml', undefined)).toMatchObject({ place: { stack: 'a' } })
  })
})

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

function fleetOf({
  patterns = ['**/*.yaml'],
  rules = [],
}: {
  patterns?: readonly string[]
  rules?: readonly SettingRule[]
}): FleetSpec {
  const path = join(folder, 'fleet.yaml')
  return { name: 'acme', path, sources: [{ kind: 'files', patterns }], rules, limits: [], notifications: [] }
}
