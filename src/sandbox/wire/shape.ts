/**
 * A small language for the parameters of an action. Keys are EC2's wire names (`BlockDeviceMapping`, not the SDK's
 * `BlockDeviceMappings`), because the tables are compared with the SDK's schemas by a test.
 */
export type Shape = ScalarShape<unknown> | ListShape<unknown> | StructureShape<unknown> | RequiredShape<unknown>

export interface ScalarShape<T> {
  readonly kind: 'string' | 'integer' | 'boolean' | 'blob' | 'time'
  /** The only values that a string may have. */
  readonly values?: readonly string[]
  /** Values that EC2 has and the sandbox does not support. */
  readonly otherValues?: readonly string[]
  /** A secret is cut from the request log. */
  readonly secret?: boolean
  /** Carries the type of the parsed value; never set. */
  readonly type?: T
}

export interface ListShape<T> {
  readonly kind: 'list'
  readonly of: Shape
  readonly type?: T
}

export interface StructureShape<T> {
  readonly kind: 'structure'
  readonly members: Members
  readonly type?: T
}

export interface RequiredShape<T> {
  readonly kind: 'required'
  readonly of: Shape
  readonly type?: T
}

export type Members = Readonly<Record<string, Shape>>

/** The type of a value of shape `S` after parsing. */
export type Parsed<S> = S extends { readonly type?: infer T } ? Exclude<T, undefined> : never

/** The type of parsed parameters: members are optional unless marked as required; lists are absent when empty. */
export type ParsedMembers<M extends Members> = {
  readonly [K in keyof M as M[K] extends RequiredShape<unknown> ? K : never]: Parsed<M[K]>
} & {
  readonly [K in keyof M as M[K] extends RequiredShape<unknown> ? never : K]?: Parsed<M[K]> | undefined
}

export const string: ScalarShape<string> = { kind: 'string' }
export const secret: ScalarShape<string> = { kind: 'string', secret: true }
export const integer: ScalarShape<number> = { kind: 'integer' }
export const boolean: ScalarShape<boolean> = { kind: 'boolean' }
/** ISO 8601 on the wire, a Date after parsing. */
export const time: ScalarShape<Date> = { kind: 'time' }
/** Base64 on the wire, bytes after parsing. */
export const blob: ScalarShape<Buffer> = { kind: 'blob', secret: true }

export function oneOf<const V extends readonly string[]>(...values: V): ScalarShape<V[number]> {
  return { kind: 'string', values }
}

/** `oneOf`, of which EC2 knows more values than the sandbox supports. */
export function oneOfMore<const V extends readonly string[]>(
  values: V,
  otherValues: readonly string[],
): ScalarShape<V[number]> {
  return { kind: 'string', values, otherValues }
}

export function list<S extends Shape>(of: S): ListShape<readonly Parsed<S>[]> {
  return { kind: 'list', of }
}

export function structure<const M extends Members>(members: M): StructureShape<ParsedMembers<M>> {
  return { kind: 'structure', members }
}

export function required<S extends Shape>(of: S): RequiredShape<Parsed<S>> {
  return { kind: 'required', of }
}

/** Members that most Describe actions share. */
export const filterList = list(structure({ Name: string, Value: list(string) }))
export const paging = { MaxResults: integer, NextToken: string } as const
export const tagList = list(structure({ Key: string, Value: string }))
export const tagSpecifications = list(structure({ ResourceType: string, Tag: tagList }))

export type Filter = Parsed<typeof filterList>[number]
export type TagSpecification = Parsed<typeof tagSpecifications>[number]
