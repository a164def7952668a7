import type { Command } from 'commander'

/** Makes a command; `finish` is told the exit status of its action. */
export type CommandDefinition = (finish: (exitCode: number) => void) => Command
