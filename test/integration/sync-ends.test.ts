import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { image } from '../support/stacks.js'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'

/** Bytes that shells, rsync and ssh each have their own mind about. */
const oddName = 'a \'b" $c\n*é;'

const stack = `
evenkeel: 1
stack: ends
target: sandbox
securityGroups:
  mesh:
    ingress: [{ port: 22, from: my-ip }, { port: 22, from: securityGroup.mesh }]
servers:
  web: { count: 2, image: ${image}, type: t3.small, zone: us-east-1a, securityGroups: [mesh] }
  far: { image: ${image}, type: t3.small, zone: us-east-1a }
volumes:
  data: { server: "web[0]", size: 1, mount: /srv/data }
  copy: { server: "web[1]", size: 1, mount: /srv/copy }
sync:
`

const rules = {
  up: '{ from: ./site/, to: volume.data/site/, delete: true }',
  inside: '{ from: volume.data/site, to: "web[0]:/opt/inside/" }',
  across: '{ from: volume.data/site/, to: volume.copy/across/, onChange: "date >> /tmp/changed" }',
  relayed: '{ from: ["web[0]:/srv/data/site/index.html", volume.data/site], to: "far:/opt/re \'layed/", via: local }',
  pull: '{ from: ["web[0]:/srv/data/site/index.html", volume.data/site], to: ./pulled/ }',
}

function withRules(entries: Readonly<Record<string, string>>): string {
  return `${stack}${Object.entries(entries)
    .map(([name, rule]) => `  ${name}: ${rule}\n`)
    .join('')}`
}

