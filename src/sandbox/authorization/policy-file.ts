import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { messageOf } from '../../core/errors.js'
import { parsePolicy } from './parse-policy.js'
import type { Policy } from './policy.js'

/** Chosen: a hundred times what IAM takes (IAM User Guide, "IAM and AWS STS quotas": 10,240 characters for a role). */
const policyBytesMax = 1024 * 1024

/** The policy of a file. Throws a RangeError that says why it cannot be read, or where it is wrong. */
export function readPolicyFile(path: string): Policy {
  let text: string
  try {
    const found = statSync(path)
    if (!found.isFile() || found.size > policyBytesMax) throw new Error('it is no file of a policy')
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new RangeError(`it cannot be read: ${messageOf(error)}`)
  }
  try {
    return parsePolicy(text)
  } catch (error) {
    throw new RangeError(messageOf(error))
  }
}

/** The whole path of a policy file that can be read and is right; throws a RangeError otherwise. */
export function checkedPolicyPath(path: string): string {
  readPolicyFile(path)
  return resolve(path)
}
