/** A value that was given for a variable, and where. */
export interface GivenValue {
  readonly text: string
  /** For messages: the name of a file, of a variable of the environment, or `--var`. */
  readonly origin: string
  /** It stood in a process's arguments, which everybody on the machine can read. */
  readonly isOnCommandLine?: true
}

/** What is said of variables beside the stack file. The environment is the weakest, `variables` the strongest, as with Terraform. */
export interface VariableInput {
  /** Values by name; each must be declared. */
  readonly variables?: Readonly<Record<string, string>> | undefined
  /** The names of those in `variables` that stood on a command line. */
  readonly spoken?: readonly string[] | undefined
  /** Values by name from files, which may hold more than one stack uses. */
  readonly shared?: Readonly<Record<string, Omit<GivenValue, 'isOnCommandLine'>>> | undefined
  /** Whether what is not sensitive was settled when a plan was saved: then `variables` alone count for it. */
  readonly isSettled?: boolean | undefined
  /** `EVENKEEL_VAR_name`; others do not count. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
}

/** What was given for a variable; undefined: nothing. */
export function givenFor(
  name: string,
  { variables = {}, spoken = [], shared = {}, environment = {} }: VariableInput,
): GivenValue | undefined {
  const text = Object.hasOwn(variables, name) ? variables[name] : undefined
  if (text !== undefined) return { text, origin: '--var', ...(spoken.includes(name) && { isOnCommandLine: true }) }
  const fromFile = Object.hasOwn(shared, name) ? shared[name] : undefined
  if (fromFile) return fromFile
  const origin = environmentName(name)
  const inherited = Object.hasOwn(environment, origin) ? environment[origin] : undefined
  return inherited === undefined ? undefined : { text: inherited, origin }
}

/** What a variable is called in the environment, whose names have no `-`. */
export function environmentName(name: string): string {
  return `EVENKEEL_VAR_${name.replaceAll('-', '_')}`
}
