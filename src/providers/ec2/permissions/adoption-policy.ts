import type { StackSpec } from '../../../model/stack-spec.js'
import { tagKeys } from '../../../model/tags.js'
import type { ResourceType } from './facts.js'
import type { PolicyStatement } from './policy-statement.js'

/**
 * What lets the file's entries adopt what they name by its id: it gets the stack's tag. A key pair's ARN holds its name, and which
 * request stands behind a spot instance the file does not say, so that these are bound by carrying no stack's tag yet.
 */
export function adoptionStatements(
  { stack, servers, securityGroups, volumes, keyPairs }: StackSpec,
  arnOf: (type: ResourceType, name: string) => string,
): readonly PolicyStatement[] {
  const named = [
    ...servers.flatMap(({ instanceId }) => (instanceId === undefined ? [] : arnOf('instance', instanceId))),
    ...securityGroups.flatMap(({ groupId }) => (groupId === undefined ? [] : arnOf('security-group', groupId))),
    ...volumes.flatMap(({ volumeId }) => (volumeId === undefined ? [] : arnOf('volume', volumeId))),
  ]
  const unnamed = [
    ...(keyPairs.some(({ keyPairId }) => keyPairId !== undefined) ? [arnOf('key-pair', '*')] : []),
    ...(servers.some(({ instanceId, options }) => instanceId !== undefined && options?.spot?.interruption === 'stop')
      ? [arnOf('spot-instances-request', '*')]
      : []),
  ]
  const forStack = { [`aws:RequestTag/${tagKeys.stack}`]: stack }
  const tagging = { Effect: 'Allow', Action: ['ec2:CreateTags'] } as const
  return [
    {
      Sid: 'AdoptWhatIsNamed',
      ...tagging,
      Resource: [...new Set(named)].sort(),
      Condition: { StringEquals: forStack },
    },
    {
      Sid: 'AdoptOfNoStack',
      ...tagging,
      Resource: unnamed,
      Condition: { StringEquals: forStack, Null: { [`aws:ResourceTag/${tagKeys.stack}`]: 'true' } },
    },
  ]
}
