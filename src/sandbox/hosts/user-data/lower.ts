import { lowerCloudConfig } from './cloud-config.js'

/** One shell file that user data asks to be run. Files run in the order of their names. */
export interface UserDataScript {
  readonly name: string
  readonly when: 'every-boot' | 'once'
  readonly content: string
}

/** What user data comes to. `notes` are lines for the console: what was not understood or is not emulated. */
export interface LoweredUserData {
  readonly scripts: readonly UserDataScript[]
  readonly notes: readonly string[]
}

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
