/** Looks at one value; what is wrong with it goes to `say`, and what comes back is used only where nothing was said. */
export type Shape<Value> = (value: unknown, at: string, say: (mistake: string) => void) => Value

/** What a document of another hand may hold where a text, a number … is expected. Members that are not named are left alone. */
export const text: Shape<string> = (value, at, say) => expected(typeof value === 'string', value, 'a text', at, say)
export const number: Shape<number> = (value, at, say) =>
  expected(typeof value === 'number' && Number.isFinite(value), value, 'a number', at, say)
export const flag: Shape<boolean> = (value, at, say) =>
  expected(typeof value === 'boolean', value, 'true or false', at, say)

/** One of these texts. */
export function oneOf<const Name extends string>(names: readonly Name[]): Shape<Name> {
  return (value, at, say) => expected(names.includes(value as Name), value, `one of ${names.join(', ')}`, at, say)
}

/** A list of such values. */
export function listOf<Item>(item: Shape<Item>): Shape<readonly Item[]> {
  return (value, at, say) => {
    if (!Array.isArray(value)) return expected(false, value, 'a list', at, say)
    return value.map((one, index) => item(one, `${at}[${index}]`, say))
  }
}

/** A value that may be left out, or be null. */
export function maybe<Value>(shape: Shape<Value>): Shape<Value | undefined> {
  return (value, at, say) => (value === undefined || value === null ? undefined : shape(value, at, say))
}

/** A mapping with these members. */
export function membersOf<Members extends Readonly<Record<string, unknown>>>(shapes: {
  readonly [Name in keyof Members]: Shape<Members[Name]>
}): Shape<Members> {
  return (value, at, say) => {
    if (!isMembers(value)) return expected(false, value, 'a mapping', at, say)
    const read = Object.entries(shapes).map(([name, shape]) => [
      name,
      (shape as Shape<unknown>)(value[name], at === '' ? name : `${at}.${name}`, say),
    ])
    return Object.fromEntries(read.filter(([, member]) => member !== undefined)) as Members
  }
}

/** Whether a value of parsed JSON is a mapping. */
export function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function expected<Value>(isSo: boolean, value: unknown, what: string, at: string, say: (mistake: string) => void) {
  if (!isSo) say(`${at === '' ? 'it' : at} is ${kindOf(value)}, and not ${what}`)
  return value as Value
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a mapping' : JSON.stringify(value).slice(0, 60)
}
