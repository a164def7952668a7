import * as autoScaling from '@aws-sdk/client-auto-scaling'
import * as ec2 from '@aws-sdk/client-ec2'
import * as loadBalancing from '@aws-sdk/client-elastic-load-balancing-v2'

/**
 * The SDK's own description of a service, read into a plain tree by wire names. Its schemas are tuples:
 * [kind, namespace, name, traits, ...], where kind 1 is a list, 3 a structure, 9 an operation; numbers are simple types.
 */
export type Tree =
  | { readonly kind: 'scalar'; readonly type: string }
  | { readonly kind: 'list'; readonly of: () => Tree }
  | { readonly kind: 'structure'; readonly members: () => ReadonlyMap<string, Tree> }

type Schema = unknown
const scalars: Readonly<Record<number, string>> = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  4: 'time',
  5: 'time',
  6: 'time',
  7: 'time',
  21: 'blob',
}

/** What the SDK says of one service. */
export interface Described {
  /** Names of all operations that the SDK knows. */
  operationNames(): string[]
  inputOf(operation: string): Tree | undefined
  outputOf(operation: string): Tree | undefined
}

/** `isEc2`: its dialect of the Query protocol writes parameters in a way of its own. */
function described(client: object, isEc2: boolean): Described {
  const exported = client as Readonly<Record<string, Schema>>
  const schemaOf = (operation: string) => exported[`${operation}$`] as readonly Schema[] | undefined
  return {
    operationNames: () =>
      Object.entries(exported).flatMap(([name, schema]) =>
        Array.isArray(schema) && schema[0] === 9 ? [name.slice(0, -1)] : [],
      ),
    inputOf(operation) {
      const schema = schemaOf(operation)
      return schema && read(schema[4], isEc2 ? 'input' : 'output')
    },
    outputOf(operation) {
      const schema = schemaOf(operation)
      return schema && read(schema[5], 'output')
    },
  }
}

export const ec2Described = described(ec2, true)
export const autoScalingDescribed = described(autoScaling, false)
export const loadBalancingDescribed = described(loadBalancing, false)

export const { outputOf } = ec2Described

function dereference(schema: Schema): Schema {
  return typeof schema === 'function' ? dereference((schema as () => Schema)()) : schema
}

/** A member is a schema, or a pair of a schema and traits. */
function unwrap(member: Schema): readonly [Schema, Readonly<Record<string, string>>] {
  if (
    Array.isArray(member) &&
    member.length === 2 &&
    (typeof member[0] === 'function' || typeof member[0] === 'number')
  ) {
    const traits = typeof member[1] === 'object' && member[1] !== null ? (member[1] as Record<string, string>) : {}
    return [dereference(member[0]), traits]
  }
  return [dereference(member), {}]
}

function read(given: Schema, direction: 'input' | 'output'): Tree {
  const schema = dereference(given)
  if (typeof schema === 'number') {
    if (schema >= 64 && schema < 128) return { kind: 'list', of: () => read(schema - 64, direction) }
    return { kind: 'scalar', type: scalars[schema] ?? String(schema) }
  }
  const tuple = schema as readonly Schema[]
  if (tuple[0] === 0) return read(tuple[4], direction)
  if (tuple[0] === 1) return { kind: 'list', of: () => read(unwrap(tuple[4])[0], direction) }
  if (tuple[0] !== 3) return { kind: 'scalar', type: 'unit' }
  const names = tuple[4] as readonly string[]
  const members = tuple[5] as readonly Schema[]
  return {
    kind: 'structure',
    members: () =>
      new Map(
        names.map((name, index) => {
          const [schemaOfMember, traits] = unwrap(members[index])
          const xmlName = traits['xmlName'] ?? name
          const wireName =
            direction === 'input' ? (traits['ec2QueryName'] ?? xmlName[0]!.toUpperCase() + xmlName.slice(1)) : xmlName
          return [wireName, read(schemaOfMember, direction)]
        }),
      ),
  }
}

/** The paths of all parameters below a tree, `NetworkInterface.N.SubnetId`. A structure within itself is not followed. */
export function pathsOf(tree: Tree, prefix = ''): string[] {
  if (tree.kind === 'scalar') return [prefix]
  if (tree.kind === 'list') return pathsOf(tree.of(), `${prefix}.N`)
  if (prefix.split('.').length > 10) return []
  return [...tree.members()].flatMap(([name, member]) => pathsOf(member, prefix === '' ? name : `${prefix}.${name}`))
}
