import type { LaunchTemplate, RequestLaunchTemplateData } from '@aws-sdk/client-ec2'
import { canonicalJson, digestOfText } from '../../core/digest.js'
import type { Owner, TemplateRequest } from '../../executor/ports.js'
import { displayName } from '../../model/address.js'
import { tagKeys } from '../../model/tags.js'
import { hasAwsCode, isOfClass, providerError } from '../ec2/errors/provider-errors.js'
import { launchOptions } from '../ec2/kinds/server/option-words.js'
import { lookUntilSeen } from '../ec2/tags/ownership.js'
import { tagListOf, tagsOf } from '../ec2/tags/tag-lists.js'
import type { Ec2Api } from '../ec2/wire/api.js'
import { templateRole } from './read-groups.js'

/** Chosen: no two contents of one group's templates ever have the same. */
const digestLength = 12

/** The template with this content, found by its name, else made: the name says the content, which never changes. */
export async function ensureTemplate(api: Ec2Api, owner: Owner, request: TemplateRequest): Promise<string> {
  const data = dataOf(request)
  const name = `evenkeel.scaling/${owner.stack}/${displayName(owner.address)}/${digestOfText(canonicalJson(data), digestLength)}`
  const found = await templateNamed(api, name)
  if (found) return ours(found, owner, name)
  try {
    const { LaunchTemplate } = await api.call('CreateLaunchTemplate', {
      LaunchTemplateName: name,
      LaunchTemplateData: data,
      ClientToken: `${request.once.slice(0, 50)}-${digestOfText(name, digestLength)}`,
      TagSpecifications: [
        {
          ResourceType: 'launch-template',
          Tags: tagListOf({ ...request.templateTags, [tagKeys.role]: templateRole }),
        },
      ],
    })
    const id = LaunchTemplate?.LaunchTemplateId ?? ''
    api.young.note(id)
    return id
  } catch (error) {
    if (!hasAwsCode(error, 'InvalidLaunchTemplateName.AlreadyExistsException')) throw error
    const made = await lookUntilSeen(api, () => templateNamed(api, name))
    if (!made) throw error
    return ours(made, owner, name)
  }
}

async function templateNamed(api: Ec2Api, name: string): Promise<LaunchTemplate | undefined> {
  try {
    const { LaunchTemplates = [] } = await api.call('DescribeLaunchTemplates', { LaunchTemplateNames: [name] })
    return LaunchTemplates[0]
  } catch (error) {
    if (isOfClass(error, 'absent')) return undefined
    throw error
  }
}

function ours({ LaunchTemplateId: id = '', Tags }: LaunchTemplate, { stack, address }: Owner, name: string): string {
  const tags = tagsOf(Tags)
  if (tags[tagKeys.stack] === stack && tags[tagKeys.role] === templateRole) return id
  const message = `the launch template ${name} (${id}) is not ${address}’s of stack ${stack}`
  throw providerError('EC2_NOT_OURS', 'permission', message, {
    hint: `delete it, or give it back the tags ${tagKeys.stack}=${stack} and ${tagKeys.role}=${templateRole}`,
  })
}

function dataOf(request: TemplateRequest): RequestLaunchTemplateData {
  const { rootVolume, userData, keyName, options } = request
  const { MetadataOptions, IamInstanceProfile, Monitoring } = launchOptions(options)
  return {
    ImageId: request.imageId,
    InstanceType: request.type as NonNullable<RequestLaunchTemplateData['InstanceType']>,
    ...(keyName !== undefined && { KeyName: keyName }),
    SecurityGroupIds: [...request.groupIds],
    ...(userData !== undefined && { UserData: Buffer.from(userData, 'utf8').toString('base64') }),
    BlockDeviceMappings: [
      {
        DeviceName: request.rootDeviceName,
        Ebs: {
          DeleteOnTermination: true,
          ...(rootVolume.sizeGiB !== undefined && { VolumeSize: rootVolume.sizeGiB }),
          ...(rootVolume.type !== undefined && { VolumeType: rootVolume.type }),
        },
      },
    ],
    ...(MetadataOptions && { MetadataOptions }),
    ...(IamInstanceProfile && { IamInstanceProfile }),
    ...(Monitoring?.Enabled !== undefined && { Monitoring: { Enabled: Monitoring.Enabled } }),
    TagSpecifications: [{ ResourceType: 'volume', Tags: tagListOf(request.volumeTags) }],
  }
}
