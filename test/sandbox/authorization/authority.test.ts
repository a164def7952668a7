import * as ec2 from '@aws-sdk/client-ec2'
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm'
import { describe, expect, it } from 'vitest'
import { actions } from '../../../src/sandbox/actions/registry.js'
import { requirements } from '../../../src/sandbox/authorization/required-targets.js'
import { afterTests, clientOf, errorOf, testSandbox } from '../support.js'

const account = '123456789012'
const everything = { Effect: 'Allow', Action: '*', Resource: '*' }
const bound = { StringEquals: { 'aws:ResourceTag/stack': 'mine' } }
const mine = [{ Key: 'stack', Value: 'mine' }]
const arn = (type: string) => `arn:aws:ec2:us-east-1:${account}:${type}/*`

/** A sandbox with its key's client, which may do everything until it is given a policy. */
async function world() {
  const sandbox = await testSandbox()
  const client = clientOf(sandbox)
  const restrict = (...Statement: readonly object[]) => sandbox.setPolicy({ Version: '2012-10-17', Statement })
  // The command classes are one union here, as in the client itself.
  const refusal = (command: object) => errorOf(client.send(command as ec2.DescribeVolumesCommand))
  const newVolume = async (Tags: readonly ec2.Tag[]) => {
    const TagSpecifications = Tags.length === 0 ? [] : [{ ResourceType: 'volume' as const, Tags: [...Tags] }]
    const input = { AvailabilityZone: 'us-east-1a', Size: 1, TagSpecifications }
    return (await client.send(new ec2.CreateVolumeCommand(input))).VolumeId ?? ''
  }
  const imageId = async () => {
    const { Images = [] } = await client.send(
      new ec2.DescribeImagesCommand({ Filters: [{ Name: 'architecture', Values: ['x86_64'] }] }),
    )
    return Images[0]?.ImageId ?? ''
  }
  return { sandbox, client, restrict, refusal, newVolume, imageId }
}

