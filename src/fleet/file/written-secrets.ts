import type { Path, Problem } from '../../spec/problem.js'
import { hasCredentials } from './git-source.js'

/** A secret that stands in a fleet's file. */
export interface WrittenSecret {
  readonly path: Path
  readonly problem: Problem
}

const code = 'FLEET_SECRET_WRITTEN'

/**
 * The secrets that stand in a file as it was read, whatever its shape. They are looked for before everything else: whoever tells
 * of a mistake shows what stands there.
 */
export function writtenSecrets(root: unknown): readonly WrittenSecret[] {
  const found: WrittenSecret[] = []
  const tell = (path: Path, message: string, hint: string) =>
    found.push({ path, problem: { code, message, path, at: 'value', hint } })
  membersOf(root, 'stacks').forEach((source, index) => {
    const url = memberOf(source, 'git')
    if (typeof url === 'string' && hasCredentials(url)) {
      tell(
        ['stacks', index, 'git'],
        'the URL of a repository has a password or a token in it',
        'whoever fetches has a credential helper or a key of its own; take what stood here out of use',
      )
    }
  })
  membersOf(root, 'notifications').forEach((notification, index) => {
    const [url, secret] = [memberOf(notification, 'webhook'), memberOf(notification, 'secret')]
    if (typeof url === 'string' && hasCredentials(url)) {
      tell(
        ['notifications', index, 'webhook'],
        'the URL of a webhook has a password or a token in it',
        'what is posted is signed with the key that `secret` names; take what stood here out of use',
      )
    }
    if (secret !== undefined && secret !== null && (typeof secret !== 'object' || 'value' in secret)) {
      tell(
        ['notifications', index, 'secret'],
        'the key of a signature never stands in the file',
        'name a variable of the environment that has it: { env: FLEET_WEBHOOK_KEY }; take what stood here out of use',
      )
    }
  })
  return found
}

function membersOf(root: unknown, key: string): readonly unknown[] {
  const list = memberOf(root, key)
  return Array.isArray(list) ? list : []
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Readonly<Record<string, unknown>>)[key]
}
