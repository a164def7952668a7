import type { Authority } from '../authorization/authority.js'
import { findPublicParameter, type PublicParameter } from '../model/image.js'
import type { World } from '../world/world.js'

/** An answer of the AWS JSON 1.1 protocol. */
export interface JsonAnswer {
  readonly status: number
  readonly body: unknown
  readonly errorCode?: string
}

/** GetParameter takes one name, GetParameters at most ten (SSM API reference). */
const namesMaximum = 10

/** Answers the part of SSM that resolves image ids: the public parameters of the catalogue. */
export function answerSsm(world: World, authority: Authority, target: string, bodyText: string): JsonAnswer {
  const operation = /^AmazonSSM\.(\w+)$/.exec(target)?.[1]
  let input: Record<string, unknown>
  try {
    input = JSON.parse(bodyText === '' ? '{}' : bodyText) as Record<string, unknown>
  } catch {
    return failure('SerializationException', 'The body is not JSON')
  }
  if (operation === 'GetParameter' || operation === 'GetParameters') {
    const names = [input['Name'], input['Names']].flat().filter((name) => typeof name === 'string')
    const arns = names.map((name) => arnOf(world, name))
    const refusal = authority.refusalOf(`ssm:${operation}`, arns, world.region.name)
    if (refusal !== undefined) return failure('AccessDeniedException', refusal)
    return operation === 'GetParameter' ? getParameter(world, input['Name']) : getParameters(world, input['Names'])
  }
  return failure(
    'UnknownOperationException',
    `The evenkeel sandbox supports GetParameter and GetParameters of SSM, not ${operation ?? target}.`,
  )
}

function getParameter(world: World, name: unknown): JsonAnswer {
  if (typeof name !== 'string' || name === '')
    return failure('ValidationException', "Value at 'name' failed to satisfy constraint: Member must not be null")
  const parameter = findPublicParameter(world.images, name)
  if (!parameter) return failure('ParameterNotFound', '')
  return { status: 200, body: { Parameter: render(world, parameter) } }
}

function getParameters(world: World, names: unknown): JsonAnswer {
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
  const found = names.flatMap((name) => findPublicParameter(world.images, name) ?? [])
  const missing = names.filter((name) => !found.some((parameter) => parameter.name === name))
  return {
    status: 200,
    body: { Parameters: found.map((parameter) => render(world, parameter)), InvalidParameters: missing },
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
