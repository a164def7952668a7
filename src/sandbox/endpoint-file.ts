import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from './atomic-file.js'
import type { ClockSetting } from './sandbox-clock.js'
import type { SandboxSwitches } from './switches.js'

/** How to reach a running daemon: `endpoint.json` in its state directory, readable by its owner alone. */
export interface SandboxEndpoint {
  readonly pid: number
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly accountId: string
  /** `linux`: instances are real hosts. `none`: the API alone. */
  readonly hosts: 'linux' | 'none'
  readonly hostsUnavailableBecause?: string
  /** ISO 8601. */
  readonly startedAt: string
  /** What it was started with; absent: nothing. */
  readonly switches?: SandboxSwitches
  /** Its clock, where that is not the machine's. */
  readonly clock?: ClockSetting
}

function pathOf(stateDir: string): string {
  return join(stateDir, 'endpoint.json')
}

/** The endpoint that was written last, whether its daemon lives or not. */
export function readEndpoint(stateDir: string): SandboxEndpoint | undefined {
  try {
    return JSON.parse(readFileSync(pathOf(stateDir), 'utf8')) as SandboxEndpoint
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

export function writeEndpoint(stateDir: string, endpoint: SandboxEndpoint): void {
  writeFileAtomically(pathOf(stateDir), `${JSON.stringify(endpoint, null, 2)}\n`)
}

export function removeEndpoint(stateDir: string): void {
  rmSync(pathOf(stateDir), { force: true })
}
