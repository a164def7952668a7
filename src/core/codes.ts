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
} as const

export type Code = keyof typeof codes
