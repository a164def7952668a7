import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseInit } from '../../src/sandbox/hosts/host/init.js'
import { missingProgram } from '../support/missing-program.js'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { root } from '../support/source-tree.js'
import { until } from '../support/until.js'

const missing = noHostsBecause ?? missingProgram('erl', 'erlang-base')
const { init } = await chooseInit('systemd')

describe.skipIf(missing !== undefined)(`a cluster of Erlang nodes${missing ? ` (${missing})` : ''}`, () => {
  let world: SandboxWorld
  const file = 'erlang-cluster.yaml'
  const cookie = "nobody else's cookie"
  let env = { EVENKEEL_VAR_cookie: cookie, EVENKEEL_VAR_workers: '2' }

  beforeAll(async () => {
    world = await startSandboxWorld('erlang-cluster', ['--init', init])
    cpSync(join(root, 'examples/stacks'), world.directory, { recursive: true })
    await apply()
  })
  afterAll(() => world?.remove())

  const apply = () => expectSuccess(world.run(['apply', file, '--yes'], { env }))
  const run = (server: string, ...command: string[]) =>
    world.run(['exec', '-f', file, server, '--', ...command], { env })
  const inside = async (server: string, ...command: string[]) => (await expectSuccess(run(server, ...command))).stdout
  /** What a function of the server's node returns. */
  const ask = async (server: string, ...call: string[]) =>
    (await inside(server, '/opt/cluster/bin/ask', ...call)).trim()
  const isMember = async (server: string) => {
    const { exitCode, stdout } = await run(server, '/opt/cluster/bin/ask', 'cluster', 'is_member')
    return exitCode === 0 && stdout.trim() === 'true'
  }
  const servers = async () => {
    const { stdout } = await expectSuccess(world.run(['show', file, '--json', '--no-hosts']))
    const shown = JSON.parse(stdout) as { servers: { address: string; id: string; privateIp: string }[] }
    return new Map(shown.servers.map((server) => [server.address.replace('server.', ''), server]))
  }
  const nodeOf = async (server: string) => {
    const role = server.replace(/\[.*/, '')
    return `${role}@${(await servers()).get(server)?.privateIp ?? ''}`
  }
  const sees = async (from: string) =>
    (await ask(from, 'erlang', 'nodes'))
      .replaceAll(/[[\]' ]/g, '')
      .split(',')
      .toSorted()

  it('is whole after one apply: every node sees every other, and the next plan is empty', async () => {
    for (const server of ['boot', 'worker[0]', 'worker[1]', 'diskless']) await until(() => isMember(server))
    const all = await Promise.all(['boot', 'diskless', 'worker[0]', 'worker[1]'].map((server) => nodeOf(server)))
    await until(async () => (await sees('worker[1]')).length === 3)
    expect(await sees('boot')).toEqual(all.slice(1).toSorted())
    expect(await ask('worker[0]', 'net_adm', 'ping', `['${await nodeOf('worker[1]')}']`)).toBe('pong')
    await expectExit(world.run(['plan', file, '--detailed-exitcode'], { env }), 0)
    await expectExit(world.run(['drift', file]), 0)
  })

  it('has an epmd on each host, which knows its own node alone', async () => {
    const names = (
      await Promise.all(['boot', 'worker[0]', 'diskless'].map((server) => inside(server, 'epmd', '-names')))
    ).map((text) => [...text.matchAll(/^name (\S+) at port 91\d\d$/gm)].map(([, name]) => name))
    expect(names).toEqual([['boot'], ['worker'], ['diskless']])
  })

  it('lets in the members of its group, and only with the cookie', async () => {
    const boot = await nodeOf('boot')
    const ping = (withCookie: string) =>
      `erl -noinput -name stranger@$(hostname -I | cut -d' ' -f1) -setcookie "${withCookie}" -eval "io:put_chars(atom_to_list(net_adm:ping('${boot}'))), halt()."`
    expect(await inside('worker[0]', ping(cookie))).toBe('pong')
    expect(await inside('worker[0]', ping('another'))).toBe('pang')
    expect(await inside('bastion', ping(cookie))).toBe('pang')
  })

  it('keeps the cookie from plans, arguments of programs, and other users', async () => {
    const { stdout } = await expectSuccess(world.run(['plan', file, '--json', '--var', 'workers=5'], { env }))
    expect(stdout).not.toContain(cookie)
    expect(await inside('worker[0]', 'ps', '-ef')).not.toContain(cookie)
    expect(await inside('worker[0]', 'sudo', 'stat', '-c', '%U %a', '/var/lib/cluster/.erlang.cookie')).toBe(
      'cluster 400\n',
    )
  })

  it('boots a node from the boot server, on whose disk all of its modules lie', async () => {
    expect(await ask('diskless', 'erlang', 'whereis', '[counter]')).toMatch(/^<diskless@/)
    expect((await run('diskless', 'ls', '/opt/cluster/ebin')).exitCode).not.toBe(0)
    // Its loader reads the files of the boot server's host: a name as a list of bytes.
    const hostname = [...Buffer.from((await inside('boot', 'cat', '/etc/hostname')).trim())].join(',')
    expect(await ask('diskless', 'erl_prim_loader', 'get_file', '["/etc/hostname"]')).toContain(hostname)
  })

  it('takes new code on every node without a stop', async () => {
    const everywhere = ['boot', 'worker[0]', 'worker[1]', 'diskless']
    const greeted = async (server: string) => {
      const [, text, times] = /^\{'(.*)', (\d+)\}$/.exec(await ask(server, 'counter', 'greet')) ?? []
      return { text, times: Number(times) }
    }
    const before = await Promise.all(everywhere.map((server) => greeted(server)))
    const text = `hello again, the ${before[0]?.times}th time`
    world.write({
      'erlang-cluster/src/greeting.erl': `-module(greeting).\n-export([text/0]).\ntext() -> '${text}'.\n`,
    })
    const { stdout } = await expectExit(world.run(['plan', file, '--detailed-exitcode'], { env }), 2)
    expect(stdout).toContain('sync.worker')
    await apply()
    const after = await Promise.all(everywhere.map((server) => greeted(server)))
    // Their processes have counted on: none of them has been stopped.
    expect(after).toEqual(before.map(({ times }) => ({ text, times: times + 1 })))
  })

  it('takes in a worker and lets one go by the number of them', async () => {
    env = { ...env, EVENKEEL_VAR_workers: '3' }
    await apply()
    await until(() => isMember('worker[2]'))
    const gone = await nodeOf('worker[2]')
    expect(await sees('boot')).toContain(gone)
    env = { ...env, EVENKEEL_VAR_workers: '2' }
    await apply()
    await until(async () => !(await sees('boot')).includes(gone))
    await expectExit(world.run(['plan', file, '--detailed-exitcode'], { env }), 0)
  })

  it('heals a node that crashed by itself, and one whose host is gone by an apply', async () => {
    await inside('worker[0]', 'sudo', 'pkill', '-KILL', '-u', 'cluster', 'beam')
    // A new node: it has not greeted anybody yet.
    await until(async () =>
      (await run('worker[0]', '/opt/cluster/bin/ask', 'counter', 'greet')).stdout.includes(', 1}'),
    )
    await until(() => isMember('worker[0]'))

    const { id = '' } = (await servers()).get('worker[1]') ?? {}
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
    const { stdout } = await expectExit(world.run(['drift', file]), 2)
    expect(stdout).toContain('server.worker[1]')
    await apply()
    await until(() => isMember('worker[1]'))
    await expectExit(world.run(['drift', file]), 0)
  })

  it.skipIf(init !== 'systemd')('is there again when a host has booted', async () => {
    const bootId = async () => (await run('worker[0]', 'cat', '/proc/sys/kernel/random/boot_id')).stdout
    const before = await bootId()
    await run('worker[0]', 'sudo', 'systemctl', 'reboot')
    await until(async () => !['', before].includes(await bootId()))
    await until(() => isMember('worker[0]'))
    expect(await sees('worker[0]')).toContain(await nodeOf('boot'))
  })

  it('goes as it came', async () => {
    await expectSuccess(world.run(['destroy', file, '--yes']))
    expect(await servers()).toEqual(new Map())
  })
})
