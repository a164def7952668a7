import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as ec2 from '@aws-sdk/client-ec2'
import { expect, onTestFinished, test } from 'vitest'
import { ensureSandbox, stopSandbox } from '../../src/sandbox/daemon-client.js'
import { temporaryDirectory } from '../support/evenkeel.js'
import { noHostsBecause } from '../support/sandbox-world.js'
import { until } from './support.js'

/** A state directory on a disk of its own, which `fill` fills up; its daemon ends and it goes with the test. */
function smallDisk() {
  const { path: disk, remove } = temporaryDirectory('full-disk')
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk])
  const dir = join(disk, 'sandbox')
  onTestFinished(async () => {
    await stopSandbox(dir)
    // A daemon that was just killed may not be quite gone.
    execFileSync('umount', ['--lazy', disk])
    remove()
  })
  const filling = join(disk, 'filling')
  const fill = () => {
    try {
      for (let block = 0; ; block += 1) writeFileSync(filling, Buffer.alloc(4_096), { flag: 'a' })
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' })
    }
  }
  return { dir, fill, makeRoom: () => rmSync(filling) }
}

const tokens = Array.from({ length: 40 }, (_, number) => `volume ${number}`.padEnd(64, 'x'))

test.skipIf(noHostsBecause !== undefined)(
  'a daemon whose disk is full goes on, and its world is on disk once there is room',
  async () => {
    const { dir, fill, makeRoom } = smallDisk()
    const { endpoint, region, accessKeyId, secretAccessKey, pid } = await ensureSandbox(dir, { hosts: 'none' })
    const client = new ec2.EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
    onTestFinished(() => client.destroy())
    fill()
    for (const ClientToken of tokens) {
      await client.send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1, ClientToken }))
    }
    const volumes = async () => {
      const { Volumes = [] } = await client.send(new ec2.DescribeVolumesCommand({}))
      return Volumes.map(({ VolumeId = '' }) => VolumeId).toSorted((left, right) => left.localeCompare(right))
    }
    const before = await volumes()
    expect(before).toHaveLength(tokens.length)
    makeRoom()
    const journal = join(dir, 'worlds', `${region}.jsonl`)
    await until(
      () => Promise.resolve(readFileSync(journal, 'utf8')),
      (text) => before.every((id) => text.includes(id)),
    )
    process.kill(pid, 'SIGKILL')
    await until(
      () => ensureSandbox(dir, { hosts: 'none' }),
      (found) => found.pid !== pid,
    )
    expect(await volumes()).toEqual(before)
  },
)

test.skipIf(noHostsBecause !== undefined)(
  'a daemon that has no room to start says so, and leaves nothing',
  async () => {
    const { dir, fill, makeRoom } = smallDisk()
    mkdirSync(dir)
    fill()
    await expect(ensureSandbox(dir, { hosts: 'none' })).rejects.toThrow('its disk is full; make room there')
    expect(readdirSync(dir).filter((name) => name.startsWith('lock'))).toEqual([])
    makeRoom()
    await expect(ensureSandbox(dir, { hosts: 'none' })).resolves.toMatchObject({ hosts: 'none' })
  },
)
