import type { Kind } from '../kind.js'
import { createInterfaceCalls } from './interface-calls.js'
import { describeInterfaces, interfaceFacts } from './observe-interfaces.js'
import { readInterface } from './read-interfaces.js'

/** Network interfaces that were made by themselves: they outlive the instances that they are attached to. */
export const interfaceKind = {
  idPrefixes: ['eni'],
  readById: readInterface,
  describe: describeInterfaces,
  facts: interfaceFacts,
  cloud: createInterfaceCalls,
} as const satisfies Kind<unknown, never, object, object>
