import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

/** What a shell would run, in each way that it has; without spaces, so that it can stand where none may. */
const runs = '$(id>/tmp/ran)`id>/tmp/ran`;id>/tmp/ran&id>/tmp/ran|id>/tmp/ran'
const mount = `/srv/-x'"*?[a]#~!{b,c}é☃${runs.replaceAll('/', '%')}`
const names = [
  '--delete',
  '-e sh',
  `a'b"c`,
  'é ☃ 日本',
  'line\nbreak',
  runs.replaceAll('/', '%'),
  '$(id>ran)',
  '`id>ran`',
  '*',
  'x'.repeat(255),
]

const stack = `evenkeel: 1
stack: hostile
target: sandbox
tags: ${JSON.stringify({ note: `${runs} '"\n -rf \\` })}
servers:
  web:
    image: ${image}
    type: t3.small
    setup: [${JSON.stringify(`-n 2> /dev/null; printf '%s' '${'y'.repeat(4096)}' > '/tmp/-long $(x)'`)}]
volumes:
  data: { server: web, size: 1, mount: ${JSON.stringify(mount)}, label: ${JSON.stringify(`-'"$(id)\`\\`)} }
sync:
  names:
    from: ./names/
    to: ${JSON.stringify(`volume.data/--in ${runs.replaceAll('/', '%')}/`)}
    exclude: [${JSON.stringify('--rsh=sh')}, ${JSON.stringify(`${runs}.tmp`)}, '- *.none']
`

describe.skipIf(noHostsBecause !== undefined)(`hostile texts${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld
  beforeAll(async () => {
    world = await startSandboxWorld('hostile')
    world.write({ 'hostile.yaml': stack })
    mkdirSync(join(world.directory, 'names'))
    for (const name of names) writeFileSync(join(world.directory, 'names', name), name)
  })
  afterAll(() => world?.remove())

  const exec = (...argv: readonly string[]) =>
    expectSuccess(world.run(['exec', '-f', 'hostile.yaml', 'server.web', '--', ...argv]))

  it('arrive as they stand, and run nothing', async () => {
    await expectSuccess(world.run(['apply', 'hostile.yaml', '--yes']))
    const { stdout: mounted } = await exec('findmnt', '-rno', 'TARGET,LABEL', '--raw', mount)
    expect(mounted).not.toBe('')
    const { stdout: listed } = await exec(
      'find',
      `${mount}/--in ${runs.replaceAll('/', '%')}`,
      '-type',
      'f',
      '-printf',
      '%f\\0',
    )
    expect(
      listed
        .split('\0')
        .filter((name) => name !== '')
        .toSorted(),
    ).toEqual(names.toSorted())
    expect((await exec('cat', '/tmp/-long $(x)')).stdout).toBe('y'.repeat(4096))
    await expectExit(world.run(['exec', '-f', 'hostile.yaml', 'server.web', '--', 'find', '/tmp/ran']), 1)
    expect(existsSync('/tmp/ran')).toBe(false)
  })

  it('are read back as they stand: nothing is left to do', async () => {
    const { stdout } = await expectExit(world.run(['plan', 'hostile.yaml', '--detailed-exitcode']), 0)
    expect(stdout).toContain('No changes')
  })

  it('go again', async () => {
    await expectSuccess(world.run(['destroy', 'hostile.yaml', '--yes']))
    expect(existsSync('/tmp/ran')).toBe(false)
  })
})
