import { missingProgram, pathOf } from './missing-program.js'

/** Where Debian's Chromium is; undefined where this machine has none. */
export const chromiumPath = pathOf('chromium')

/** Why pages are not opened on this machine; undefined where they are. Tests that need it say it when they are skipped. */
export const noBrowserBecause = missingProgram('chromium', 'chromium')
