import { resolve } from 'node:path'
import { defaultSandboxDir } from '../sandbox/daemon-client.js'

/** `--sandbox-dir`, else EVENKEEL_SANDBOX_DIR, else the one under the user's state directory. */
export function sandboxDirectory({ sandboxDir }: { readonly sandboxDir?: string }): string {
  return resolve(sandboxDir ?? defaultSandboxDir())
}
