import { everywhereRule, type LiveRule } from '../../../src/model/kinds/security-group.js'
import type { PlannedRule, StepOf } from '../../../src/model/steps/step.js'
import { Refused, type World } from './world.js'

/** Key pairs and security groups. */
export const networkEffects = {
  'import-key-pair'(world: World, step: StepOf<'import-key-pair'>) {
    if (world.keyPairs.some(({ keyName }) => keyName === step.keyName)) throw new Refused('InvalidKeyPair.Duplicate')
    const id = world.newId('key', step.id)
    const publicKey = step.publicKey ?? 'ssh-ed25519 AAAAgenerated'
    world.keyPairs.push({ address: step.address, id, keyName: step.keyName, publicKey, tags: step.tags })
    world.ids.set(step.address, id)
  },
  'delete-key-pair'(world: World, step: StepOf<'delete-key-pair'>) {
    world.keyPairs = world.keyPairs.filter(({ id }) => id !== step.keyPairId)
  },
  'create-security-group'(world: World, step: StepOf<'create-security-group'>) {
    const id = world.newId('sg', step.id)
    const { address, groupName, description, tags } = step
    const vpcId =
      (step.network && world.idOf(step.network)) ?? step.vpcId ?? world.before.securityGroups[0]?.vpcId ?? 'vpc-default'
    world.groups.push({ address, id, groupName, description, vpcId, ingress: [], tags })
    world.ids.set(address, id)
  },
  'authorize-ingress'(world: World, step: StepOf<'authorize-ingress'>) {
    const group = world.group(step.address)
    group.ingress = [...group.ingress, ...step.rules.map((rule) => liveRule(world, rule))]
  },
  'revoke-ingress'(world: World, step: StepOf<'revoke-ingress'>) {
    const group = world.group(step.address)
    const gone = new Set(step.rules.map((rule) => ruleKey(liveRule(world, rule))))
    group.ingress = group.ingress.filter((rule) => !gone.has(ruleKey(rule)))
  },
  'authorize-egress'(world: World, step: StepOf<'authorize-egress'>) {
    const group = world.group(step.address)
    setEgress(group, [...waysOut(group), ...step.rules.map((rule) => liveRule(world, rule))])
  },
  'revoke-egress'(world: World, step: StepOf<'revoke-egress'>) {
    const group = world.group(step.address)
    const gone = new Set(step.rules.map((rule) => ruleKey(liveRule(world, rule))))
    setEgress(
      group,
      waysOut(group).filter((rule) => !gone.has(ruleKey(rule))),
    )
  },
  'delete-security-group'(world: World, { groupId }: StepOf<'delete-security-group'>) {
    const isWorn = world.servers.some(({ securityGroupIds }) => securityGroupIds.includes(groupId))
    if (isWorn) throw new Refused(`${groupId} is worn`)
    const isNamed = world.groups.some(
      ({ id, ingress, egress = [] }) =>
        id !== groupId &&
        [...ingress, ...egress].some(({ source }) => source.kind === 'security-group' && source.groupId === groupId),
    )
    if (isNamed) throw new Refused(`${groupId} is named by a rule`)
    world.groups = world.groups.filter(({ id }) => id !== groupId)
  },
}

type LiveGroup = World['groups'][number]

function waysOut({ egress }: LiveGroup): readonly LiveRule[] {
  return egress ?? [everywhereRule]
}

/** As an observation shows it: nothing is said of what EC2 makes by itself. */
function setEgress(group: LiveGroup, egress: readonly LiveRule[]): void {
  const [only, ...others] = egress
  if (only && others.length === 0 && ruleKey(only) === ruleKey(everywhereRule)) delete group.egress
  else group.egress = egress
}

function liveRule(world: World, { source, ...rule }: PlannedRule): LiveRule {
  return source.kind === 'security-group'
    ? { ...rule, source: { kind: 'security-group', groupId: world.idOf(source.address) } }
    : source.kind === 'security-group-id'
      ? { ...rule, source: { kind: 'security-group', groupId: source.groupId } }
      : { ...rule, source }
}

function ruleKey({ protocol, fromPort, toPort, source }: LiveRule): string {
  return JSON.stringify([protocol, fromPort, toPort, source])
}
