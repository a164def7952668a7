import { lstatSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/**
 * Why a directory is none to keep secrets in, or undefined: another user of this machine owns it or may put files into it, and
 * so could choose the keys that are used and the programs that are run. Undefined too for what is not there yet: it will be
 * made for its owner alone. Root is trusted, and whoever became root by sudo.
 */
export function unsafeBecause(path: string): string | undefined {
  const own = process.getuid?.()
  if (own === undefined) return undefined
  const trusted = [own, 0, Number(process.env['SUDO_UID'] ?? own)]
  for (const look of [lstatSync, statSync]) {
    const found = look(path, { throwIfNoEntry: false })
    if (found === undefined) return undefined
    if (!trusted.includes(found.uid)) return `it belongs to another user of this machine (${found.uid})`
    if (!found.isSymbolicLink() && (found.mode & 0o022) !== 0) return 'other users of this machine may write to it'
  }
  return undefined
}

/**
 * Where this user's programs keep what is their own of this machine. A name that is not absolute counts as none:
 * https://specifications.freedesktop.org/basedir-spec, XDG_STATE_HOME.
 */
export function stateHome(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_STATE_HOME: named = '', HOME: home = '' } = environment
  return isAbsolute(named) ? named : join(home === '' ? homedir() : home, '.local', 'state')
}
