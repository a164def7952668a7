import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HostAccess, HostPort } from '../../../src/executor/ports.js'
import { createHosts } from '../../../src/hosts/hosts.js'
import { generateOpensshKeyPair } from '../../../src/core/openssh-key.js'
import { describeHosts, unlessHosts } from '../../sandbox/hosts/support.js'
import { Servers } from '../support.js'

describeHosts(`sessions${unlessHosts}`, () => {
  let servers: Servers
  let hosts: HostPort
  let access: HostAccess

  beforeAll(async () => {
    servers = await Servers.start()
    access = await servers.boot('web')
    hosts = createHosts({ connectPatienceMs: 2_000 })
  })
  afterAll(async () => {
    hosts.close()
    await servers.stop()
  })

  const exec = async (argv: readonly string[], input?: string) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()]
    const stdin = input === undefined ? undefined : new PassThrough()
    stdin?.end(input)
    const exitCode = await hosts.exec(access, argv, { stdin, stdout, stderr })
    return { exitCode, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }
  }

  test('exec passes words, streams and exit status through', async () => {
    expect(await exec(['printf', '%s|', 'a b', "it's", '$HOME', '*', 'x\ny', ''])).toEqual({
      exitCode: 0,
      stdout: "a b|it's|$HOME|*|x\ny||",
      stderr: '',
    })
    expect(await exec(['cat'], 'from here')).toMatchObject({ exitCode: 0, stdout: 'from here' })
    expect(await exec(['sh', '-c', 'echo out; echo err >&2; exit 7'])).toEqual({
      exitCode: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    })
    expect(await exec(['sh', '-c', 'kill -TERM $$'])).toMatchObject({ exitCode: 143 })
    expect(await exec(['echo a b'])).toMatchObject({ exitCode: 127 })
    expect(await exec(['true'], 'x'.repeat(1_000_000))).toMatchObject({ exitCode: 0 })
  })

  test('a command whose signal says so is ended on the server, with what it started, also one that ignores Ctrl-C', async () => {
    for (const [name, command] of [
      ['plain', 'sleep 1000'],
      ['deaf', 'trap "" INT; sleep 1000 & wait'],
    ] as const) {
      const ending = new AbortController()
      const run = hosts.run(
        access,
        `echo $$; ${command}`,
        (line) => void writeFile(join(servers.directory, name), line).then(() => ending.abort(new Error('lost'))),
        { signal: ending.signal },
      )
      await expect(run).rejects.toThrow('lost')
      const pid = await readFile(join(servers.directory, name), 'utf8')
      expect(await exec(['sh', '-c', `kill -0 ${pid} || echo gone`])).toMatchObject({ stdout: 'gone\n' })
      expect(await exec(['pgrep', '-x', 'sleep'])).toMatchObject({ exitCode: 1 })
    }
    await expect(
      hosts.run(access, 'true', () => undefined, { signal: AbortSignal.abort(new Error('lost')) }),
    ).rejects.toThrow('lost')
    await hosts.run(access, 'true', () => undefined, { signal: new AbortController().signal })
  })

  test('exec carries megabytes without loss', async () => {
    const stdout = new PassThrough()
    let bytes = 0
    stdout.on('data', (chunk: Buffer) => (bytes += chunk.length))
    const stderr = new PassThrough()
    expect(
      await hosts.exec(access, ['head', '-c', '20000000', '/dev/zero'], { stdin: undefined, stdout, stderr }),
    ).toBe(0)
    expect(bytes).toBe(20_000_000)
  })

  test('an interrupted command gets SIGINT, whether or not its input has ended, also as root', async () => {
    const perl = ['perl', '-e', '$SIG{INT} = sub { exit 5 }; $| = 1; print "ready\\n"; sleep 1 while 1']
    const interrupted = (stdin: PassThrough | undefined, program = perl) => {
      const abort = new AbortController()
      const stdout = new PassThrough()
      stdout.on('data', () => abort.abort())
      return hosts.exec(access, program, { stdin, stdout, stderr: new PassThrough(), interrupt: abort.signal })
    }
    expect(await interrupted(new PassThrough())).toBe(5)
    expect(await interrupted(undefined)).toBe(5)
    expect(await interrupted(undefined, ['sudo', ...perl])).toBe(5)
    expect(await interrupted(undefined, ['sh', '-c', 'echo ready; sleep 98763'])).toBe(130)
    expect(await exec(['pgrep', '-f', 'sleep 98763'])).toMatchObject({ exitCode: 1 })
  })

  test('a command whose output nobody reads any more is not waited for', async () => {
    const stdout = new PassThrough()
    stdout.once('data', () => stdout.destroy(Object.assign(new Error('gone'), { code: 'EPIPE' })))
    expect(await hosts.exec(access, ['yes'], { stdin: undefined, stdout, stderr: new PassThrough() })).toBe(141)
  })

  test('a command whose connection is gone, or that nobody reads, is ended on the server; what one leaves in the background stays', async () => {
    const isGone = async (name: string) => {
      await expect
        .poll(() => exec(['pgrep', '-af', `^[^ ]*sleep ${name}$`]), { timeout: 20_000 })
        .toMatchObject({ exitCode: 1 })
    }
    for (const [name, command] of [
      ['98751', 'echo in; sleep 98751'],
      ['98752', 'trap "" HUP TERM; echo in; sudo sleep 98752'],
    ] as const) {
      const own = createHosts()
      const stdout = new PassThrough()
      stdout.on('data', () => own.close())
      const end = own.exec(access, ['sh', '-c', command], { stdin: undefined, stdout, stderr: new PassThrough() })
      await expect(end).rejects.toMatchObject({ code: 'HOST_CONNECTION_LOST' })
      await isGone(name)
    }
    const stdout = new PassThrough()
    stdout.once('data', () => stdout.destroy(new Error('gone')))
    const silent = ['sh', '-c', 'echo in; sleep 98753']
    expect(await hosts.exec(access, silent, { stdin: undefined, stdout, stderr: new PassThrough() })).toBe(141)
    await isGone('98753')

    const own = createHosts()
    const background = ['sh', '-c', 'nohup sleep 98754 > /dev/null 2>&1 &']
    const streams = { stdin: undefined, stdout: new PassThrough(), stderr: new PassThrough() }
    expect(await own.exec(access, background, streams)).toBe(0)
    own.close()
    await exec(['sleep', '4'])
    expect(await exec(['pkill', '-f', 'sleep 98754$'])).toMatchObject({ exitCode: 0 })
  }, 60_000)

  test('a command has a terminal where the caller has one, of its kind and size, and hears when that changes', async () => {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()]
    let [rows, resized] = [33, () => {}]
    const terminal = {
      term: 'vt220',
      size: () => ({ rows, cols: 99 }),
      onResize: (listener: () => void) => {
        resized = listener
        return () => {}
      },
    }
    let text = ''
    stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      if (text.includes('changed') || !text.includes('33 99')) return
      rows = 44
      resized()
    })
    const program = 'trap "stty size; echo changed; exit 3" WINCH; echo $TERM; stty size; while :; do sleep 0.1; done'
    const exitCode = await hosts.exec(access, ['bash', '-c', program], {
      stdin,
      stdout,
      stderr: new PassThrough(),
      terminal,
    })
    expect({ exitCode, text }).toEqual({ exitCode: 3, text: 'vt220\r\n33 99\r\n44 99\r\nchanged\r\n' })
  })

  test('a command that hangs is ended in its time, on the server too, with all that it started', async () => {
    const hanging = hosts.run(access, 'echo begun; sleep 98765 & sleep 98765', () => {}, { timeoutMs: 1000 })
    await expect(hanging).rejects.toMatchObject({
      code: 'HOST_TIMED_OUT',
      message: expect.stringContaining('within 1 s'),
    })
    expect(await exec(['pgrep', '-f', 'sleep 98765'])).toMatchObject({ exitCode: 1 })
    const deaf = hosts.run(access, "trap '' TERM; while :; do sleep 98764; done", () => {}, { timeoutMs: 1000 })
    await expect(deaf).rejects.toMatchObject({ code: 'HOST_TIMED_OUT' })
    expect(await exec(['pgrep', '-f', '98764'])).toMatchObject({ exitCode: 1 })
    await expect(hosts.run(access, 'exit 4', () => {}, { timeoutMs: 300_000 })).rejects.toMatchObject({ exitCode: 4 })
  })

  test('a command of the stack file runs as the login user, its output comes in lines', async () => {
    const lines: string[] = []
    await hosts.run(access, 'whoami; echo err >&2; printf "no end"; [[ a == a ]] && cat', (line) => lines.push(line))
    expect([...lines].sort()).toEqual(['admin', 'err', 'no end'])
    const failed = hosts.run(access, 'echo to the log; echo reason >&2; exit 9', () => {})
    await expect(failed).rejects.toMatchObject({
      code: 'HOST_COMMAND_FAILED',
      exitCode: 9,
      stderrTail: 'reason\n',
      retryable: false,
    })
  })

  test('nothing of a command stands in the argv of a process', async () => {
    const lines: string[] = []
    const command =
      'secret=hunter2; cat /proc/[0-9]*/cmdline > /tmp/argv; grep -a -c "sh.*-s" /tmp/argv; grep -a -c hunter2 /tmp/argv'
    await hosts.run(access, `${command} || true`, (line) => lines.push(line))
    expect(lines).toEqual(['1', '0'])
  })

  test('forty commands at once share one connection', async () => {
    const outputs = await Promise.all(Array.from({ length: 40 }, (_, at) => exec(['echo', String(at)])))
    expect(outputs.map(({ stdout }) => stdout.trim())).toEqual(outputs.map((_output, at) => String(at)))
    const { stdout } = await exec(['sh', '-c', 'cat /proc/net/tcp | grep -c ":0016 .* 01 "'])
    expect(stdout.trim()).toBe('1')
  })

  test('another host key is refused before a login, and told', async () => {
    const hostKey = generateOpensshKeyPair('x').publicKey
    const probe = createHosts().probe({ ...access, hostKey })
    expect(await probe).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('shows the host key ssh-ed25519'),
    })
    const own = createHosts()
    await expect(own.run({ ...access, hostKey }, 'true', () => {})).rejects.toMatchObject({
      code: 'HOST_KEY_MISMATCH',
      retryable: false,
    })
    await expect(own.run({ ...access, hostKey: '' }, 'true', () => {})).rejects.toMatchObject({
      code: 'HOST_KEY_MISMATCH',
    })
    own.close()
  })

  test('another private key, none, and a locked one are told apart', async () => {
    const own = createHosts()
    const path = join(servers.directory, 'other')
    await writeFile(path, generateOpensshKeyPair('x').privateKey, { mode: 0o600 })
    const run = (privateKeyPath: string) => own.run({ ...access, privateKeyPath }, 'true', () => {})
    await expect(run(path)).rejects.toMatchObject({ code: 'HOST_AUTHENTICATION_FAILED', retryable: false })
    await expect(run(`${path}-missing`)).rejects.toMatchObject({ code: 'HOST_PRIVATE_KEY_UNUSABLE' })
    own.close()
  })

  test('a server that does not answer is tried again until patience ends', async () => {
    const own = createHosts({ connectPatienceMs: 300 })
    let connections = 0
    const mute = createServer((socket) => {
      connections += 1
      socket.destroy()
    }).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const { port } = mute.address() as AddressInfo
    expect(await own.probe({ ...access, hostname: '127.0.0.1', port })).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('does not answer'),
    })
    expect(connections).toBeGreaterThan(1)
    mute.close()
    await once(mute, 'close')
    await expect(
      own.waitUntilReady({ ...access, hostname: '127.0.0.1', port }, { timeoutMs: 300 }),
    ).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      retryable: true,
    })
  })

  test('a connection that breaks is made again for the next command, and at once for what may run again', async () => {
    await hosts.run(access, 'true', () => {})
    const broken = hosts.run(access, 'sudo pkill -f "^sshd: admin"; sleep 5', () => {})
    await expect(broken).rejects.toMatchObject({ code: 'HOST_CONNECTION_LOST', retryable: false })
    await hosts.run(access, 'true', () => {})
    const probes = Promise.all([hosts.probe(access), hosts.probe(access)])
    await servers.sandbox.backend.shutdown(access.instanceId, { force: true })
    await probes
    expect(await createHosts({ connectPatienceMs: 200 }).probe(access)).toMatchObject({ kind: 'unreadable' })
    access = await servers.boot('web', { userData: '#!/bin/sh\necho broken on purpose\nexit 3\n' })
  })

  test('waiting ends when the first boot is over, and tells when user data failed', async () => {
    const good = await servers.boot('good', { userData: '#!/bin/sh\nsleep 1; echo over > /tmp/over\n' })
    expect(await hosts.waitUntilReady(good, { timeoutMs: 300_000 })).toBe('done')
    await hosts.run(good, 'test -s /tmp/over', () => {})
    await expect(hosts.waitUntilReady(access, { timeoutMs: 300_000 })).rejects.toMatchObject({
      code: 'HOST_FIRST_BOOT_FAILED',
      message: expect.stringContaining('broken on purpose'),
    })
    const slow = await servers.boot('slow', { userData: '#!/bin/sh\nsleep 300\n' })
    let hasAnswered = false
    const onAnswer = () => {
      hasAnswered = true
    }
    const timedOut = { code: 'HOST_TIMED_OUT' }
    await expect(hosts.waitUntilReady(slow, { timeoutMs: 1_000, onAnswer })).rejects.toMatchObject(timedOut)
    expect(hasAnswered).toBe(true)
  })
})
