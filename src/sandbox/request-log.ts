import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { actions } from './actions/registry.js'
import type { Members, Shape } from './wire/shape.js'

/** One request as it was answered. */
export interface RequestRecord {
  /** ISO 8601, of the sandbox's clock. */
  readonly time: string
  readonly service: 'ec2' | 'elasticloadbalancing' | 'autoscaling' | 'ssm' | 'sts' | 'ec2-instance-connect'
  readonly region: string
  readonly action: string
  /** Whether the action changes the world, had it succeeded. */
  readonly mutating: boolean
  /** By wire name; secrets are cut to their length. */
  readonly parameters: Readonly<Record<string, string>>
  readonly status: number
  /** Of the error answered. */
  readonly errorCode?: string
  /** The connection was cut after the action had been carried out. */
  readonly responseLost?: boolean
  readonly requestId: string
  readonly durationMs: number
}

const keptMaximum = 20_000
/** A file that has grown beyond this is put aside at the next start. */
const fileMaximumBytes = 32 * 2 ** 20

/** The last requests in memory, and all of them in `requests.jsonl`. */
export class RequestLog {
  readonly #records: RequestRecord[] = []
  readonly #descriptor: number
  #pending = ''
  /** The last line on disk is the beginning of one. */
  #isTorn = false
  #closed = false

  constructor(stateDir: string) {
    const path = join(stateDir, 'requests.jsonl')
    if (existsSync(path) && statSync(path).size > fileMaximumBytes) renameSync(path, `${path}.old`)
    this.#descriptor = openSync(path, 'a', 0o600)
  }

  add(record: RequestRecord): void {
    this.#records.push(record)
    if (this.#records.length > keptMaximum * 1.1) this.#records.splice(0, this.#records.length - keptMaximum)
    if (this.#pending === '') setImmediate(() => this.#flush())
    this.#pending += `${JSON.stringify(record)}\n`
  }

  records(): RequestRecord[] {
    return [...this.#records]
  }

  close(): void {
    this.#flush()
    this.#closed = true
    closeSync(this.#descriptor)
  }

  #flush(): void {
    if (this.#closed || this.#pending === '') return
    const bytes = Buffer.from(this.#isTorn ? `\n${this.#pending}` : this.#pending)
    this.#pending = ''
    let written = 0
    try {
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written)
    } catch {
      // A full disk: a log is not worth more than its sandbox.
    }
    if (written > 0) this.#isTorn = written < bytes.length
  }
}

/** The parameters of a request with its secrets cut, e.g. user data to `(1234 characters)`. */
export function cutSecrets(action: string, parameters: Iterable<readonly [string, string]>): Record<string, string> {
  const members = actions.get(action)?.members
  const result: Record<string, string> = {}
  for (const [name, value] of parameters) {
    if (name === 'Action' || name === 'Version') continue
    result[name] = members && isSecret(members, name.split('.')) ? `(${value.length} characters)` : value
  }
  return result
}

function isSecret(members: Members, path: readonly string[]): boolean {
  const [name = '', ...rest] = path
  const shape = Object.hasOwn(members, name) ? members[name] : undefined
  return shape !== undefined && isSecretShape(shape, rest)
}

function isSecretShape(shape: Shape, path: readonly string[]): boolean {
  if (shape.kind === 'required') return isSecretShape(shape.of, path)
  if (shape.kind === 'list') return isSecretShape(shape.of, path.slice(1))
  if (shape.kind === 'structure') return isSecret(shape.members, path)
  return shape.secret === true
}
