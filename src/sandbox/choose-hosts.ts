import { join } from 'node:path'
import { messageOf } from '../core/errors.js'
import { createNoHosts } from './hosts-none.js'
import { canHostLinux } from './hosts/capability.js'
import type { HostBackend } from './hosts/host-backend.js'
import type { SandboxSwitches } from './switches.js'

/**
 * The backend for a sandbox, started. `auto` takes Linux hosts where the machine can have them, and else says why not.
 * `before` is what the sandbox had at its last start: disks with content are not continued as mere records. Without a
 * switch, EVENKEEL_SANDBOX_INIT says what boots the hosts.
 */
export async function startHosts(
  stateDir: string,
  wanted: 'auto' | 'linux' | 'none',
  before: 'linux' | 'none' | undefined,
  { init, offline }: Pick<SandboxSwitches, 'init' | 'offline'>,
): Promise<HostBackend> {
  if (wanted === 'none') return none(before, 'hosts were switched off')
  if (wanted === 'auto' && before === 'none') return none(before, 'this sandbox was made without hosts')
  const capability = canHostLinux()
  if (!capability.ok) {
    if (wanted === 'linux') throw new Error(`this machine cannot run the sandbox's hosts: ${capability.because}`)
    return none(before, capability.because)
  }
  const { createLinuxHosts } = await import('./hosts/linux-hosts.js')
  const hosts = createLinuxHosts({
    stateDir: join(stateDir, 'hosts'),
    init: init ?? (process.env['EVENKEEL_SANDBOX_INIT'] === 'minimal' ? 'minimal' : 'systemd'),
    offline: offline ?? false,
  })
  try {
    await hosts.start()
  } catch (error) {
    if (wanted === 'linux' || before === 'linux') throw error
    return none(before, `the hosts could not be started: ${messageOf(error)}`)
  }
  return hosts
}

function none(before: 'linux' | 'none' | undefined, because: string): HostBackend {
  if (before === 'linux') {
    throw new Error(
      `this sandbox has servers and volumes with content, and cannot go on without hosts (${because}); 'evenkeel sandbox reset' starts afresh`,
    )
  }
  return createNoHosts(because)
}
