import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runEvenkeel, temporaryDirectory } from '../../evenkeel.js'
import { image } from '../../stacks.js'
import type { Held } from './growth.js'
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

/** So much may a daemon without hosts hold more. It remembers its last 20,000 requests, which are some 30 MiB when it has them all. */
export const allowedInDaemon: Held = {
  rssMiB: 32,
  descriptors: 2,
  processes: 0,
  mounts: 0,
  loopDevices: 0,
  netNamespaces: 0,
  controlGroups: 0,
  files: 0,
  /** The command line keeps the journals of the last 50 runs. */
  ownFiles: 0,
}

/** What must be more while there are hosts: who cannot see them does not see what they leave behind either. */
const seenOfHosts = ['processes', 'mounts', 'loopDevices', 'netNamespaces', 'files'] as const

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
export async function soakDaemon(cycles: number, init: string, isStopped: () => boolean): Promise<readonly Held[]> {
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
    const { pid } = JSON.parse(await evenkeel('sandbox status --json')) as { readonly pid: number }
    const held: Held[] = []
    for (let cycle = 1; cycle <= cycles && !isStopped(); cycle += 1) {
      await evenkeel('apply two.yaml --yes')
      const withHosts = heldBy(pid, directory)
      await evenkeel('snapshot volume.one -f two.yaml --yes')
      await evenkeel('apply one.yaml --yes')
      await evenkeel('destroy one.yaml --yes')
      await evenkeel('snapshots delete volume.one --version 1 -f two.yaml --yes')
      held.push(heldBy(pid, directory))
      for (const name of seenOfHosts)
        if ((withHosts[name] ?? 0) <= (held.at(-1)?.[name] ?? 0)) throw new Error(`cycle ${cycle}: no ${name} of hosts`)
      process.stderr.write(`cycle ${cycle}: ${JSON.stringify(held.at(-1))}\n`)
    }
    return held
  } finally {
    await runEvenkeel(['sandbox', 'down'], { cwd: directory, env })
    remove()
  }
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
