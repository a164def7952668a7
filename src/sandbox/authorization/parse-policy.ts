import { messageOf } from '../../core/errors.js'
import { isKnownKey } from './condition-keys.js'
import { nullOperator, operators } from './operators.js'
import type { Condition, Patterns, Policy, Statement } from './policy.js'

/** What is wrong with a policy, and where: `Statement[2].Condition.StringEquals.ec2:Vpc: …`. */
class PolicyError extends Error {
  constructor(place: string, problem: string) {
    super(place === '' ? problem : `${place}: ${problem}`)
    this.name = 'PolicyError'
  }
}

const versions: readonly unknown[] = ['2012-10-17', '2008-10-17']

/**
 * A policy from its JSON text. Throws an Error with the place for what IAM refuses (IAM User Guide, "Grammar of the IAM JSON policy
 * language"), and for what the sandbox cannot judge: unknown condition keys and policy variables.
 */
export function parsePolicy(text: string): Policy {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new PolicyError('', `the policy is not JSON: ${messageOf(error)}`)
  }
  return readPolicy(document)
}

/** The same from a parsed document. */
export function readPolicy(document: unknown): Policy {
  const root = mapping(document, '', ['Version', 'Id', 'Statement'])
  if (root['Version'] !== undefined && !versions.includes(root['Version']))
    throw new PolicyError('Version', `must be one of ${versions.join(', ')}`)
  const given = root['Statement']
  if (given === undefined) throw new PolicyError('Statement', 'is missing')
  const list = Array.isArray(given) ? given : [given]
  const statements = list.map((one, index) =>
    readStatement(one, Array.isArray(given) ? `Statement[${index}]` : 'Statement'),
  )
  const sids = statements.flatMap(({ sid }) => sid ?? [])
  const twice = sids.find((sid, index) => sids.indexOf(sid) !== index)
  if (twice !== undefined) throw new PolicyError('Statement', `two statements have the Sid ${twice}`)
  return { statements }
}

const statementKeys = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition']

function readStatement(given: unknown, place: string): Statement {
  if (typeof given === 'object' && given !== null && ('Principal' in given || 'NotPrincipal' in given))
    throw new PolicyError(place, 'a policy of a user or role names no principal')
  const statement = mapping(given, place, statementKeys)
  const { Sid: sid, Effect: effect, Condition: conditions } = statement
  if (sid !== undefined && (typeof sid !== 'string' || !/^[A-Za-z0-9]*$/.test(sid)))
    throw new PolicyError(`${place}.Sid`, 'must be letters and digits')
  if (effect !== 'Allow' && effect !== 'Deny') throw new PolicyError(`${place}.Effect`, 'must be Allow or Deny')
  return {
    sid: sid === '' ? undefined : sid,
    effect,
    actions: readPatterns(statement, 'Action', place, (action) =>
      action === '*' || /^[a-z0-9-]+:\S+$/i.test(action) ? undefined : 'must be `service:Action`, or `*`',
    ),
    resources: readPatterns(statement, 'Resource', place, (resource) =>
      resource === '*' || /^arn:.*:.*:.*:.*:./s.test(resource) ? undefined : 'must be an ARN of six parts, or `*`',
    ),
    conditions: conditions === undefined ? [] : readConditions(conditions, `${place}.Condition`),
  }
}

function readPatterns(
  statement: Readonly<Record<string, unknown>>,
  name: 'Action' | 'Resource',
  place: string,
  check: (pattern: string) => string | undefined,
): Patterns {
  const [plain, except] = [statement[name], statement[`Not${name}`]]
  if (plain !== undefined && except !== undefined)
    throw new PolicyError(place, `has ${name} and Not${name}; a statement has one of them`)
  if (plain === undefined && except === undefined) throw new PolicyError(place, `has neither ${name} nor Not${name}`)
  const isExcept = plain === undefined
  const at = `${place}.${isExcept ? 'Not' : ''}${name}`
  const patterns = texts(isExcept ? except : plain, at)
  patterns.forEach((pattern, index) => {
    const problem = check(pattern)
    if (problem !== undefined) throw new PolicyError(`${at}[${index}]`, `${problem}; it is ${JSON.stringify(pattern)}`)
  })
  return { isExcept, patterns }
}

function readConditions(given: unknown, place: string): Condition[] {
  return Object.entries(mapping(given, place)).flatMap(([name, keys]) => {
    const at = `${place}.${name}`
    const [, set, operator = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(name) ?? []
    const facts =
      operator === 'Null' ? nullOperator : Object.hasOwn(operators, operator) ? operators[operator] : undefined
    if (!facts) throw new PolicyError(at, `${operator} is no condition operator that the sandbox knows`)
    if (operator === 'Null' && ifExists !== undefined) throw new PolicyError(at, 'Null takes no IfExists')
    return Object.entries(mapping(keys, at)).map(([key, wanted]): Condition => {
      if (!isKnownKey(key)) throw new PolicyError(`${at}.${key}`, 'the sandbox does not know this condition key')
      const values = texts(wanted, `${at}.${key}`)
      for (const value of values) {
        const problem = facts.checkValue?.(value)
        if (problem !== undefined) throw new PolicyError(`${at}.${key}`, `${JSON.stringify(value)} ${problem}`)
      }
      return {
        set: set as Condition['set'],
        operator,
        ifExists: ifExists !== undefined,
        key: key.toLowerCase(),
        values,
      }
    })
  })
}

/** A text or a list of texts, as most elements may be; truths and numbers stand for their texts. */
function texts(given: unknown, place: string): string[] {
  const list = Array.isArray(given) ? given : [given]
  if (list.length === 0) throw new PolicyError(place, 'is empty')
  return list.map((one) => {
    if (typeof one !== 'string' && typeof one !== 'boolean' && typeof one !== 'number')
      throw new PolicyError(place, 'must be a text or a list of texts')
    const text = String(one)
    if (text.includes('${')) throw new PolicyError(place, `the sandbox knows no policy variables: ${text}`)
    return text
  })
}

function mapping(given: unknown, place: string, keys?: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new PolicyError(place, place === '' ? 'a policy is a JSON object' : 'must be an object')
  const unknown = keys && Object.keys(given).find((key) => !keys.includes(key))
  if (unknown !== undefined)
    throw new PolicyError(place === '' ? unknown : `${place}.${unknown}`, 'is no element of a policy')
  return given as Readonly<Record<string, unknown>>
}
