import { execFileSync } from 'node:child_process'
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DescribeInstancesCommand, DescribeVolumesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import type { CommandOptions } from '../support/evenkeel.js'
import { image } from '../support/stacks.js'

const mebibyte = 2 ** 20

/** A stack with a server, a volume of 1 GiB on it, and a directory to be copied there. */
const stack = (name: string, options = '') => `
evenkeel: 1
stack: ${name}
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a }
volumes:
  data: { server: web, size: 1, mount: /srv/data }
sync:
  files: { from: ./${name}/, to: volume.data/files/${options} }
`

/** Names of the programs that run with this text in their arguments. */
function programsWith(text: string): readonly string[] {
  const lines = execFileSync('ps', ['-e', '-ww', '-o', 'comm=,args='], { encoding: 'utf8' }).split('\n')
  return lines.filter((line) => line.includes(text)).map((line) => line.split(' ', 1)[0] ?? '')
}

/** For what keeps a small machine busy. */
const patient = { timeout: 300_000 }

/** A copy as slow as a test needs it: about 2 MiB a second. */
const slow = ', bandwidthKiBps: 2048'

describe.skipIf(noHostsBecause !== undefined)(`a copy${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('faults')
  })
  afterAll(() => world?.remove())

  const sourceOf = (name: string) => {
    mkdirSync(join(world.directory, name), { recursive: true })
    return join(world.directory, name)
  }
  const write = (name: string, text: string) => world.write({ [`${name}.yaml`]: text })
  const applying = (name: string) => world.run(['apply', `${name}.yaml`, '--yes'])
  const expectSettled = (name: string) => expectExit(world.run(['plan', `${name}.yaml`, '--detailed-exitcode']), 0)
  const inside = async (name: string, script: string) =>
    (await expectSuccess(world.run(['exec', '-f', `${name}.yaml`, 'web', '--', 'sudo', 'sh', '-ec', script]))).stdout

  /** Applies, and does `then` once the copy runs. */
  const duringCopy = (
    name: string,
    then: (kill: (signal: NodeJS.Signals) => void) => void,
    options: CommandOptions = {},
  ) => {
    let isBegun = false
    return world.run(['apply', `${name}.yaml`, '--yes', '--json'], {
      ...options,
      onStdout: (text, kill) => {
        if (isBegun || !/"step-started"[^\n]*copy-files/.test(text)) return
        isBegun = true
        setTimeout(() => then(kill), 700)
      },
    })
  }

  it.concurrent('without room at its destination says so, and is finished once there is room', async () => {
    writeFileSync(join(sourceOf('full'), 'large'), randomBytes(48 * mebibyte))
    write('full', stack('full').replace(/sync:[^]*/, ''))
    await expectSuccess(applying('full'))
    await inside('full', 'fallocate -l $(($(df -B1 --output=avail /srv/data | tail -n 1) - 16777216)) /srv/data/filler')
    write('full', stack('full'))
    const { stdout } = await expectExit(applying('full'), 1)
    expect(stdout).toContain('SYNC_NO_SPACE')
    await inside('full', 'rm /srv/data/filler')
    await expectSuccess(applying('full'))
    await expectSettled('full')
  })

  it.concurrent('takes names of any bytes', async () => {
    const source = sourceOf('names')
    const names = ['two words', `"quoted" 'twice'`, 'line\nbreak', 'café', '-dash', '*?[x]', '\\back', '$(reboot)', ' ']
    for (const name of names) writeFileSync(join(source, name), name)
    // Latin-1, which is no UTF-8.
    writeFileSync(Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0x63, 0x61, 0x66, 0xe9])]), 'latin')
    write('names', stack('names', ', delete: true'))
    await expectSuccess(applying('names'))
    await expectSettled('names')
    const found = await inside('names', 'cd /srv/data/files && find . -type f -print0 | LC_ALL=C sort -z | base64 -w 0')
    const bytes = Buffer.from(found, 'base64')
    for (const name of names) expect(bytes.includes(Buffer.from(`./${name}\0`))).toBe(true)
    expect(bytes.includes(Buffer.from([0x2f, 0x63, 0x61, 0x66, 0xe9, 0x00]))).toBe(true)
  })

  it.concurrent('that is killed is finished by the next apply', async () => {
    writeFileSync(join(sourceOf('killed'), 'large'), randomBytes(12 * mebibyte))
    write('killed', stack('killed', slow))
    // In the arguments of every rsync and ssh: their configuration lies there.
    const TMPDIR = join(world.directory, 'killed-tmp')
    mkdirSync(TMPDIR)
    const killOnceItCopies = (kill: (signal: NodeJS.Signals) => void) => {
      if (programsWith(TMPDIR).includes('rsync')) kill('SIGKILL')
      else setTimeout(() => killOnceItCopies(kill), 50)
    }
    const { exitCode } = await duringCopy('killed', killOnceItCopies, { env: { TMPDIR } })
    expect(exitCode).not.toBe(0)
    await expect.poll(() => programsWith(TMPDIR), { timeout: 120_000 }).toEqual([])
    write('killed', stack('killed'))
    await expectSuccess(applying('killed'))
    await expectSettled('killed')
    const { stdout } = await expectSuccess(
      world.run(['exec', '-f', 'killed.yaml', 'web', '--', 'stat', '-c', '%s', '/srv/data/files/large']),
    )
    expect(Number(stdout)).toBe(12 * mebibyte)
  })

  it.concurrent('that is in flight at Ctrl-C on a terminal goes on to its end', async () => {
    writeFileSync(join(sourceOf('stopped'), 'large'), randomBytes(12 * mebibyte))
    write('stopped', stack('stopped', slow))
    const { exitCode, stdout } = await duringCopy('stopped', (kill) => kill('SIGINT'), { asGroup: true })
    expect(exitCode).toBe(130)
    expect(stdout).toMatch(/"step-finished"[^\n]*copy-files[^\n]*"done"/)
    expect(await inside('stopped', 'stat -c %s /srv/data/files/large')).toBe(`${12 * mebibyte}\n`)
  })

  it.concurrent('whose server dies ends with an error, and the next apply makes another server for the volume', async () => {
    writeFileSync(join(sourceOf('dying'), 'large'), randomBytes(12 * mebibyte))
    write('dying', stack('dying', slow))
    const { client } = world
    const Filters = [
      { Name: 'tag:evenkeel:stack', Values: ['dying'] },
      { Name: 'instance-state-name', Values: ['running'] },
    ]
    const volumes = async () =>
      (
        await client.send(
          new DescribeVolumesCommand({
            Filters: [{ Name: 'tag:evenkeel:address', Values: ['volume.data'] }, ...Filters.slice(0, 1)],
          }),
        )
      ).Volumes?.map(({ VolumeId }) => VolumeId)
    let before: Awaited<ReturnType<typeof volumes>>
    const { stdout } = await expectExit(
      duringCopy('dying', () => {
        void (async () => {
          before = await volumes()
          const { Reservations = [] } = await client.send(new DescribeInstancesCommand({ Filters }))
          const InstanceIds = Reservations.flatMap(({ Instances = [] }) =>
            Instances.map(({ InstanceId = '' }) => InstanceId),
          )
          await client.send(new TerminateInstancesCommand({ InstanceIds }))
        })()
      }),
      1,
    )
    expect(stdout).toMatch(/SYNC_INTERRUPTED|HOST_UNREACHABLE|SYNC_\w+/)
    write('dying', stack('dying'))
    await expectSuccess(applying('dying'))
    await expectSettled('dying')
    expect(await volumes()).toEqual(before)
  })

  it.concurrent('whose source loses a file in the middle goes on, and the next apply agrees', async () => {
    const source = sourceOf('vanishing')
    writeFileSync(join(source, 'a-large'), randomBytes(6 * mebibyte))
    writeFileSync(join(source, 'b-gone'), 'gone')
    write('vanishing', stack('vanishing', slow))
    const first = await duringCopy('vanishing', () => rmSync(join(source, 'b-gone')))
    if (first.exitCode !== 0) expect(first.stdout).toMatch(/SYNC_SOURCE_VANISHED/)
    await expectSuccess(applying('vanishing'))
    await expectSettled('vanishing')
  })

  it.concurrent('of a sparse file of 10 GiB takes the room of its data alone', patient, async () => {
    const file = openSync(join(sourceOf('sparse'), 'image'), 'w')
    ftruncateSync(file, 10 * 2 ** 30)
    writeSync(file, 'in the middle', 5 * 2 ** 30)
    closeSync(file)
    write('sparse', stack('sparse', ', compress: true'))
    await expectSuccess(applying('sparse'))
    await expectSettled('sparse')
    const [bytes, blocks] = (await inside('sparse', 'stat -c "%s %b" /srv/data/files/image')).split(' ').map(Number)
    expect(bytes).toBe(10 * 2 ** 30)
    expect(blocks).toBeLessThan(2048)
  })

  it.concurrent('of 100,000 small files ends, and the next plan finds nothing to do', patient, async () => {
    const source = sourceOf('many')
    for (let directory = 0; directory < 100; directory += 1) {
      mkdirSync(join(source, String(directory)))
      for (let file = 0; file < 1000; file += 1) writeFileSync(join(source, String(directory), String(file)), `${file}`)
    }
    write('many', stack('many').replace('size: 1,', 'size: 2,'))
    await expectSuccess(applying('many'))
    await expectSettled('many')
    expect(await inside('many', 'find /srv/data/files -type f | wc -l')).toBe('100000\n')
  })

  it.concurrent('does not begin on a filesystem that needs a repair: that is named, and done by people', async () => {
    const text = (size: number) =>
      stack('dirty')
        .replace(/sync:[^]*/, '')
        .replace('size: 1,', `size: ${size}, fstype: ext4,`)
        .replace('mount: /srv/data', 'unmounted: true')
    write('dirty', text(1))
    await expectSuccess(applying('dirty'))
    // The second and third inode table blocks: e2fsck -p does not mend that by itself.
    await inside(
      'dirty',
      'debugfs -w -R "clri /" /dev/nvme1n1 2>/dev/null; debugfs -w -R "ssv state 2" /dev/nvme1n1 2>/dev/null; sync',
    )
    write('dirty', text(2))
    const { stdout } = await expectExit(applying('dirty'), 1)
    expect(stdout).toMatch(/needs a repair by hand: `e2fsck -fp \/dev\/nvme1n1` ended with exit status \d+/)
    await inside('dirty', 'e2fsck -fy /dev/nvme1n1 > /dev/null 2>&1 || [ $? -lt 4 ]')
    await expectSuccess(applying('dirty'))
    await expectSettled('dirty')
  })
})
