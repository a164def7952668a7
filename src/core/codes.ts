/**
 * Every stable error code, with the sentence that docs/errors.md opens its section with.
 * A test checks that each is documented and used.
 */
export const codes = {
  BUG: 'an invariant of evenkeel itself broke',
  CANCELLED: 'the operator stopped the run',
  SPEC_INVALID: 'the stack file does not have the shape that the schema asks for',
  SANDBOX_HOST_FAILED: 'a sandbox host, or one of its disks, did not do what it was asked',
  SANDBOX_IN_USE: 'another process runs a sandbox in this state directory',
  ADOPT_REFUSED: 'a volume that the stack file adopts is gone, or belongs to another stack',
  HOST_KEY_UNKNOWN: "a server's host key is not known, so nothing connects to it",
  HOST_NO_ADDRESS: 'a server has no IP address to connect to',
  NOT_CONFIRMED: 'an apply needs a yes, and there is no terminal to ask on',
  PLAN_NOT_APPLYABLE: 'the plan names problems that must be solved before it can be applied',
  PLAN_STALE: 'a saved plan was made from another stack file, or the world has changed since',
  SERVER_UNKNOWN: 'the stack has no such server, or it does not run',
  STACK_FILE_MISSING: 'no stack file was named, and there is not exactly one here',
  STACK_FILE_UNREADABLE: 'a file named on the command line cannot be read',
  USAGE: 'the command line is wrong',
} as const

export type Code = keyof typeof codes
