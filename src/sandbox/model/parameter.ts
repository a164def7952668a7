import { createHash } from 'node:crypto'

/** A parameter of Systems Manager; its id is its name. */
export interface Parameter {
  readonly id: string
  readonly sequence: number
  readonly type: 'String' | 'SecureString'
  readonly value: string
  readonly version: number
  readonly modifiedAtMs: number
}

/** SSM API, PutParameter: 4 KB in the standard tier, which is the one that is taken here. */
export const valueBytesMax = 4096

/** What stands for the ciphertext of a SecureString, which nobody can read. */
export function sealed({ id, version, value }: Parameter): string {
  return createHash('sha512').update(`${id} ${version} ${value}`).digest('base64')
}
