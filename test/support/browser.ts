import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where Debian's Chromium is; undefined where this machine has none. */
export const chromiumPath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((directory) => join(directory, 'chromium'))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/** Why pages are not opened on this machine; undefined where they are. Tests that need it say it when they are skipped. */
export const noBrowserBecause = browserMissing(chromiumPath, process.env['EVENKEEL_REQUIRE_HOSTS'])

/** Throws where nothing may be skipped, as in CI. */
export function browserMissing(path: string | undefined, required: string | undefined): string | undefined {
  if (path !== undefined) return undefined
  const because = 'there is no chromium in PATH (apt-get install chromium)'
  if (required === '1') throw new Error(`EVENKEEL_REQUIRE_HOSTS=1, and no page can be opened here: ${because}`)
  return because
}
