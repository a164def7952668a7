import { lowerCloudConfig } from './cloud-config.js'
import type { LoweredUserData } from './lowered-user-data.js'

/**
 * Lowers user data to shell files: a `#!` script as it is, `#cloud-config` key by key (cloud-config.ts).
 * Anything else is told in `notes` and does nothing, as with cloud-init.
 * https://cloudinit.readthedocs.io/en/latest/explanation/format.html
 */
export function lowerUserData(text: string | undefined, loginUser: string): LoweredUserData {
  if (text === undefined || text.trim() === '') return { scripts: [], notes: [] }
  if (text.startsWith('#!')) return { scripts: [{ name: '90-user-script', when: 'once', content: text }], notes: [] }
  if (/^#cloud-config\s*(\n|$)/.test(text)) return lowerCloudConfig(text, loginUser)
  const start = JSON.stringify(text.slice(0, 40))
  return {
    scripts: [],
    notes: [
      `__init__.py[WARNING]: Unhandled non-multipart (text/x-not-multipart) userdata: ${start}... ` +
        '(the evenkeel sandbox emulates #! scripts and #cloud-config)',
    ],
  }
}
