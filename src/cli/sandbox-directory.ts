import { resolve } from 'node:path'
import { defaultSandboxDir } from '../sandbox/daemon-client.js'

/** `--sandbox-dir`, else EVENKEEL_SANDBOX_DIR, else the one under the user's state directory. */
export function sandboxDirectory({ sandboxDir }: { readonly sandboxDir?: string }): string {
  const named = sandboxDir ?? process.env['EVENKEEL_SANDBOX_DIR']
  return named === undefined || named === '' ? defaultSandboxDir() : resolve(named)
}
