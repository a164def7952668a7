import { renameSync, writeFileSync } from 'node:fs'

/** Writes beside, then renames: a reader sees the old text or the new. Mode 0600. */
export function writeFileAtomically(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.new`
  writeFileSync(temporary, text, { mode: 0o600 })
  renameSync(temporary, path)
}
