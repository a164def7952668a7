let taken: Readonly<Record<string, string>> = {}

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

/** What was taken. */
export function givenVariables(): Readonly<Record<string, string>> {
  return taken
}
