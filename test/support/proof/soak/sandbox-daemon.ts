import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DescribeVolumesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { runEvenkeel, temporaryDirectory } from '../../evenkeel.js'
import { image } from '../../stacks.js'
import type { Held, Soaked } from './growth.js'
import {
  controlGroupsOf,
  descriptorsOf,
  familyOf,
  filesBelow,
  loopDevicesOf,
  mountsOf,
  namespacesOf,
  rssMiBOf,
} from './machine-counts.js'

/** So much may a daemon without hosts hold more. RSS is the allocator's to give back, and noise in it was 5 MiB when this was chosen. */
export const allowedInDaemon: Held = {
  rssMiB: 16,
  descriptors: 2,
  processes: 0,
  mounts: 0,
  loopDevices: 0,
  netNamespaces: 0,
  controlGroups: 0,
  files: 0,
  ownFiles: 0,
}

/** Not looked at: five runs each, until there are the journals of fifty, which is what the command line keeps. */
const cyclesUnseen = 10

/** What must be more while there are hosts: who cannot see them does not see what they leave behind either. */
const seenOfHosts = ['processes', 'mounts', 'loopDevices', 'netNamespaces', 'files'] as const

interface SandboxStatus {
  readonly pid: number
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const stack = (servers: string, second: string) => `evenkeel: 1
stack: soak
target: sandbox
servers:
  web: { ${servers}, image: ${image}, type: t3.small, zone: us-east-1a }
volumes:
  one: { server: 'web[0]', size: 1, mount: /srv/one, onRemove: delete }
  two: { ${second}, fstype: xfs, mount: /srv/two, onRemove: delete }
sync:
  one: { from: ./site/, to: volume.one/ }
`
const files = {
  'two.yaml': stack('count: 2', "server: 'web[1]', size: 1"),
  'one.yaml': stack('count: 1', "server: 'web[0]', size: 2"),
}

/** Boots two hosts, mounts, copies, moves a volume, takes a snapshot and destroys so often, by the built command line; what the daemon held in between. */
export async function soakDaemon(cyclesMax: number, init: string, isOver: () => boolean): Promise<Soaked> {
  const { path: directory, remove } = temporaryDirectory('soak')
  const stateDir = join(directory, 'sandbox')
  const env = { EVENKEEL_SANDBOX_DIR: stateDir, HOME: directory, XDG_STATE_HOME: join(directory, 'state') }
  const evenkeel = async (line: string) => {
    const { exitCode, stdout, stderr } = await runEvenkeel(line.split(' '), { cwd: directory, env })
    if (exitCode !== 0) throw new Error(`${line} ended with ${exitCode}:\n${stdout}\n${stderr}`)
    return stdout
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  mkdirSync(join(directory, 'site'))
  writeFileSync(join(directory, 'site/index.html'), 'even keel\n')
  try {
    await evenkeel(`sandbox up --hosts linux --init ${init}`)
    const status = JSON.parse(await evenkeel('sandbox status --json')) as SandboxStatus
    const { pid } = status
    await fillRequestLog(status)
    const held: Held[] = []
    let cycle = 0
    while (cycle < cyclesMax && !isOver()) {
      cycle += 1
      await evenkeel('apply two.yaml --yes')
      const withHosts = heldBy(pid, directory)
      await evenkeel('snapshot volume.one -f two.yaml --yes')
      await evenkeel('apply one.yaml --yes')
      await evenkeel('destroy one.yaml --yes')
      await evenkeel('snapshots delete volume.one --version 1 -f two.yaml --yes')
      const without = heldBy(pid, directory)
      if (cycle > cyclesUnseen) held.push(without)
      for (const name of seenOfHosts)
        if ((withHosts[name] ?? 0) <= (without[name] ?? 0)) throw new Error(`cycle ${cycle}: no ${name} of hosts`)
      process.stderr.write(`cycle ${cycle}: ${JSON.stringify(without)}\n`)
    }
    return { cycles: cycle, held }
  } finally {
    await runEvenkeel(['sandbox', 'down'], { cwd: directory, env })
    remove()
  }
}

/** The daemon remembers its last 20,000 requests, give or take a tenth: some 20 MiB, that it is not to be seen growing by later. */
const requestsRemembered = 22_000

async function fillRequestLog({ endpoint, region, accessKeyId, secretAccessKey }: SandboxStatus): Promise<void> {
  const client = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
  const Filters = [
    { Name: 'tag:evenkeel:stack', Values: ['soak'] },
    { Name: 'status', Values: ['creating', 'available', 'in-use', 'error'] },
  ]
  const sendEach = async () => {
    for (let sent = 0; sent < requestsRemembered / 4; sent += 1)
      await client.send(new DescribeVolumesCommand({ Filters }))
  }
  await Promise.all([sendEach(), sendEach(), sendEach(), sendEach()])
  client.destroy()
}

function heldBy(pid: number, directory: string): Held {
  const family = familyOf(pid)
  const stateDir = realpathSync(join(directory, 'sandbox'))
  const hosts = join(stateDir, 'hosts')
  // As src/sandbox/hosts/directory.ts names what it makes in places of the whole machine.
  const identity = createHash('sha256').update(hosts).digest('hex').slice(0, 12)
  return {
    rssMiB: rssMiBOf(pid),
    descriptors: descriptorsOf(pid),
    processes: family.length,
    mounts: mountsOf(family),
    loopDevices: loopDevicesOf(hosts),
    netNamespaces: namespacesOf(family, 'net'),
    controlGroups: controlGroupsOf(`evenkeel-${identity}`),
    // The private half of a generated key is put aside when its key pair goes, and kept: some server may still know it.
    files: filesBelow(stateDir, 'retired'),
    ownFiles: filesBelow(join(directory, 'state')),
  }
}
