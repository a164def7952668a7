import { rm } from 'node:fs/promises'
import { UsageError } from '../../core/errors.js'
import { Balancers } from './balancing/balancers.js'
import { type AddressBlock, claimAddressBlock } from './address-block.js'
import { canHostLinux } from './capability.js'
import { openHostsDirectory } from './directory.js'
import { type Disks, openDisks } from './disks/disk-image.js'
import { type HostSurroundings, writeBootFiles } from './host/host.js'
import { chooseInit, type HostInit } from './host/init.js'
import { makeRoomForWatches } from './host/inotify-limit.js'
import { limitsOf } from './limits.js'
import { type HeldLock, lockDirectory } from './locks.js'
import { LoopbackDoors, routedDoors } from './network/doors.js'
import { firewallRuleset } from './network/firewall-rules.js'
import { Relay } from './network/relay.js'
import { Switch } from './network/switch.js'
import { joinByUplink } from './network/uplink.js'
import { machineAddresses, WayOut } from './network/way-out.js'
import { forgetLoops, removeGroups, sweep } from './sweep.js'

export interface RunningOptions {
  readonly stateDir: string
  readonly reach: 'loopback' | 'routed' | undefined
  readonly init: HostInit
  readonly offline: boolean
}

/** What a started sandbox holds of this machine, whatever hosts run in it. */
export interface Running extends HostSurroundings {
  readonly lock: HeldLock
  readonly block: AddressBlock
  readonly wayOut?: WayOut
  readonly balancers: Balancers
  readonly disks: Disks
  /** What hosts are kept from here, a sentence each. */
  readonly limits: readonly string[]
}

/** Starts all that hosts share, in a directory that it locks. Nothing of it is left when it rejects. */
export async function startRunning({ stateDir, reach, init: wanted, offline }: RunningOptions): Promise<Running> {
  const capability = canHostLinux(stateDir)
  if (!capability.ok) throw new UsageError('SANDBOX_HOST_FAILED', capability.because)
  const directory = await openHostsDirectory(stateDir)
  const lock = await lockDirectory(directory)
  const undo: (() => Promise<void>)[] = [() => lock.release()]
  try {
    await sweep(directory)
    const block = await claimAddressBlock(directory, reach)
    undo.unshift(() => block.release())
    const { init, because } = await chooseInit(wanted)
    const hostsMax = init === 'systemd' ? await makeRoomForWatches() : undefined
    await writeBootFiles(directory)
    const network = await Switch.start(directory, init)
    undo.unshift(() => network.stop())
    const disks = await openDisks(directory, network)
    undo.unshift(() => disks.close())
    await network.run('nft', ['-f', '-'], firewallRuleset({ publicAddresses: [], rules: [] }, machineAddresses()))
    if (block.reach === 'routed') await joinByUplink(network, block)
    const relay = await Relay.start(directory, network)
    undo.unshift(() => relay.stop())
    const wayOut = offline ? 'it was started with --offline' : await WayOut.open(directory, network)
    const doors = block.reach === 'routed' ? routedDoors : new LoopbackDoors(relay)
    return {
      directory: disks.directory,
      disks,
      lock,
      block,
      network,
      relay,
      doors,
      balancers: new Balancers(directory, network),
      init,
      limits: limitsOf({ because, hostsMax, wayOut, copiesBecause: disks.copiesBecause }),
      ...(wayOut instanceof WayOut && { wayOut }),
    }
  } catch (error) {
    for (const step of undo) await step()
    throw error
  }
}

/** Gives all of it back, once no host runs any more. */
export async function stopRunning(running: Running): Promise<void> {
  const { directory } = running
  await running.balancers.stop()
  await running.wayOut?.close()
  await running.relay.stop()
  await running.disks.close()
  await running.network.stop()
  await forgetLoops(directory)
  await removeGroups(directory)
  for (const path of [directory.runtime, directory.imageLayer]) await rm(path, { recursive: true, force: true })
  await running.block.release()
  await running.lock.release()
}
