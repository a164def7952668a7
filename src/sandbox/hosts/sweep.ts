import { readdir, readFile, rm, rmdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { systemClock } from '../../core/clock.js'
import { run } from './commands.js'
import type { HostsDirectory } from './directory.js'
import { loopsOver, loopsWithin, removeLoopNodes } from './disks/loop-device.js'
import { partialSuffix } from './disks/volume-files.js'
import { deviceGroupPrefix, deviceHierarchy, identityOfGroup, removeGroup } from './host/device-group.js'
import { isLocked } from './locks.js'
import { removeTree, unifiedHierarchy } from './host/process-group.js'

/**
 * Removes what a killed daemon left of this state directory: processes and mounts go by themselves within
 * milliseconds; empty cgroups, unbound /dev/loopN nodes and half-written copies stay, and a loop device does when the
 * kill fell between its making and our hold on it. Whoever calls it holds the directory's lock.
 */
export async function sweep(directory: HostsDirectory): Promise<void> {
  await removeProcessGroups(directory)
  await endProcesses(directory)
  await releaseLoops(directory)
  await forgetLoops(directory)
  await removeDeviceGroups(directory)
  await removePartialFiles(directory)
  await removeForsakenGroups(directory)
}

/** Removes the groups of this directory's hosts, when none runs any more. */
export async function removeGroups(directory: HostsDirectory): Promise<void> {
  await removeProcessGroups(directory)
  await removeDeviceGroups(directory)
}

/**
 * Removes the empty groups of other sandboxes that were killed: their directory may be gone, so that no start of theirs ever
 * finds them. What lives holds its lock, and a group with processes cannot be removed.
 */
async function removeForsakenGroups(directory: HostsDirectory): Promise<void> {
  for (const hierarchy of [await deviceHierarchy(), await unifiedHierarchy()]) {
    if (hierarchy === undefined) continue
    const names = await readdir(hierarchy)
    for (const identity of new Set(names.map(identityOfGroup))) {
      if (identity === undefined || identity === directory.identity || (await isLocked(identity))) continue
      for (const name of names) if (identityOfGroup(name) === identity) await removeIfEmpty(join(hierarchy, name))
    }
  }
}

async function removeIfEmpty(group: string): Promise<void> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) if (entry.isDirectory()) await removeIfEmpty(join(group, entry.name))
  await rmdir(group).catch(() => {}) // whoever is still ending there keeps it until another start
}

/** Processes that carry this directory in the environment that they were started with. */
async function endProcesses(directory: HostsDirectory): Promise<void> {
  const mark = `EVENKEEL_HOSTS=${directory.root}`
  for (let turn = 0; turn < 200; turn += 1) {
    const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    const found: number[] = []
    for (const name of names) {
      const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '')
      if (environment.split('\0').includes(mark)) found.push(Number(name))
    }
    if (found.length === 0) return
    for (const processId of found) endProcess(processId)
    await systemClock.sleep(20)
  }
}

function endProcess(processId: number): void {
  try {
    process.kill(processId, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function releaseLoops(directory: HostsDirectory): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    const bound = await loopsOver(`${directory.root}/`)
    if (bound.length === 0) return
    // The first second is the kernel's: it undoes the dead hosts' mounts, and AUTOCLEAR does the rest.
    if (turn >= 50) {
      for (const loop of [...(await loopsWithin(bound)), ...bound]) {
        await run('losetup', ['--detach', loop]).catch(() => '')
      }
    }
    await systemClock.sleep(20)
  }
}

/** Removes the unbound /dev/loopN nodes that this sandbox had the kernel make. */
export async function forgetLoops(directory: HostsDirectory): Promise<void> {
  const text = await readFile(directory.loopsFile, 'utf8').catch(() => '')
  await removeLoopNodes(text.split('\n'))
  await rm(directory.loopsFile, { force: true })
}

async function removeProcessGroups(directory: HostsDirectory): Promise<void> {
  const hierarchy = await unifiedHierarchy()
  if (hierarchy === undefined) return
  for (const name of await readdir(hierarchy)) {
    if (name.startsWith(deviceGroupPrefix(directory))) await removeTree(join(hierarchy, name))
  }
}

async function removeDeviceGroups(directory: HostsDirectory): Promise<void> {
  const hierarchy = await deviceHierarchy()
  if (hierarchy === undefined) return
  for (const name of await readdir(hierarchy)) {
    if (!name.startsWith(deviceGroupPrefix(directory))) continue
    for (const group of [join(hierarchy, name, 'ns'), join(hierarchy, name)]) await removeGroup(group)
  }
}

async function removePartialFiles(directory: HostsDirectory): Promise<void> {
  for (const folder of [directory.volume(''), directory.snapshot('')].map((path) => join(path, '..'))) {
    for (const name of await readdir(folder)) {
      if (name.endsWith(partialSuffix)) await rm(join(folder, basename(name)), { force: true })
    }
  }
}
