import type { Authority } from '../authorization/authority.js'
import { findPublicParameter, publicParameterNames, type PublicParameter } from '../model/image.js'
import { sealed, valueBytesMax } from '../model/parameter.js'
import type { World } from '../world/world.js'

/** An answer of the AWS JSON 1.1 protocol. */
export interface JsonAnswer {
  readonly status: number
  readonly body: unknown
  readonly errorCode?: string
}

/** GetParameter takes one name, GetParameters at most ten (SSM API reference). */
const namesMaximum = 10

/** Answers the part of SSM that resolves image ids, the public parameters of the catalogue, and keeps values of one's own. */
export function answerSsm(world: World, authority: Authority, target: string, bodyText: string): JsonAnswer {
  const operation = /^AmazonSSM\.(\w+)$/.exec(target)?.[1]
  let input: Record<string, unknown>
  try {
    input = JSON.parse(bodyText === '' ? '{}' : bodyText) as Record<string, unknown>
  } catch {
    return failure('SerializationException', 'The body is not JSON')
  }
  if (typeof input !== 'object' || input === null) return failure('SerializationException', 'The body is no object')
  const run = operation === undefined ? undefined : operations.get(operation)
  if (run) {
    const names = [input['Name'], input['Names'], input['Path']].flat().filter((name) => typeof name === 'string')
    const arns = names.map((name) => arnOf(world, name))
    const refusal = authority.refusalOf(`ssm:${operation}`, arns, world.region.name)
    return refusal === undefined ? run(world, input) : failure('AccessDeniedException', refusal)
  }
  return failure(
    'UnknownOperationException',
    `The evenkeel sandbox supports ${[...operations.keys()].join(', ')} of SSM, not ${operation ?? target}.`,
  )
}

type Operation = (world: World, input: Readonly<Record<string, unknown>>) => JsonAnswer

const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['GetParameter', (world, input) => getParameter(world, input['Name'], input['WithDecryption'] === true)],
  ['GetParameters', (world, input) => getParameters(world, input['Names'], input['WithDecryption'] === true)],
  ['GetParametersByPath', getParametersByPath],
  ['PutParameter', putParameter],
  ['DeleteParameter', (world, input) => deleteParameter(world, input['Name'])],
])

function getParameter(world: World, name: unknown, isDecrypted: boolean): JsonAnswer {
  if (typeof name !== 'string' || name === '')
    return failure('ValidationException', "Value at 'name' failed to satisfy constraint: Member must not be null")
  const parameter = find(world, name, isDecrypted)
  if (!parameter) return failure('ParameterNotFound', '')
  return { status: 200, body: { Parameter: parameter } }
}

function getParameters(world: World, names: unknown, isDecrypted: boolean): JsonAnswer {
  if (
    !Array.isArray(names) ||
    names.length === 0 ||
    names.length > namesMaximum ||
    !names.every((name) => typeof name === 'string')
  ) {
    return failure(
      'ValidationException',
      `Value at 'names' failed to satisfy constraint: Member must have length between 1 and ${namesMaximum}`,
    )
  }
  const found = names.flatMap((name) => find(world, name, isDecrypted) ?? [])
  const missing = names.filter((name) => !found.some((parameter) => parameter.Name === name))
  return { status: 200, body: { Parameters: found, InvalidParameters: missing } }
}

/** By name, ten at most at once; a parameter that is called as the path itself is not below it (SSM API reference, GetParametersByPath). */
function getParametersByPath(world: World, input: Readonly<Record<string, unknown>>): JsonAnswer {
  const { Path: path, Recursive: recursive, MaxResults: most = namesMaximum, NextToken: token } = input
  if (typeof path !== 'string' || !path.startsWith('/'))
    return failure('ValidationException', 'The parameter path must be a fully qualified name, and begin with /')
  if (typeof most !== 'number' || !(most >= 1 && most <= namesMaximum))
    return failure('ValidationException', `maxResults must be between 1 and ${namesMaximum}`)
  const below = path.endsWith('/') ? path : `${path}/`
  const names = [...publicParameterNames, ...world.parameters.values().map(({ id }) => id)]
    .filter((name) => name.startsWith(below) && (recursive === true || !name.slice(below.length).includes('/')))
    .sort()
  const after = typeof token === 'string' ? Buffer.from(token, 'base64url').toString() : ''
  if (after !== '' && !names.includes(after)) return failure('InvalidNextToken', 'The specified token is not valid.')
  const rest = names.filter((name) => name > after)
  const page = rest.slice(0, most)
  const last = page.at(-1)
  const isDecrypted = input['WithDecryption'] === true
  return {
    status: 200,
    body: {
      Parameters: page.flatMap((name) => find(world, name, isDecrypted) ?? []),
      ...(rest.length > page.length && last !== undefined && { NextToken: Buffer.from(last).toString('base64url') }),
    },
  }
}

