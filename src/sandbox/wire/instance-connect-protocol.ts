import type { Authority } from '../authorization/authority.js'
import { letKeyIn } from '../lifecycle/pushed-keys.js'
import type { World } from '../world/world.js'
import type { JsonAnswer } from './ssm-protocol.js'

/** Before the action in `X-Amz-Target`. */
export const instanceConnectPrefix = 'AWSEC2InstanceConnectService.'

/** What the members have to look like (EC2 Instance Connect API reference, SendSSHPublicKey). */
const members: readonly (readonly [name: string, required: boolean, lengths: readonly [number, number], RegExp])[] = [
  ['InstanceId', true, [10, 32], /^i-[a-f0-9]+$/],
  ['InstanceOSUser', true, [1, 32], /^[A-Za-z_][A-Za-z0-9@._-]{0,30}[A-Za-z0-9$_-]?$/],
  ['SSHPublicKey', true, [80, 4096], /^(?:ssh-ed25519|ssh-rsa) [A-Za-z0-9+/]+={0,2}(?: [^\r\n]*)?\s*$/],
  ['AvailabilityZone', false, [6, 32], /^(?:\w+-){2,3}\d+\w+$/],
]

/** Answers the action of EC2 Instance Connect that lets a public key into an instance for a minute. */
export async function answerInstanceConnect(
  world: World,
  authority: Authority,
  target: string,
  bodyText: string,
  requestId: string,
): Promise<JsonAnswer> {
  if (target !== `${instanceConnectPrefix}SendSSHPublicKey`) {
    return failure(
      'UnknownOperationException',
      `The evenkeel sandbox supports SendSSHPublicKey of EC2 Instance Connect, not ${target}.`,
    )
  }
  const input = parsed(bodyText)
  if (input === undefined) return failure('SerializationException', 'The body is no object of JSON')
  const wrong = members.find(([name, required, [least, most], pattern]) => {
    const value = input[name]
    if (value === undefined || value === null) return required
    return typeof value !== 'string' || value.length < least || value.length > most || !pattern.test(value)
  })
  if (wrong) return failure('InvalidArgsException', `The value for '${wrong[0]}' is not valid.`)
  const { InstanceId, InstanceOSUser, SSHPublicKey, AvailabilityZone } = input as Readonly<Record<string, string>>
  const instanceId = InstanceId ?? ''
  const user = InstanceOSUser ?? ''
  const arn = `arn:aws:ec2:${world.region.name}:${world.accountId}:instance/${instanceId}`
  const action = 'ec2-instance-connect:SendSSHPublicKey'
  const refusal = authority.refusalOf(action, [arn], world.region.name, keysOf(world, instanceId, user))
  if (refusal !== undefined) return failure('AccessDeniedException', refusal)
  const instance = world.instances.get(instanceId)
  if (!instance || instance.state === 'terminated' || (AvailabilityZone ?? instance.zone) !== instance.zone)
    return failure('EC2InstanceNotFoundException', 'Instance not found')
  if (instance.state === 'pending')
    return failure(
      'EC2InstanceUnavailableException',
      'The instance is currently unavailable. Wait a few minutes and try again.',
      500,
    )
  if (instance.state !== 'running')
    return failure(
      'EC2InstanceStateInvalidException',
      `Instance ${instanceId} is not running. The instance must be running to accept SSH keys.`,
    )
  const publicKey = (SSHPublicKey ?? '').trim()
  await letKeyIn(world, instance, { user, publicKey, caller: authority.userArn, requestId })
  return { status: 200, body: { RequestId: requestId, Success: true } }
}

/** What a policy may judge by (Service Authorization Reference, "Condition keys for Amazon EC2 Instance Connect"). */
function keysOf(world: World, instanceId: string, user: string): Readonly<Record<string, string>> {
  const tags = Object.entries(world.tags.get(instanceId) ?? {}).flatMap(([key, value]) => [
    [`aws:ResourceTag/${key}`, value],
    [`ec2:ResourceTag/${key}`, value],
  ])
  return { 'ec2:osuser': user, 'aws:ResourceAccount': world.accountId, ...Object.fromEntries(tags) }
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function failure(code: string, message: string, status = 400): JsonAnswer {
  return { status, body: { __type: code, Message: message, message }, errorCode: code }
}
