/**
 * The schema of a file that is a part of a stack: one that extends another, or that others extend. Nothing but the format need
 * stand in it, since the rest may come from another file, and null, which removes what a base has, may stand for everything. Lists
 * replace one another as they are, so what they hold is as whole as ever.
 */
export function partSchema(schema) {
  const whole = definitionsInLists(schema)
  const { properties, definitions, ...root } = schema
  const { evenkeel, stack, extends: base, ...others } = properties
  return {
    ...root,
    $id: schema.$id.replace('stack.', 'stack-part.'),
    title: `${schema.title}, in part`,
    required: ['evenkeel'],
    properties: { evenkeel, stack, extends: base, ...membersInPart(others) },
    definitions: Object.fromEntries(
      Object.entries(definitions).map(([name, one]) => [name, whole.has(name) ? one : inPart(one)]),
    ),
  }
}

function membersInPart(members) {
  return Object.fromEntries(Object.entries(members).map(([key, member]) => [key, orNull(inPart(member))]))
}

function inPart(schema) {
  const { required: _, ...part } = schema
  if (part.properties) part.properties = membersInPart(part.properties)
  if (typeof part.additionalProperties === 'object')
    part.additionalProperties = orNull(inPart(part.additionalProperties))
  if (part.anyOf) part.anyOf = part.anyOf.map(inPart)
  return part
}

const annotations = ['title', 'description', 'examples', 'default', 'defaultSnippets', 'doNotSuggest']

function orNull(schema) {
  if (schema.anyOf) return { ...schema, anyOf: [...schema.anyOf, { type: 'null' }] }
  if (schema.type !== undefined && !schema.enum) return { ...schema, type: [...new Set([schema.type, 'null'].flat())] }
  const isAnnotation = ([key]) => annotations.includes(key)
  const rules = Object.entries(schema).filter((entry) => !isAnnotation(entry))
  return {
    ...Object.fromEntries(Object.entries(schema).filter(isAnnotation)),
    anyOf: [Object.fromEntries(rules), { type: 'null' }],
  }
}

/** Definitions that lists hold, at any depth. */
function definitionsInLists(schema, isInList = false, found = new Set()) {
  if (schema === null || typeof schema !== 'object') return found
  for (const [key, member] of Object.entries(schema)) {
    if (key === '$ref' && isInList) found.add(member.replace('#/definitions/', ''))
    definitionsInLists(member, isInList || key === 'items', found)
  }
  return found
}
