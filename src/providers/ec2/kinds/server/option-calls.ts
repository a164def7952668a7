import type { IamInstanceProfileAssociation, Instance, InstanceNetworkInterface } from '@aws-sdk/client-ec2'
import type { Effect, Owner, ServerCloud } from '../../../../executor/ports.js'
import {
  isSameProfile,
  type CpuOptions,
  type MetadataOptions,
  type ServerOptionChanges,
} from '../../../../model/launch/server-options.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import type { Vouched } from '../../tags/ownership.js'
import type { Ec2Api } from '../../wire/api.js'
import { readAll } from '../../wire/pages.js'
import { textOf } from '../../wire/text-of.js'
import { setInterface } from '../interface/set-interface.js'
import { firstInterface, metadataInput, observedOptions, profileInput } from './option-words.js'
import { readInstance } from './read-instances.js'

/** So often an association is looked at that is still coming or going: some two minutes. */
const associationLooksMax = 40
const betweenLooksMs = 3_000

/** An instance in the moment before it is changed. */
interface Target {
  readonly id: string
  readonly vouched: Vouched<Instance>
}

/** `vouch` reads an instance that is to be changed; it rejects when that is not there or not ours. */
export function createOptionCalls(
  api: Ec2Api,
  vouch: (id: string, owner: Owner) => Promise<Vouched<Instance>>,
): Pick<ServerCloud, 'setServerOptions'> {
  return {
    setServerOptions: async ({ instanceId, options, owner }) => {
      const target = { id: instanceId, vouched: await vouch(instanceId, owner) }
      const { cpu, iamInstanceProfile, monitoring, metadata, placement, shutdownBehavior, stopProtection } = options
      const effects: Effect[] = []
      if (placement) effects.push(await setPlacement(api, target, placement))
      if (cpu) effects.push(await setCpu(api, target, cpu))
      if (iamInstanceProfile !== undefined) effects.push(await setProfile(api, target, iamInstanceProfile))
      if (monitoring !== undefined) effects.push(await setMonitoring(api, target, monitoring))
      if (metadata) effects.push(await setMetadata(api, target, metadata))
      // EC2 takes one attribute a call, and what they are now a call each to ask.
      if (shutdownBehavior !== undefined) {
        await setAttribute(api, target, { InstanceInitiatedShutdownBehavior: { Value: shutdownBehavior } })
        effects.push('done')
      }
      if (stopProtection !== undefined) {
        await setAttribute(api, target, { DisableApiStop: { Value: stopProtection } })
        effects.push('done')
      }
      const { secondaryPrivateIps, sourceDestCheck } = options
      const first = firstInterface(target.vouched.item)
      if (first) {
        const asked = {
          ...(secondaryPrivateIps && { secondaryPrivateIps }),
          ...(sourceDestCheck !== undefined && { sourceDestCheck }),
        }
        effects.push(await setInterface(api, first, asked, () => firstOf(api, instanceId)))
      }
      return effects.includes('done') ? 'done' : 'unchanged'
    },
  }
}

async function firstOf(api: Ec2Api, instanceId: string): Promise<InstanceNetworkInterface | undefined> {
  const instance = await readInstance(api, instanceId)
  return instance && firstInterface(instance)
}

async function setAttribute(api: Ec2Api, { id }: Target, attribute: object): Promise<void> {
  await api.call('ModifyInstanceAttribute', { InstanceId: id, ...attribute }, { seen: true })
}

async function setMonitoring(api: Ec2Api, { id, vouched: { item } }: Target, wanted: boolean) {
  if ((observedOptions(item).monitoring ?? false) === wanted) return 'unchanged'
  await api.call(wanted ? 'MonitorInstances' : 'UnmonitorInstances', { InstanceIds: [id] }, { seen: true })
  return 'done'
}

/** An empty name takes it out of its group (EC2 API, ModifyInstancePlacement). */
async function setPlacement(
  api: Ec2Api,
  { id, vouched: { item } }: Target,
  { group, partition, hostId }: NonNullable<ServerOptionChanges['placement']>,
) {
  const isOut = textOf(item.Placement?.GroupName) === undefined
  if (group === null && isOut && hostId === undefined) return 'unchanged'
  const where = {
    ...(group === null && !isOut && { GroupName: '' }),
    ...(typeof group === 'string' && { GroupId: group }),
    ...(partition !== undefined && { PartitionNumber: partition }),
    ...(hostId !== undefined && { HostId: hostId }),
  }
  await api.call('ModifyInstancePlacement', { InstanceId: id, ...where }, { seen: true })
  return 'done'
}