/** Keys of one's own are refused: nothing here is encrypted. */
function putParameter(world: World, input: Readonly<Record<string, unknown>>): JsonAnswer {
  const { Name: name, Value: value, Type: type = 'String', Overwrite: overwrite, KeyId: keyId } = input
  if (typeof name !== 'string' || !/^[A-Za-z0-9_./-]{1,1011}$/.test(name) || /^\/?(?:aws|ssm)/i.test(name))
    return failure(
      'ValidationException',
      'Parameter name must consist of a-z, A-Z, 0-9, _, ., - and /, and not begin with aws or ssm',
    )
  if (typeof value !== 'string' || value === '')
    return failure('ValidationException', "Value at 'value' failed to satisfy constraint: Member must not be null")
  if (Buffer.byteLength(value) > valueBytesMax)
    return failure(
      'ValidationException',
      'Standard tier parameters support a maximum parameter value of 4096 characters.',
    )
  if (type !== 'String' && type !== 'SecureString')
    return failure(
      'UnsupportedParameterType',
      'The evenkeel sandbox keeps parameters of the types String and SecureString.',
    )
  if (keyId !== undefined && keyId !== 'alias/aws/ssm')
    return failure('InvalidKeyId', `The evenkeel sandbox has no key ${JSON.stringify(keyId)}.`)
  const before = world.parameters.get(name)
  if (before && overwrite !== true)
    return failure(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    )
  const version = (before?.version ?? 0) + 1
  const sequence = before?.sequence ?? world.nextSequence()
  world.parameters.put({ id: name, sequence, type, value, version, modifiedAtMs: world.now() })
  world.commit()
  return { status: 200, body: { Version: version, Tier: 'Standard' } }
}

function deleteParameter(world: World, name: unknown): JsonAnswer {
  if (typeof name !== 'string' || !world.parameters.get(name)) return failure('ParameterNotFound', '')
  world.parameters.delete(name)
  world.commit()
  return { status: 200, body: {} }
}

function find(world: World, name: string, isDecrypted: boolean) {
  const published = findPublicParameter(world.catalogue, name)
  if (published) return render(world, published)
  const own = world.parameters.get(name)
  if (!own) return undefined
  const { id, type, value, version, modifiedAtMs } = own
  return {
    Name: id,
    Type: type,
    Value: type === 'SecureString' && !isDecrypted ? sealed(own) : value,
    Version: version,
    LastModifiedDate: modifiedAtMs / 1000,
    ARN: `arn:aws:ssm:${world.region.name}:${world.accountId}:parameter${id.startsWith('/') ? '' : '/'}${id}`,
    DataType: 'text',
  }
}

function render(world: World, { name, value, version, modifiedAtMs }: PublicParameter) {
  return {
    Name: name,
    Type: 'String',
    Value: value,
    Version: version,
    LastModifiedDate: modifiedAtMs / 1000,
    ARN: arnOf(world, name),
    DataType: name.startsWith('/aws/service/debian') ? 'text' : 'aws:ec2:image',
  }
}

/** Public parameters belong to no account; one of the account's own would. */
function arnOf(world: World, name: string): string {
  const account = name.startsWith('/aws/service/') ? '' : world.accountId
  return `arn:aws:ssm:${world.region.name}:${account}:parameter${name.startsWith('/') ? '' : '/'}${name}`
}

function failure(code: string, message: string): JsonAnswer {
  return { status: 400, body: { __type: code, message }, errorCode: code }
}
