import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DescribeInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cleanEnvironment } from '../support/evenkeel.js'
import { onTerminal } from '../support/pseudo-terminal.js'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { root } from '../support/source-tree.js'
import { image } from '../support/stacks.js'

const main = join(root, 'dist/cli/main.js')

describe.skipIf(noHostsBecause !== undefined)(
  `a hand on servers${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  () => {
    let world: SandboxWorld

    beforeAll(async () => {
      world = await startSandboxWorld('exec')
      world.write({ 'stack.yaml': stack })
      await expectSuccess(world.run(['apply', 'stack.yaml', '--yes']))
    })
    afterAll(() => world?.remove())

    const exec = (...words: readonly string[]) => world.run(['exec', '-f', 'stack.yaml', ...words])
    const environment = () => ({ ...cleanEnvironment(), ...world.env })

    it('runs on many at once, with lines behind their names, and ends with the highest exit status', async () => {
      const script = 'hostname > /tmp/h; printf "out\\nno end"; printf "\\033[31mred\\n" >&2; exit $1'
      const { stdout, stderr } = await expectExit(exec('web[*]', 'boot', '--', 'sh', '-c', script, 'sh', '3'), 3)
      expect(stdout.split('\n').toSorted()).toEqual([
        '',
        'boot   | no end',
        'boot   | out',
        'web[0] | no end',
        'web[0] | out',
        'web[1] | no end',
        'web[1] | out',
      ])
      expect(stderr.split('\n').toSorted()).toEqual([
        '',
        'boot   | \\u001B[31mred',
        'boot   | exit status 3',
        'web[0] | \\u001B[31mred',
        'web[0] | exit status 3',
        'web[1] | \\u001B[31mred',
        'web[1] | exit status 3',
      ])
      const one = await expectSuccess(exec('web[1..1]', '--', 'echo', 'a b'))
      expect(one).toMatchObject({ stdout: 'web[1] | a b\n', stderr: '' })
    })

    it('takes one word with blanks for a line of the shell, and refuses what it cannot mean', async () => {
      expect((await expectSuccess(exec('boot', '--', 'echo a b | wc -w'))).stdout.trim()).toBe('2')
      expect((await expectExit(exec('boot', '--', 'kill -TERM $$'), 143)).stdout).toBe('')
      expect((await expectExit(exec('web', '--', 'true'), 1)).stderr).toContain('eb means several servers')
      expect((await expectExit(exec('web[*]', 'vebb', '--', 'true'), 1)).stderr).toContain('no server server.vebb')
      expect((await expectExit(exec('web[*]', '-f', 'x', '--', 'true'), 1)).stderr).toContain('Options stand before')
      expect((await expectExit(exec('web[*]', 'boot', '--'), 1)).stderr).toContain('no command behind')
    })

    it('runs by a volume where that is mounted', async () => {
      expect((await expectSuccess(exec('volume.data', '--', 'pwd'))).stdout).toBe('/srv/data\n')
      await expectSuccess(exec('boot', '--', 'sudo umount /srv/data'))
      expect((await expectExit(exec('volume.data', '--', 'pwd'), 1)).stderr).toContain('volume.data is not mounted')
      await expectSuccess(exec('boot', '--', 'sudo mount -a'))
      const both = await expectSuccess(exec('web[0]', 'volume.data', '--', 'pwd'))
      expect(both.stdout.split('\n').toSorted()).toEqual(['', 'volume.data | /srv/data', 'web[0]      | /home/admin'])
    })

    it('gives what comes in to each of them, and lets go of those that take no more', async () => {
      const words = [
        main,
        'exec',
        '-f',
        'stack.yaml',
        'web[*]',
        'boot',
        '--',
        'case $(hostname -I) in *.4*) ;; *) wc -c ;; esac',
      ]
      const child = spawn(process.execPath, words, {
        cwd: world.directory,
        env: environment(),
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece))
      child.stdin.end('x'.repeat(8_000_000))
      expect(await once(child, 'close')).toEqual([0, null])
      expect(text.match(/8000000/g)?.length).toBeGreaterThanOrEqual(2)
    })

    it('keeps nobody back for one that cannot be entered', async () => {
      const { Reservations = [] } = await world.client.send(new DescribeInstancesCommand({}))
      const all = Reservations.flatMap(({ Instances = [] }) => Instances)
      const second = all.find(({ Tags = [] }) => Tags.some(({ Value }) => Value === 'hand/web[1]'))
      await world.client.send(new StopInstancesCommand({ InstanceIds: [second?.InstanceId ?? ''] }))
      const { stdout, stderr } = await expectExit(exec('server.*', '--', 'echo', 'here'), 1)
      expect(stdout.split('\n').toSorted()).toEqual(['', 'boot   | here', 'web[0] | here'])
      expect(stderr).toMatch(/^web\[1\] \| evenkeel: server\.web\[1\] is stopp/)
    })

    it.each([
      ['SIGINT', [130, null]],
      ['SIGKILL', [null, 'SIGKILL']],
    ] as const)('ends what runs on servers at %s', async (signal, end) => {
      const words = [main, 'exec', '-f', 'stack.yaml', 'web[0]', 'boot', '--', 'echo in; sleep 98761']
      const child = spawn(process.execPath, words, {
        cwd: world.directory,
        env: environment(),
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
        if (text.match(/in\n/g)?.length === 2) child.kill(signal)
      })
      expect(await once(child, 'close')).toEqual(end)
      const sleeping = () => exec('web[0]', 'boot', '--', 'pgrep', '-x', 'sleep')
      await expect.poll(async () => (await sleeping()).stdout, { timeout: 20_000 }).toBe('')
    })

    it('gives a command a terminal, whose size it follows, and gives the terminal back as it was', async () => {
      const words = [process.execPath, main, 'exec', '-f', 'stack.yaml', 'boot', '--', 'bash', '--norc']
      const shown = await onTerminal(
        ['sh', '-c', `"$@"; echo "left $?"; stty -a | grep -o '[-]*icanon'`, 'sh', ...words],
        {
          cwd: world.directory,
          env: environment(),
        },
        [
          ['$ ', 'stty size; echo rea""dy\r'],
          ['ready', 'sleep 98762\r'],
          ['98762', () => new Promise<string>((resolve) => setTimeout(() => resolve('\u0003'), 1000))],
          ['$ ', 'echo aft""er $?\r'],
          ['after 130', 'exit 9\r'],
        ],
      )
      expect(shown.text).toContain('30 80')
      expect(shown.text).toContain('left 9')
      expect(shown.text).toMatch(/[^-]icanon/)
    })

    it('opens a shell by ssh on a terminal of the same size, and hands its exit status on', async () => {
      const words = [process.execPath, main, 'ssh', '-f', 'stack.yaml', 'boot']
      const shown = await onTerminal(words, { cwd: world.directory, env: environment() }, [
        ['$ ', 'stty size; echo rea""dy\r'],
        ['ready', 'sleep 98763\r'],
        ['98763', () => new Promise<string>((resolve) => setTimeout(() => resolve('\u0003'), 1000))],
        ['$ ', 'echo aft""er $?\r'],
        ['after 130', 'exit 7\r'],
      ])
      expect(shown).toMatchObject({ exitCode: 7, text: expect.stringContaining('30 80') })
    })
  },
)

const stack = `
evenkeel: 1
stack: hand
target: sandbox
servers:
  web: { count: 2, image: ${image}, type: t3.small }
  boot: { image: ${image}, type: t3.small }
volumes:
  data: { server: boot, size: 1, mount: /srv/data }
`
