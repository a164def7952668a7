import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './proof/project-root.js'

export const examplesDirectory = join(projectRoot, 'examples/stacks')

/** Names of the files, sorted. */
export const exampleNames: readonly string[] = readdirSync(examplesDirectory)
  .filter((name) => name.endsWith('.yaml'))
  .toSorted()

/** The text of one, with a value for what nobody may know. */
export function exampleText(name: string): string {
  return readFileSync(join(examplesDirectory, name), 'utf8').replaceAll('sensitive: true', "default: 'of a test'")
}
