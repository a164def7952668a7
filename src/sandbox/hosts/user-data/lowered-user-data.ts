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
