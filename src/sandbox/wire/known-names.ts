import { otherActions, otherParameters } from './ec2-names.generated.js'

/** Actions that EC2 has and the sandbox does not support. */
export const unsupportedActions: ReadonlySet<string> = new Set(words(otherActions))

const parameterSets = new Map<string, ReadonlySet<string>>()

/** Paths (`NetworkInterface.N.EnaQueueCount`) that EC2 knows for an action and the sandbox does not support. */
export function unsupportedParameters(action: string): ReadonlySet<string> {
  let set = parameterSets.get(action)
  if (!set) {
    set = new Set(words(otherParameters[action] ?? ''))
    parameterSets.set(action, set)
  }
  return set
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
