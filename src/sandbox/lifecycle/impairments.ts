import { checkNames, type CheckName, type Impairments } from '../model/instance.js'
import type { World } from '../world/world.js'
import { updateInstance } from './instance.js'

/** Which checks of an instance are to fail; a check that is not named stays as it is. */
interface ImpairmentRequest {
  readonly instanceId: string
  readonly checks: Readonly<Partial<Record<CheckName, 'ok' | 'impaired'>>>
}

/** Reads `{ "instanceId": "i-…", "system": "impaired" }`; throws a TypeError that says what is wrong. */
export function readImpairments(value: unknown): ImpairmentRequest {
  const { instanceId, ...checks } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (typeof instanceId !== 'string') throw new TypeError("checks need an 'instanceId'")
  for (const [name, status] of Object.entries(checks)) {
    if (!checkNames.includes(name as CheckName)) throw new TypeError(`the checks are ${checkNames.join(', ')}`)
    if (status !== 'ok' && status !== 'impaired') throw new TypeError(`'${name}' is ok or impaired`)
  }
  return { instanceId, checks }
}

/** From now on these checks of an instance fail, or do not any more; a stop and a start heal all. Throws for one that does not run. */
export function impair(world: World, { instanceId, checks }: ImpairmentRequest): Impairments {
  const instance = world.instances.get(instanceId)
  if (instance?.state !== 'running') throw new TypeError(`${instanceId} is no running instance`)
  const impairments: Partial<Record<CheckName, number>> = { ...instance.impairments }
  for (const name of checkNames) {
    if (checks[name] === 'ok') delete impairments[name]
    if (checks[name] === 'impaired') impairments[name] ??= world.now()
  }
  updateInstance(world, instanceId, { impairments })
  world.commit()
  return impairments
}