async function setCpu(api: Ec2Api, { id, vouched: { item } }: Target, { cores, threadsPerCore }: CpuOptions) {
  const { cpu } = observedOptions(item)
  if (cpu?.cores === cores && cpu.threadsPerCore === threadsPerCore) return 'unchanged'
  const input = { InstanceId: id, CoreCount: cores, ThreadsPerCore: threadsPerCore }
  await api.call('ModifyInstanceCpuOptions', input, { seen: true })
  return 'done'
}

async function setMetadata(api: Ec2Api, { id, vouched: { item } }: Target, wanted: MetadataOptions) {
  const { metadata = {} } = observedOptions(item)
  const differs = Object.entries(wanted).some(([key, value]) => metadata[key as keyof MetadataOptions] !== value)
  if (!differs) return 'unchanged'
  await api.call('ModifyInstanceMetadataOptions', { InstanceId: id, ...metadataInput(wanted) }, { seen: true })
  return 'done'
}

/**
 * EC2 replaces the profile of a running instance in one call; of a stopped one it is taken away first (EC2 API,
 * ReplaceIamInstanceProfileAssociation). It takes no token: what is there already is looked at instead.
 */
async function setProfile(api: Ec2Api, target: Target, wanted: string | null): Promise<Effect> {
  const { id, vouched } = target
  const current = await settledAssociation(api, id)
  const arn = current?.IamInstanceProfile?.Arn ?? ''
  if (wanted === null ? current === undefined : current !== undefined && isSameProfile(wanted, arn)) return 'unchanged'
  const { confirm } = vouched
  if (current && wanted !== null && vouched.item.State?.Name === 'running') {
    const IamInstanceProfile = profileInput(wanted)
    const input = { AssociationId: current.AssociationId, IamInstanceProfile }
    await api.call('ReplaceIamInstanceProfileAssociation', input, { confirm }).catch((error: unknown) =>
      // The association that took its place has another id: an attempt without an answer may have made it.
      unlessThere(api, id, wanted, error, isOfClass(error, 'absent')),
    )
    return 'done'
  }
  if (current) {
    await api
      .call('DisassociateIamInstanceProfile', { AssociationId: current.AssociationId }, { confirm })
      .catch((error: unknown) => {
        if (!isOfClass(error, 'absent')) throw error
      })
    await settledAssociation(api, id)
  }
  if (wanted === null) return 'done'
  const input = { InstanceId: id, IamInstanceProfile: profileInput(wanted) }
  await api
    .call('AssociateIamInstanceProfile', input, { seen: true })
    .catch((error: unknown) => unlessThere(api, id, wanted, error, hasAwsCode(error, 'IncorrectState')))
  return 'done'
}

/** Rejects with the error, unless it may say that the profile is there, and it is. */
async function unlessThere(api: Ec2Api, id: string, wanted: string, error: unknown, mayBe: boolean): Promise<void> {
  const there = mayBe ? await settledAssociation(api, id) : undefined
  if (there === undefined || !isSameProfile(wanted, there.IamInstanceProfile?.Arn ?? '')) throw error
}

/** The association of an instance that stands, or comes; undefined: none. One that is going is waited for. */
async function settledAssociation(api: Ec2Api, id: string): Promise<IamInstanceProfileAssociation | undefined> {
  for (let looks = 1; ; looks += 1) {
    const found = await readAll(
      api,
      'DescribeIamInstanceProfileAssociations',
      { Filters: [{ Name: 'instance-id', Values: [id] }] },
      ({ IamInstanceProfileAssociations }) => IamInstanceProfileAssociations,
    )
    const there = found.filter(({ State }) => State !== 'disassociated')
    const standing = there.find(({ State }) => State !== 'disassociating')
    if (standing !== undefined || there.length === 0) return standing
    if (looks >= associationLooksMax) throw stillGoing(id)
    await api.pause(betweenLooksMs)
  }
}

function stillGoing(id: string) {
  return providerError(
    'EC2_WRONG_STATE',
    'wait-state',
    `the former instance profile of ${id} is still being taken off`,
    {
      hint: 'apply again in some minutes',
      action: 'DescribeIamInstanceProfileAssociations',
    },
  )
}