describe.skipIf(noHostsBecause !== undefined)(`ends of copies${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('sync-ends')
    world.write({ 'stack.yaml': withRules(rules), 'site/index.html': 'one\n', [`site/deep/${oddName}`]: 'odd\n' })
    await expectSuccess(world.run(['apply', '--yes']))
  })
  afterAll(() => world?.remove())

  const inside = async (server: string, script: string): Promise<string> =>
    (await expectSuccess(world.run(['exec', server, '--', 'sudo', 'sh', '-ec', script]))).stdout
  const here = (path: string) => join(world.directory, path)

  it('are servers, volumes and this machine, each as source and as destination, names of any bytes included', async () => {
    expect(readFileSync(here(`pulled/site/deep/${oddName}`), 'utf8')).toBe('odd\n')
    expect(readdirSync(here('pulled')).toSorted()).toEqual(['index.html', 'site'])
    const list = 'find . -type f -print0 | sort -z | sha256sum'
    const expected = await inside('web[0]', `cd /srv/data/site; ${list}`)
    expect(await inside('web[0]', `cd /opt/inside/site; ${list}`)).toBe(expected)
    expect(await inside('web[1]', `cd /srv/copy/across; ${list}`)).toBe(expected)
    expect(await inside('far', `cd "/opt/re 'layed/site"; ${list}; ls "/opt/re 'layed"`)).toContain('index.html')
    expect((await expectExit(world.run(['plan', '--detailed-exitcode']), 0)).stdout).toContain('No changes')
  })

  it('leave no one-shot key behind', async () => {
    expect(await inside('web[1]', 'grep -c evenkeel-one-shot /home/admin/.ssh/authorized_keys || :')).toBe('0\n')
    expect(await inside('web[1]', 'cat /tmp/changed | wc -l')).toBe('1\n')
    expect(await inside('web[0]', 'ls -A /dev/shm /tmp')).not.toMatch(/tmp\.|key|known/)
  })

  it('tell a destination that changed from a source that did', async () => {
    await inside('web[1]', 'echo by hand > /srv/copy/across/index.html')
    const drift = await expectExit(world.run(['drift', '--json']), 2)
    expect(JSON.parse(drift.stdout)).toMatchObject({
      status: 'drift',
      drifted: [{ address: 'sync.across' }],
      pending: [],
    })
    await expectSuccess(world.run(['sync', 'across', '--yes']))
    writeFileSync(here('site/index.html'), 'two, and longer\n')
    const pending = await expectExit(world.run(['drift', '--json']), 3)
    expect(JSON.parse(pending.stdout)).toMatchObject({ status: 'pending', pending: [{ address: 'sync.up' }] })
    // The others read what this one writes: one apply carries it through.
    await expectSuccess(world.run(['apply', '--yes']))
    expect(readFileSync(here('pulled/site/index.html'), 'utf8')).toBe('two, and longer\n')
    expect(await inside('web[1]', 'cat /srv/copy/across/index.html')).toBe('two, and longer\n')
    await expectExit(world.run(['plan', '--detailed-exitcode']), 0)
  })

  it('say what to do where one server cannot reach the other, and leave no key there either', async () => {
    world.write({
      'closed.yaml': withRules({ ...rules, closed: '{ from: volume.data/site/, to: "far:/opt/closed/" }' }),
    })
    const { stdout, stderr } = await expectExit(world.run(['sync', 'closed', '-f', 'closed.yaml', '--yes']), 1)
    expect(stdout + stderr).toContain('SYNC_NO_WAY')
    expect(stdout + stderr).toContain('via: local')
    expect(await inside('far', 'grep -c evenkeel-one-shot /home/admin/.ssh/authorized_keys || :')).toBe('0\n')
  })

  it('clear away the key of a run that was killed, and finish its copy', async () => {
    world.write({
      'killed.yaml': withRules({
        ...rules,
        killed: '{ from: volume.data/big/, to: volume.copy/big/, bandwidthKiBps: 2000, partial: true }',
      }),
    })
    await inside('web[0]', 'mkdir /srv/data/big; head -c 30000000 /dev/urandom > /srv/data/big/file')
    await world.run(['sync', 'killed', '-f', 'killed.yaml', '--yes'], {
      onStderr: (text, kill) => {
        if (text.includes('%') || text.includes('copy-files')) setTimeout(() => kill('SIGKILL'), 2500)
      },
    })
    expect(await inside('web[1]', 'grep -c evenkeel-one-shot /home/admin/.ssh/authorized_keys || :')).toBe('0\n')
    world.write({
      'killed.yaml': withRules({ ...rules, killed: '{ from: volume.data/big/, to: volume.copy/big/, partial: true }' }),
    })
    await expectSuccess(world.run(['sync', 'killed', '-f', 'killed.yaml', '--yes']))
    const sum = 'sha256sum < big/file'
    expect(await inside('web[1]', `cd /srv/copy; ${sum}; ls -A big`)).toBe(
      `${await inside('web[0]', `cd /srv/data; ${sum}`)}file\n`,
    )
  })

  it('follow rsync in what a trailing slash means', async () => {
    mkdirSync(here('tree/sub'), { recursive: true })
    writeFileSync(here('tree/f'), 'f\n')
    const ends = [
      ['tree', 'out'],
      ['tree/', 'out'],
      ['tree', 'out/'],
      ['tree/', 'out/'],
      ['tree/.', 'out'],
      ['tree/f', 'out'],
      ['tree/f', 'out/'],
    ] as const
    const check = async ([from, to]: (typeof ends)[number], index: number) => {
      const expected = here(`plain${index}`)
      mkdirSync(expected)
      expect(spawnSync('rsync', ['-a', from, join(expected, to)], { cwd: world.directory }).status).toBe(0)
      await expectSuccess(world.run(['put', '--lock-timeout', '2m', from, `far:/opt/slash${index}/${to}`]))
      await expectSuccess(world.run(['get', `far:/opt/slash${index}/`, `./back${index}/`]))
      const [plain, back] = ['plain', 'back'].map((name) =>
        spawnSync('sh', ['-c', 'find . | sort'], { cwd: here(`${name}${index}`) }).stdout.toString(),
      )
      expect(back, `${from} ${to}`).toBe(plain)
    }
    await Promise.all(ends.map(check))
  })

  it('are those very paths, not what fits them as a pattern', async () => {
    world.write({
      'odd.yaml': withRules({ ...rules, odd: '{ from: "./o[d]d/", to: "volume.data/d[a]t*/", delete: true }' }),
      'o[d]d/song': 'song\n',
      'odd/wrong': 'wrong\n',
    })
    await inside('web[0]', 'cd /srv/data; mkdir data "d[a]t*"; touch data/precious "d[a]t*/stale"')
    const plan = await expectExit(world.run(['plan', 'odd.yaml', '--detailed-exitcode', '--steps']), 2)
    expect(plan.stdout).toMatch(/sync\.odd[^]*1 missing, 1 too many/)
    await expectSuccess(world.run(['sync', 'odd', '-f', 'odd.yaml', '--yes']))
    const found = 'cd /srv/data; find data "d[a]t*" -type f'
    expect(await inside('web[0]', found)).toBe('data/precious\nd[a]t*/song\n')
    expect((await world.run(['plan', 'odd.yaml', '--steps'])).stdout).not.toContain('copy-files')
    await inside('web[0]', 'rm "/srv/data/d[a]t*/song"')
    expect((await expectSuccess(world.run(['put', '--delete', './o[d]d/', 'volume.data/d[a]t*/']))).stdout).toContain(
      '1 file created, 0 changed, 0 deleted',
    )
    await expectSuccess(world.run(['get', '--delete', 'volume.data/d[a]t*/', './b[a]ck/']))
    expect(readdirSync(here('b[a]ck'))).toEqual(['song'])
    expect(await inside('web[0]', found)).toBe('data/precious\nd[a]t*/song\n')
  })

  it('take options: include before exclude, owner, modes, contents', async () => {
    world.write({ 'music/a/x.flac': 'x\n', 'music/a/x.wav': 'w\n', 'music/b.txt': 'b\n' })
    const options =
      'include: ["*/", "*.flac"], exclude: ["*"], owner: "daemon:mail", chmod: "D750,F640", checksum: true'
    const rule = `{ from: ./music/, to: "far:/opt/music/", ${options}, compress: true, bandwidthKiBps: 9000 }`
    world.write({ 'options.yaml': withRules({ ...rules, options: rule }) })
    await expectSuccess(world.run(['sync', 'options', '-f', 'options.yaml', '--yes']))
    expect(await inside('far', 'cd /opt/music; find . -printf "%p %u:%g %m\\n" | sort')).toMatch(
      /^\. .*\n\.\/a daemon:mail 750\n\.\/a\/x\.flac daemon:mail 640\n$/,
    )
    await inside('far', 'cd /opt/music/a; touch -r x.flac /tmp/r; echo y > x.flac; touch -r /tmp/r x.flac')
    const plan = await expectExit(world.run(['plan', 'options.yaml', '--detailed-exitcode', '--verbose']), 2)
    expect(plan.stdout).toMatch(/~ sync\.options[\s\S]*a\/x\.flac/)
  })

  it('are machines of nobody, by the own configuration of ssh and known host keys only', async () => {
    const wrapper = here('bin/ssh')
    const [key] = readdirSync(here('sandbox/keys/us-east-1/ends')).filter((name) => !name.endsWith('.pub'))
    const live = JSON.parse((await expectSuccess(world.run(['show', '--json']))).stdout) as {
      servers: readonly { address: string; publicIp: string }[]
    }
    const address = live.servers.find((server) => server.address === 'server.far')?.publicIp ?? ''
    world.write({
      'bin/ssh': `#!/bin/sh\nexec /usr/bin/ssh -F ${here('ssh.conf')} "$@"\n`,
      'ssh.conf': `Host nobodys\n  HostName ${address}\n  IdentityFile ${here(`sandbox/keys/us-east-1/ends/${key ?? ''}`)}\n  UserKnownHostsFile ${here('known')}\n  HostKeyAlias nobodys\n`,
      'remote.yaml': withRules({
        ...rules,
        out: '{ from: ./music/, to: "admin@nobodys:out/" }',
        ours: '{ from: "admin@nobodys:/opt/slash0/", to: "web[0]:/opt/ours/" }',
      }),
    })
    chmodSync(wrapper, 0o755)
    const env = { PATH: `${here('bin')}:${process.env['PATH'] ?? ''}` }
    const unknown = await expectExit(world.run(['sync', 'out', '-f', 'remote.yaml', '--yes'], { env }), 1)
    expect(unknown.stdout + unknown.stderr).toContain('ssh does not know the host key of admin@nobodys')
    const scanned = spawnSync('ssh-keyscan', ['-t', 'ed25519', address]).stdout.toString()
    writeFileSync(here('known'), scanned.replaceAll(address, 'nobodys'))
    await expectSuccess(world.run(['sync', 'out', '-f', 'remote.yaml', '--yes'], { env }))
    await expectSuccess(world.run(['sync', 'ours', '-f', 'remote.yaml', '--yes'], { env }))
    expect(await inside('far', 'ls /home/admin/out')).toBe('a\nb.txt\n')
    expect(await inside('web[0]', 'find /opt/ours -type f -printf "%u %p\\n"')).toBe('admin /opt/ours/out/tree/f\n')
    expect(existsSync(here('known'))).toBe(true)
  })

  it('roll over the servers of a count, and stop where one does not get well', async () => {
    const rolling = (health: string) =>
      `{ from: ./site/, to: "web[*]:/opt/roll/", rolling: { health: "${health}", timeout: 2s }, onChange: "date +%s%N > /tmp/rolled" }`
    world.write({ 'roll.yaml': withRules({ ...rules, roll: rolling('test -e /tmp/well') }) })
    const stopped = await expectExit(world.run(['sync', 'roll', '-f', 'roll.yaml', '--yes']), 1)
    expect(stopped.stdout).toContain('SYNC_UNHEALTHY')
    expect(stopped.stdout).toMatch(/not done because of it:.*sync\.roll\[1\]/)
    expect(await inside('web[1]', 'ls /opt/roll 2> /dev/null || echo untouched')).toBe('untouched\n')
    for (const server of ['web[0]', 'web[1]']) await inside(server, 'touch /tmp/well')
    await expectSuccess(world.run(['sync', 'roll', '-f', 'roll.yaml', '--yes']))
    const [first, second] = [await inside('web[0]', 'cat /tmp/rolled'), await inside('web[1]', 'cat /tmp/rolled')]
    expect(BigInt(first.trim())).toBeLessThan(BigInt(second.trim()))
    const again = await expectSuccess(world.run(['sync', 'roll', '-f', 'roll.yaml', '--yes']))
    expect(again.stdout).toContain('No changes')
  })
})
