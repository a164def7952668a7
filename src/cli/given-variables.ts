let taken: Readonly<Record<string, string>> = {}
const others = new Map<string, string>()

/**
 * Takes the values of variables out of this process's environment: what it starts, ssh, rsync, git and the sandbox, which stays,
 * has no business with them. Called once, before anything else.
 */
export function takeGivenVariables(): void {
  const found = Object.entries(process.env).flatMap(([name, value]) =>
    name.startsWith('EVENKEEL_VAR_') && value !== undefined ? [[name, value] as const] : [],
  )
  for (const [name] of found) delete process.env[name]
  taken = Object.fromEntries(found)
}

/** The value of a variable that concerns nobody else; from then on it stands in no environment of what this process starts. */
export function takenFromEnvironment(name: string): string | undefined {
  const value = process.env[name] ?? others.get(name)
  delete process.env[name]
  if (value !== undefined) others.set(name, value)
  return value
}

/** What was taken. */
export function givenVariables(): Readonly<Record<string, string>> {
  return taken
}
