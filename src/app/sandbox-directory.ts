import { resolve } from 'node:path'
import { defaultSandboxDir } from '../sandbox/daemon-client.js'
import { privateDirectory } from './private-directory.js'

/** The directory that was given, else EVENKEEL_SANDBOX_DIR, else the one under the user's state directory. */
export function sandboxDirectory(given: string | undefined): string {
  return privateDirectory(resolve(given ?? defaultSandboxDir()))
}
