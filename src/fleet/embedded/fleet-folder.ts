import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { privateDirectory, stateDirectory } from '../../app/private-directory.js'

/** Where this machine keeps what it knows of a fleet; plans hold user data, so it is its owner's alone. */
export interface FleetFolder {
  readonly path: string
  readonly plans: string
  readonly reports: string
  readonly rounds: string
  /** What was told of each stack. */
  readonly told: string
}

/** Below `$XDG_STATE_HOME/evenkeel/fleets/`; made where it is not there. Throws a UsageError where others could write into it. */
export function fleetFolder(name: string): FleetFolder {
  const path = join(stateDirectory(), 'fleets', name)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  return folderAt(privateDirectory(path))
}

function folderAt(path: string): FleetFolder {
  return {
    path,
    plans: join(path, 'plans'),
    reports: join(path, 'reports'),
    rounds: join(path, 'rounds'),
    told: join(path, 'told'),
  }
}