describe('an access key with a policy', () => {
  it('is refused in EC2’s words, with the resource and an encoded message', async () => {
    const { restrict, refusal } = await world()
    restrict({ Effect: 'Allow', Action: 'ec2:DescribeInstances', Resource: '*' })
    const user = `User: arn:aws:iam::${account}:user/evenkeel-sandbox is not authorized to perform:`
    const deletion = await refusal(new ec2.DeleteVolumeCommand({ VolumeId: 'vol-0123456789abcdef0' }))
    expect(deletion).toMatchObject({ name: 'UnauthorizedOperation', status: 403 })
    expect(deletion.message).toContain(
      `You are not authorized to perform this operation. ${user} ec2:DeleteVolume on resource: arn:aws:ec2:us-east-1:${account}:volume/vol-0123456789abcdef0 because no identity-based policy allows the ec2:DeleteVolume action. Encoded authorization failure message: `,
    )
    const listing = await refusal(new ec2.DescribeVolumesCommand({}))
    expect(listing.message).toBe(
      `You are not authorized to perform this operation. ${user} ec2:DescribeVolumes because no identity-based policy allows the ec2:DescribeVolumes action`,
    )
    restrict(everything, { ...everything, Effect: 'Deny', Action: 'ec2:Delete*' })
    const denied = await refusal(new ec2.DeleteVolumeCommand({ VolumeId: 'vol-0123456789abcdef0' }))
    expect(denied.message).toContain('with an explicit deny in an identity-based policy. Encoded')
  })

  it('is told by DryRun what it may do, and changes nothing', async () => {
    const { restrict, refusal, client } = await world()
    const launch = new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1, DryRun: true })
    restrict({ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' })
    expect((await refusal(launch)).name).toBe('UnauthorizedOperation')
    restrict(everything)
    expect((await refusal(launch)).name).toBe('DryRunOperation')
    expect((await client.send(new ec2.DescribeVolumesCommand({}))).Volumes).toEqual([])
  })

  it('takes away only what carries the tag', async () => {
    const { restrict, refusal, newVolume, client } = await world()
    const [own, foreign] = [await newVolume(mine), await newVolume([])]
    restrict({ ...everything, Action: 'ec2:DeleteVolume', Condition: bound })
    expect((await refusal(new ec2.DeleteVolumeCommand({ VolumeId: foreign }))).message).toContain(foreign)
    await client.send(new ec2.DeleteVolumeCommand({ VolumeId: own }))
  })

  it('needs both ends of an attachment', async () => {
    const { restrict, refusal, newVolume, client, imageId } = await world()
    const run = { ImageId: await imageId(), InstanceType: 't3.micro' as const, MinCount: 1, MaxCount: 1 }
    const placed = { ...run, Placement: { AvailabilityZone: 'us-east-1a' } }
    const { Instances = [] } = await client.send(new ec2.RunInstancesCommand(placed))
    const InstanceId = Instances[0]?.InstanceId ?? ''
    const VolumeId = await newVolume(mine)
    const attach = new ec2.AttachVolumeCommand({ VolumeId, InstanceId, Device: '/dev/sdf' })
    restrict({ ...everything, Condition: bound })
    expect((await refusal(attach)).message).toContain(`instance/${InstanceId}`)
    restrict({ ...everything, Resource: arn('instance') })
    expect((await refusal(attach)).message).toContain(`volume/${VolumeId}`)
    restrict(everything)
    await client.send(new ec2.CreateTagsCommand({ Resources: [InstanceId], Tags: mine }))
    restrict({ ...everything, Condition: bound })
    await client.send(attach)
  })

  it('makes only what is tagged in the call, and tags only there', async () => {
    const { restrict, refusal, newVolume, client } = await world()
    const tagging = { ...everything, Action: 'ec2:CreateTags' }
    restrict(
      { ...everything, Action: 'ec2:CreateVolume', Condition: { StringEquals: { 'aws:RequestTag/stack': 'mine' } } },
      { ...tagging, Condition: { StringEquals: { 'ec2:CreateAction': 'CreateVolume' } } },
    )
    const own = await newVolume(mine)
    await expect(newVolume([])).rejects.toThrow(
      'ec2:CreateVolume on resource: arn:aws:ec2:us-east-1:123456789012:volume/*',
    )
    const late = await refusal(new ec2.CreateTagsCommand({ Resources: [own], Tags: [{ Key: 'a', Value: 'b' }] }))
    expect(late.message).toContain(`ec2:CreateTags on resource: arn:aws:ec2:us-east-1:${account}:volume/${own}`)
    restrict({ ...everything, Action: 'ec2:CreateVolume' })
    await expect(newVolume(mine)).rejects.toThrow('ec2:CreateTags on resource')
    restrict({ ...tagging, Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } } })
    await client.send(new ec2.CreateTagsCommand({ Resources: [own], Tags: [{ Key: 'a', Value: 'b' }] }))
    expect((await refusal(new ec2.CreateTagsCommand({ Resources: [own], Tags: mine }))).name).toBe(
      'UnauthorizedOperation',
    )
  })

  it.each([
    'image',
    'instance',
    'volume',
    'network-interface',
    'subnet',
    'security-group',
    'key-pair',
    'launch-template',
  ])('launches nothing without the %s', async (type) => {
    const { restrict, refusal, client, imageId } = await world()
    await client.send(new ec2.CreateKeyPairCommand({ KeyName: 'k' }))
    const { LaunchTemplate } = await client.send(
      new ec2.CreateLaunchTemplateCommand({
        LaunchTemplateName: 'small',
        LaunchTemplateData: { InstanceType: 't3.micro', KeyName: 'k', ImageId: await imageId() },
      }),
    )
    const { LaunchTemplateId } = LaunchTemplate ?? {}
    const command = new ec2.RunInstancesCommand({ MinCount: 1, MaxCount: 1, LaunchTemplate: { LaunchTemplateId } })
    restrict(everything, {
      ...everything,
      Effect: 'Deny',
      Action: 'ec2:RunInstances',
      Resource: `arn:aws:ec2:*:*:${type}/*`,
    })
    expect((await refusal(command)).message).toContain(`:${type}/`)
    restrict(everything)
    await client.send(command)
  })

  it('reads the parameters that it may read', async () => {
    const { sandbox, restrict } = await world()
    const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
    const ssm = new SSMClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 })
    afterTests(() => ssm.destroy())
    const Names = ['/aws/service/debian/release/12/latest/amd64']
    const Resource = `arn:aws:ssm:us-east-1::parameter${Names[0]}`
    restrict({ Effect: 'Allow', Action: 'ssm:GetParameters', Resource })
    expect((await ssm.send(new GetParametersCommand({ Names }))).Parameters).toHaveLength(1)
    restrict({ Effect: 'Allow', Action: 'ssm:GetParameter', Resource: '*' })
    expect(await errorOf(ssm.send(new GetParametersCommand({ Names })))).toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::${account}:user/evenkeel-sandbox is not authorized to perform: ssm:GetParameters on resource: ${Resource} because no identity-based policy allows the ssm:GetParameters action`,
    })
  })
})

describe('the table of what actions are authorized against', () => {
  it('has every action that writes, and no other than the sandbox has', () => {
    const writes = [...actions.values()].filter(({ effect }) => effect === 'writes').map(({ name }) => name)
    expect(writes.filter((name) => !Object.hasOwn(requirements, name))).toEqual([])
    expect(Object.keys(requirements).filter((name) => !actions.has(name))).toEqual([])
  })
})
