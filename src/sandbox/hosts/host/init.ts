import { existsSync, mkdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../../core/errors.js'
import { unifiedHierarchy } from './process-group.js'

/** What a host's first process is: the machine's systemd, or a small shell script (host-init.sh.ts). */
export type HostInit = 'systemd' | 'minimal'

export interface ChosenInit {
  readonly init: HostInit
  /** Why it is not the one that was wanted. */
  readonly because?: string
}

/** Debian and Ubuntu have had it there since they merged /lib into /usr. */
const systemd = '/usr/lib/systemd/systemd'

/** systemd where it was not refused and the machine lets us have it: the program, and a cgroup for each host. */
export async function chooseInit(wanted: HostInit): Promise<ChosenInit> {
  if (wanted === 'minimal') return { init: 'minimal' }
  if (!existsSync(systemd)) return { init: 'minimal', because: `this machine has no ${systemd}` }
  const hierarchy = await unifiedHierarchy()
  if (hierarchy === undefined) return { init: 'minimal', because: 'cgroup v2 is mounted nowhere on this machine' }
  const trial = join(hierarchy, `evenkeel-trial-${process.pid}`)
  try {
    mkdirSync(trial)
    rmdirSync(trial)
  } catch (error) {
    return { init: 'minimal', because: `no cgroup can be made in ${hierarchy}: ${messageOf(error)}` }
  }
  return { init: 'systemd' }
}
