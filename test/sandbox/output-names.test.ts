import { request } from 'node:http'
import { expect, test } from 'vitest'
import { createHash, createHmac } from 'node:crypto'
import type { Sandbox } from '../../src/sandbox/sandbox.js'
import { testSandbox } from './support.js'
import { parseXml, type Element } from './answer-xml.js'
import { outputOf, type Tree } from './sdk-schemas.js'

function compare(element: Element, tree: Tree, path: string, wrong: Set<string>): void {
  if (tree.kind === 'list') {
    for (const item of element.children) {
      if (item.name === 'item') compare(item, tree.of(), `${path}[]`, wrong)
      else wrong.add(`${path}.${item.name} is no item`)
    }
    return
  }
  if (tree.kind === 'scalar') {
    if (element.children.length > 0) wrong.add(`${path} is ${tree.type} and has elements`)
    if (tree.type === 'number' && !/^-?[0-9.]+$/.test(element.text)) wrong.add(`${path} is no number: ${element.text}`)
    if (tree.type === 'boolean' && !/^(true|false)$/.test(element.text))
      wrong.add(`${path} is no boolean: ${element.text}`)
    if (tree.type === 'time' && Number.isNaN(Date.parse(element.text))) wrong.add(`${path} is no time: ${element.text}`)
    return
  }
  const known = tree.members()
  for (const child of element.children) {
    const member = known.get(child.name)
    if (member) compare(child, member, `${path}.${child.name}`, wrong)
    else wrong.add(`${path}.${child.name} is unknown to the SDK`)
  }
}

