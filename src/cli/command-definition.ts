import type { Command } from 'commander'

/** What the whole program is told of itself. */
export interface Manifest {
  readonly version: string
  /** Where the documentation lies. */
  readonly docs: string
  /** Git's commit that it was built from; left out: not known. */
  readonly commit?: string | undefined
  /** Versions of the AWS SDK's packages that it is made with, by name. */
  readonly sdk?: Readonly<Record<string, string>>
}

/** Makes a command; `finish` is told the exit status of its action. */
export type CommandDefinition = (finish: (exitCode: number) => void, manifest: Manifest) => Command
