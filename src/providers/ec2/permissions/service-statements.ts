import type { StackSpec } from '../../../model/stack-spec.js'
import { tagKeys } from '../../../model/tags.js'
import type { PolicyStatement, Scope } from './policy-statement.js'

/** What an action of a service beside EC2 does: `make` makes what carries the stack's tags, `change` changes what carries them. */
export type ServicePart = 'look' | 'make' | 'tag' | 'change'

/** The actions of one part, with the service's prefix. */
export function actionsOf(
  service: string,
  permissions: Readonly<Record<string, ServicePart>>,
  part: ServicePart,
): readonly string[] {
  return Object.entries(permissions).flatMap(([action, its]) => (its === part ? [`${service}:${action}`] : []))
}

/** Looking knows no resources: at most the region can be named. */
export function looking(Sid: string, Action: readonly string[], { region }: Scope): PolicyStatement {
  return {
    Sid,
    Effect: 'Allow',
    Action,
    Resource: ['*'],
    ...(region !== undefined && { Condition: { StringEquals: { 'aws:RequestedRegion': region } } }),
  }
}

/** The stack's tag, as a request gives it and as a resource has it. */
export function stackConditions({ stack }: StackSpec) {
  return {
    asked: { [`aws:RequestTag/${tagKeys.stack}`]: stack },
    owned: { [`aws:ResourceTag/${tagKeys.stack}`]: stack },
  }
}