/** A signature of its own, so that the bodies can be read as they are: the SDK drops what it does not know. */
function post(sandbox: Sandbox, parameters: Record<string, string>): Promise<{ status: number; body: string }> {
  const body = new URLSearchParams({ Version: '2016-11-15', ...parameters }).toString().replaceAll('+', '%20')
  const host = sandbox.endpoint.slice('http://'.length)
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = `${date.slice(0, 8)}/${sandbox.region}/ec2/aws4_request`
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  const canonical = ['POST', '/', '', `host:${host}`, `x-amz-date:${date}`, '', 'host;x-amz-date', hash(body)].join(
    '\n',
  )
  let key: string | Buffer = `AWS4${sandbox.secretAccessKey}`
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest()
  const signature = createHmac('sha256', key)
    .update(['AWS4-HMAC-SHA256', date, scope, hash(canonical)].join('\n'))
    .digest('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${sandbox.accessKeyId}/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`
  return new Promise((resolve, reject) => {
    const headers = { host, 'x-amz-date': date, authorization, 'content-type': 'application/x-www-form-urlencoded' }
    const outgoing = request(sandbox.endpoint, { method: 'POST', headers }, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += String(chunk)))
      response.on('end', () => resolve({ status: response.statusCode!, body: text }))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

test('a made-up name and a wrong type are seen', () => {
  const wrong = new Set<string>()
  const xml = '<a><volumeSet><item><size>x</size><colour>red</colour></item></volumeSet></a>'
  compare(parseXml(xml), outputOf('DescribeVolumes')!, 'DescribeVolumes', wrong)
  expect([...wrong]).toEqual([
    'DescribeVolumes.volumeSet[].size is no number: x',
    'DescribeVolumes.volumeSet[].colour is unknown to the SDK',
  ])
})

test('everything that the endpoint answers has the name and the type that the SDK reads', async () => {
  const sandbox = await testSandbox({
    latencies: { volumeDeletingMs: 60_000 },
    switches: { defaultVpc: false, instanceProfiles: 'web' },
  })
  const wrong = new Set<string>()
  const seen = new Set<string>()
  const tell = async (what: string, told: object) => {
    const url = `${sandbox.endpoint}/_evenkeel/${what}`
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(told) })
    return (await answer.json()) as { readonly id?: string }
  }
  const call = async (action: string, parameters: Record<string, string> = {}) => {
    const { status, body } = await post(sandbox, { Action: action, ...parameters })
    expect(`${action} ${status} ${status === 200 ? '' : body}`).toBe(`${action} 200 `)
    seen.add(action)
    const root = parseXml(body.replace(/^<\?xml.*?\?>\s*/, ''))
    expect(root.name).toBe(`${action}Response`)
    const members = root.children.filter(({ name }) => name !== 'requestId' && name !== 'return')
    compare({ ...root, children: members }, outputOf(action)!, action, wrong)
    return (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1] ?? ''
  }
  const tag = (type: string) => ({
    'TagSpecification.1.ResourceType': type,
    'TagSpecification.1.Tag.1.Key': 'k',
    'TagSpecification.1.Tag.1.Value': 'v',
  })
  const wait = async (action: string, id: Record<string, string>, pattern: string) => {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const { body } = await post(sandbox, { Action: action, ...id })
      if (body.includes(pattern)) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`${action} never showed ${pattern}`)
  }

  const image = (
    await call('DescribeImages', {
      'Owner.1': '136693071363',
      'Filter.1.Name': 'name',
      'Filter.1.Value.1': 'debian-12-amd64-2*',
    })
  )('imageId')
  await call('DescribeImages', { 'Owner.1': 'amazon' })
  for (const action of [
    'CreateDefaultVpc',
    'DescribeRegions',
    'DescribeAvailabilityZones',
    'DescribeAccountAttributes',
    'DescribeVpcs',
    'DescribeSubnets',
    'DescribeInstanceTypes',
    'DescribeInstanceTypeOfferings',
    'GetEbsDefaultKmsKeyId',
    'GetEbsEncryptionByDefault',
    'EnableEbsEncryptionByDefault',
    'DisableEbsEncryptionByDefault',
  ]) {
    await call(action)
  }
  const VpcId = (await call('CreateVpc', { CidrBlock: '10.9.0.0/16', ...tag('vpc') }))('vpcId')
  await call('ModifyVpcAttribute', { VpcId, 'EnableDnsHostnames.Value': 'true' })
  for (const Attribute of ['enableDnsSupport', 'enableDnsHostnames', 'enableNetworkAddressUsageMetrics']) {
    await call('DescribeVpcAttribute', { VpcId, Attribute })
  }
  const SubnetId = (await call('CreateSubnet', { VpcId, CidrBlock: '10.9.1.0/24', ...tag('subnet') }))('subnetId')
  await call('ModifySubnetAttribute', { SubnetId, 'MapPublicIpOnLaunch.Value': 'true' })
  const InternetGatewayId = (await call('CreateInternetGateway', tag('internet-gateway')))('internetGatewayId')
  await call('AttachInternetGateway', { InternetGatewayId, VpcId })
  await call('DescribeInternetGateways')
  const RouteTableId = (await call('CreateRouteTable', { VpcId, ClientToken: 'one', ...tag('route-table') }))(
    'routeTableId',
  )
  const DestinationCidrBlock = '0.0.0.0/0'
  await call('CreateRoute', { RouteTableId, DestinationCidrBlock, GatewayId: InternetGatewayId })
  const AssociationId = (await call('AssociateRouteTable', { RouteTableId, SubnetId }))('associationId')
  await call('ReplaceRoute', { RouteTableId, DestinationCidrBlock, GatewayId: InternetGatewayId })
  const natAddress = (await call('AllocateAddress', {}))('allocationId')
  const NatGatewayId = (
    await call('CreateNatGateway', { SubnetId, AllocationId: natAddress, ClientToken: 'two', ...tag('natgateway') })
  )('natGatewayId')
  await call('DescribeNatGateways')
  const NetworkAclId = (await call('CreateNetworkAcl', { VpcId, ClientToken: 'three', ...tag('network-acl') }))(
    'networkAclId',
  )
  const place = { NetworkAclId, RuleNumber: '10', Egress: 'false' }
  const aclEntry = { ...place, Protocol: '6', RuleAction: 'allow', CidrBlock: '0.0.0.0/0' }
  await call('CreateNetworkAclEntry', { ...aclEntry, 'PortRange.From': '22', 'PortRange.To': '22' })
  await call('ReplaceNetworkAclEntry', { ...aclEntry, Protocol: '1', 'Icmp.Type': '-1', 'Icmp.Code': '-1' })
  const aclAssociation = (
    await call('DescribeNetworkAcls', { 'Filter.1.Name': 'association.subnet-id', 'Filter.1.Value.1': SubnetId })
  )('networkAclAssociationId')
  await call('ReplaceNetworkAclAssociation', { AssociationId: aclAssociation, NetworkAclId })
  const VpcEndpointId = (
    await call('CreateVpcEndpoint', {
      VpcId,
      VpcEndpointType: 'Interface',
      ServiceName: 'com.amazonaws.us-east-1.ssm',
      'SubnetId.1': SubnetId,
      ...tag('vpc-endpoint'),
    })
  )('vpcEndpointId')
  await call('ModifyVpcEndpoint', { VpcEndpointId, PrivateDnsEnabled: 'false' })
  await call('DescribeVpcEndpoints')
  await call('DescribeNetworkInterfaces')
  await call('DeleteVpcEndpoints', { 'VpcEndpointId.1': VpcEndpointId, 'VpcEndpointId.2': 'vpce-00000000000000000' })
  await call('DeleteNatGateway', { NatGatewayId })
  await wait('DescribeNatGateways', {}, '<state>deleted</state>')
  await wait('DescribeVpcEndpoints', {}, '<vpcEndpointSet/>')
  await call('ReleaseAddress', { AllocationId: natAddress })
  await call('DeleteNetworkAclEntry', place)
  const otherTable = (await call('CreateRouteTable', { VpcId }))('routeTableId')
  const moved = (await call('ReplaceRouteTableAssociation', { AssociationId, RouteTableId: otherTable }))(
    'newAssociationId',
  )
  await call('DescribeRouteTables')
  await call('DisassociateRouteTable', { AssociationId: moved })
  await call('DeleteRouteTable', { RouteTableId: otherTable })
  await call('DeleteRoute', { RouteTableId, DestinationCidrBlock })
  await call('DeleteRouteTable', { RouteTableId })
  await call('DetachInternetGateway', { InternetGatewayId, VpcId })
  await call('DeleteInternetGateway', { InternetGatewayId })
  await call('DeleteSubnet', { SubnetId })
  await call('DeleteNetworkAcl', { NetworkAclId })
  await call('DeleteVpc', { VpcId })
  await call('CreateKeyPair', { KeyName: 'one', ...tag('key-pair') })
  await call('ImportKeyPair', {
    KeyName: 'two',
    PublicKeyMaterial: Buffer.from(
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAouhwVreLptuKlOSMBFwVmdB3nTGidChbg42TkhVd5l me',
    ).toString('base64'),
  })
  await call('DescribeKeyPairs', { IncludePublicKey: 'true' })
  await call('DeleteKeyPair', { KeyName: 'two' })
  const group = (
    await call('CreateSecurityGroup', { GroupName: 'web', GroupDescription: 'web', ...tag('security-group') })
  )('groupId')
  const rule = {
    GroupId: group,
    'IpPermissions.1.IpProtocol': 'tcp',
    'IpPermissions.1.FromPort': '22',
    'IpPermissions.1.ToPort': '22',
    'IpPermissions.1.IpRanges.1.CidrIp': '0.0.0.0/0',
    'IpPermissions.1.IpRanges.1.Description': 'ssh',
    'IpPermissions.1.Ipv6Ranges.1.CidrIpv6': '::/0',
    'IpPermissions.1.Groups.1.GroupId': group,
  }
  const ruleId = (await call('AuthorizeSecurityGroupIngress', { ...rule, ...tag('security-group-rule') }))(
    'securityGroupRuleId',
  )
  await call('AuthorizeSecurityGroupEgress', rule)
  await call('DescribeSecurityGroups')
  await call('DescribeSecurityGroupRules')
  await call('ModifySecurityGroupRules', {
    GroupId: group,
    'SecurityGroupRule.1.SecurityGroupRuleId': ruleId,
    'SecurityGroupRule.1.SecurityGroupRule.CidrIpv4': '10.0.0.0/8',
  })
  await call('RevokeSecurityGroupIngress', rule)
  await call('RevokeSecurityGroupEgress', rule)
  const template = (
    await call('CreateLaunchTemplate', {
      LaunchTemplateName: 'lock',
      VersionDescription: 'first',
      'LaunchTemplateData.InstanceType': 't3.micro',
      'LaunchTemplateData.SecurityGroupId.1': group,
      'LaunchTemplateData.BlockDeviceMapping.1.DeviceName': '/dev/sdf',
      'LaunchTemplateData.BlockDeviceMapping.1.Ebs.VolumeSize': '1',
      'LaunchTemplateData.TagSpecification.1.ResourceType': 'instance',
      'LaunchTemplateData.TagSpecification.1.Tag.1.Key': 'k',
      'LaunchTemplateData.NetworkInterface.1.DeviceIndex': '0',
      'LaunchTemplateData.NetworkInterface.1.SecurityGroupId.1': group,
      'LaunchTemplateData.MetadataOptions.HttpTokens': 'required',
      'LaunchTemplateData.Monitoring.Enabled': 'true',
      'LaunchTemplateData.Placement.AvailabilityZone': 'us-east-1a',
      'LaunchTemplateData.CreditSpecification.CpuCredits': 'standard',
      ...tag('launch-template'),
    })
  )('launchTemplateId')
  await call('CreateLaunchTemplateVersion', {
    LaunchTemplateId: template,
    'LaunchTemplateData.InstanceType': 't3.small',
  })
  await call('DescribeLaunchTemplates')
  await call('DescribeLaunchTemplateVersions', { LaunchTemplateId: template })
  await call('ModifyLaunchTemplate', { LaunchTemplateId: template, SetDefaultVersion: '2' })
  await call('DeleteLaunchTemplateVersions', {
    LaunchTemplateId: template,
    'LaunchTemplateVersion.1': '1',
    'LaunchTemplateVersion.2': '2',
  })
  await call('DeleteLaunchTemplate', { LaunchTemplateId: template })

  const instance = (
    await call('RunInstances', {
      ImageId: image,
      InstanceType: 't3.micro',
      MinCount: '1',
      MaxCount: '1',
      KeyName: 'one',
      'SecurityGroupId.1': group,
      UserData: 'aGk=',
      ...tag('instance'),
    })
  )('instanceId')
  await wait('DescribeInstances', { 'InstanceId.1': instance }, '<name>running</name>')
  const day = 86_400
  const event = await tell('events', { instanceId: instance, code: 'system-reboot', postponableSeconds: day })
  const NotBefore = new Date(Date.now() + 2.5 * day * 1000).toISOString()
  await call('ModifyInstanceEventStartTime', { InstanceId: instance, InstanceEventId: event.id ?? '', NotBefore })
  await call('DescribeInstanceStatus', { IncludeAllInstances: 'true' })
  for (const attribute of [
    'instanceType',
    'userData',
    'disableApiTermination',
    'groupSet',
    'blockDeviceMapping',
    'instanceInitiatedShutdownBehavior',
    'kernel',
    'enaSupport',
    'enclaveOptions',
    'sourceDestCheck',
    'productCodes',
    'disableApiStop',
    'rootDeviceName',
    'ebsOptimized',
    'ramdisk',
    'sriovNetSupport',
  ]) {
    await call('DescribeInstanceAttribute', { InstanceId: instance, Attribute: attribute })
  }
  await call('ModifyInstanceAttribute', { InstanceId: instance, 'DisableApiTermination.Value': 'false' })
  await call('ModifyInstanceMetadataOptions', { InstanceId: instance, HttpTokens: 'required' })
  await call('GetConsoleOutput', { InstanceId: instance })
  await call('MonitorInstances', { 'InstanceId.1': instance })
  await call('UnmonitorInstances', { 'InstanceId.1': instance })
  await call('ModifyInstanceCreditSpecification', {
    'InstanceCreditSpecification.1.InstanceId': instance,
    'InstanceCreditSpecification.1.CpuCredits': 'standard',
    'InstanceCreditSpecification.2.InstanceId': 'i-00000000000000000',
    'InstanceCreditSpecification.2.CpuCredits': 'standard',
  })
  await call('DescribeInstanceCreditSpecifications')
  const profile = { 'IamInstanceProfile.Name': 'web' }
  const given = (await call('AssociateIamInstanceProfile', { InstanceId: instance, ...profile }))('associationId')
  await call('DescribeIamInstanceProfileAssociations')
  const replaced = (await call('ReplaceIamInstanceProfileAssociation', { AssociationId: given, ...profile }))(
    'associationId',
  )
  await call('DescribeInstances')
  await call('DisassociateIamInstanceProfile', { AssociationId: replaced })
  await call('RunInstances', {
    ImageId: image,
    InstanceType: 't3.micro',
    MinCount: '1',
    MaxCount: '1',
    'InstanceMarketOptions.MarketType': 'spot',
    ...tag('spot-instances-request'),
  })
  const spotRequest = (await call('DescribeSpotInstanceRequests'))('spotInstanceRequestId')
  await call('DescribeInstances')
  await call('CancelSpotInstanceRequests', { 'SpotInstanceRequestId.1': spotRequest })
  await tell('reserved-instances', { instanceType: 't3.micro' })
  await call('DescribeReservedInstances')
  await call('DescribeNetworkAcls')
  await call('DescribeNetworkInterfaces')
  const allocation = (await call('AllocateAddress', { Domain: 'vpc', ...tag('elastic-ip') }))('allocationId')
  const association = (await call('AssociateAddress', { AllocationId: allocation, InstanceId: instance }))(
    'associationId',
  )
  await call('DescribeAddresses')
  await call('DescribeInstances')
  const ImageId = (
    await call('CreateImage', { InstanceId: instance, Name: 'golden', NoReboot: 'true', ...tag('image') })
  )('imageId')
  await wait('DescribeImages', { 'ImageId.1': ImageId }, '<imageState>available</imageState>')
  const rootSnapshot = (await call('DescribeImages', { 'ImageId.1': ImageId }))('snapshotId')
  const disk = { 'BlockDeviceMapping.1.DeviceName': '/dev/xvda', 'BlockDeviceMapping.1.Ebs.SnapshotId': rootSnapshot }
  const built = { Architecture: 'x86_64', VirtualizationType: 'hvm', RootDeviceName: '/dev/xvda' }
  const registered = (await call('RegisterImage', { Name: 'registered', ...built, ...disk }))('imageId')
  await call('DeregisterImage', { ImageId: registered })
  const copied = { SourceImageId: ImageId, SourceRegion: 'us-east-1', Name: 'copied' }
  const copy = (await call('CopyImage', copied))('imageId')
  const launchers = { ImageId, Attribute: 'launchPermission' }
  await call('ModifyImageAttribute', { ...launchers, OperationType: 'add', 'UserId.1': '210987654321' })
  for (const Attribute of ['launchPermission', 'description', 'blockDeviceMapping', 'productCodes']) {
    await call('DescribeImageAttribute', { ImageId, Attribute })
  }
  await call('ResetImageAttribute', launchers)
  await call('DescribeImages', { 'Owner.1': 'self' })
  await call('DeregisterImage', { ImageId })
  await call('DeregisterImage', { ImageId: copy, DeleteAssociatedSnapshots: 'true' })
  await call('DisassociateAddress', { AssociationId: association })
  await call('ReleaseAddress', { AllocationId: allocation })

  const volume = (
    await call('CreateVolume', {
      AvailabilityZone: 'us-east-1a',
      Size: '1',
      VolumeType: 'gp3',
      Encrypted: 'true',
      ...tag('volume'),
    })
  )('volumeId')
  await wait('DescribeVolumes', { 'VolumeId.1': volume }, '<status>available</status>')
  await call('AttachVolume', { VolumeId: volume, InstanceId: instance, Device: '/dev/sdf' })
  await call('DescribeVolumes')
  await call('ModifyVolumeAttribute', { VolumeId: volume, 'AutoEnableIO.Value': 'false' })
  await call('DescribeVolumeAttribute', { VolumeId: volume, Attribute: 'autoEnableIO' })
  await call('DescribeVolumeAttribute', { VolumeId: volume, Attribute: 'productCodes' })
  const doubt = { method: 'PUT', body: JSON.stringify({ volumeId: volume, io: 'impaired' }) }
  expect((await fetch(`${sandbox.endpoint}/_evenkeel/volume-checks`, doubt)).status).toBe(200)
  await call('DescribeVolumeStatus')
  await call('EnableVolumeIO', { VolumeId: volume })
  await call('DescribeVolumeStatus')
  await call('ModifyVolume', { VolumeId: volume, Size: '2' })
  await call('DescribeVolumesModifications')
  const snapshot = (await call('CreateSnapshot', { VolumeId: volume, Description: 'one', ...tag('snapshot') }))(
    'snapshotId',
  )
  await call('CreateSnapshots', { 'InstanceSpecification.InstanceId': instance, CopyTagsFromSource: 'volume' })
  await wait('DescribeSnapshots', { 'SnapshotId.1': snapshot }, '<status>completed</status>')
  await call('DescribeSnapshots')
  await call('CopySnapshot', { SourceRegion: 'us-east-1', SourceSnapshotId: snapshot, ...tag('snapshot') })
  // What EBS's own key encrypts is shared with nobody.
  const plain = (await call('CreateVolume', { AvailabilityZone: 'us-east-1a', Size: '1' }))('volumeId')
  await wait('DescribeVolumes', { 'VolumeId.1': plain }, '<status>available</status>')
  const open = (await call('CreateSnapshot', { VolumeId: plain }))('snapshotId')
  await wait('DescribeSnapshots', { 'SnapshotId.1': open }, '<status>completed</status>')
  const shares = { SnapshotId: open, Attribute: 'createVolumePermission' }
  await call('ModifySnapshotAttribute', { ...shares, OperationType: 'add', 'UserId.1': '210987654321' })
  await call('DescribeSnapshotAttribute', shares)
  await call('DescribeSnapshotAttribute', { ...shares, Attribute: 'productCodes' })
  await call('ResetSnapshotAttribute', shares)
  await call('DeleteSnapshot', { SnapshotId: snapshot })
  await call('CreateTags', { 'ResourceId.1': volume, 'Tag.1.Key': 'a', 'Tag.1.Value': 'b' })
  await call('DescribeTags')
  await call('DeleteTags', { 'ResourceId.1': volume, 'Tag.1.Key': 'a' })
  await wait('DescribeVolumes', { 'VolumeId.1': volume }, '<status>attached</status>')
  await call('DetachVolume', { VolumeId: volume })
  await wait('DescribeVolumes', { 'VolumeId.1': volume }, '<status>available</status>')
  await call('DeleteVolume', { VolumeId: volume })
  await call('RebootInstances', { 'InstanceId.1': instance })
  const nic = (
    await call('CreateNetworkInterface', {
      SubnetId: (await call('DescribeInstances', { 'InstanceId.1': instance }))('subnetId'),
      ...tag('network-interface'),
    })
  )('networkInterfaceId')
  await call('AssignPrivateIpAddresses', { NetworkInterfaceId: nic, SecondaryPrivateIpAddressCount: '1' })
  const attachment = await call('AttachNetworkInterface', {
    InstanceId: instance,
    NetworkInterfaceId: nic,
    DeviceIndex: '1',
  })
  await call('ModifyNetworkInterfaceAttribute', { NetworkInterfaceId: nic, 'SourceDestCheck.Value': 'false' })
  await call('DescribeNetworkInterfaces', { 'NetworkInterfaceId.1': nic })
  await call('DescribeInstances', { 'InstanceId.1': instance })
  await call('UnassignPrivateIpAddresses', { NetworkInterfaceId: nic })
  await call('DetachNetworkInterface', { AttachmentId: attachment('attachmentId') })
  await call('DeleteNetworkInterface', { NetworkInterfaceId: nic })
  await call('StopInstances', { 'InstanceId.1': instance })
  await wait('DescribeInstances', { 'InstanceId.1': instance }, '<name>stopped</name>')
  await call('CreatePlacementGroup', { GroupName: 'near', Strategy: 'spread', ...tag('placement-group') })
  await call('ModifyInstancePlacement', { InstanceId: instance, GroupName: 'near' })
  await call('DescribePlacementGroups')
  await call('DescribeInstances')
  await call('ModifyInstancePlacement', { InstanceId: instance, GroupName: '' })
  await call('DeletePlacementGroup', { GroupName: 'near' })
  await call('ModifyInstanceCpuOptions', { InstanceId: instance, CoreCount: '1', ThreadsPerCore: '1' })
  await call('StartInstances', { 'InstanceId.1': instance })
  await call('TerminateInstances', { 'InstanceId.1': instance })
  await wait('DescribeInstances', { 'InstanceId.1': instance }, '<name>terminated</name>')
  await call('DescribeInstances')
  await new Promise((resolve) => setTimeout(resolve, 300))
  await call('DeleteSecurityGroup', { GroupId: group })

  expect([...wrong]).toEqual([])
  const { actions } = await import('../../src/sandbox/actions/registry.js')
  expect([...actions.keys()].filter((name) => !seen.has(name))).toEqual([])
})
