import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where a program of this machine is; undefined where PATH has none. */
export function pathOf(program: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/**
 * Why tests that need a program do not run on this machine; undefined where they do. Throws where nothing may be skipped, as in
 * CI.
 */
export function missingProgram(program: string, debianPackage: string): string | undefined {
  return programMissing(pathOf(program), process.env['EVENKEEL_REQUIRE_HOSTS'], program, debianPackage)
}

export function programMissing(
  path: string | undefined,
  required: string | undefined,
  program: string,
  debianPackage: string,
): string | undefined {
  if (path !== undefined) return undefined
  const because = `there is no ${program} in PATH (apt-get install ${debianPackage})`
  if (required === '1') throw new Error(`EVENKEEL_REQUIRE_HOSTS=1, and what needs it cannot be tried here: ${because}`)
  return because
}
