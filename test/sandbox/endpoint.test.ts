import * as ec2 from '@aws-sdk/client-ec2'
import { GetParameterCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Sandbox } from '../../src/sandbox/sandbox.js'
import { afterTests, clientOf, errorOf, testSandbox } from './support.js'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await testSandbox()
})

const zones = new ec2.DescribeAvailabilityZonesCommand({})

describe('signatures', () => {
  const credentials = () => ({ accessKeyId: sandbox.accessKeyId, secretAccessKey: sandbox.secretAccessKey })

  test('another key is not known', async () => {
    const client = clientOf(sandbox, { credentials: { ...credentials(), accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } })
    expect(await errorOf(client.send(zones))).toEqual({
      name: 'AuthFailure',
      message: 'AWS was not able to validate the provided access credentials',
      status: 401,
    })
  })

  test('another secret does not match', async () => {
    const client = clientOf(sandbox, { credentials: { ...credentials(), secretAccessKey: 'wrong' } })
    expect(await errorOf(client.send(zones))).toMatchObject({ name: 'SignatureDoesNotMatch', status: 403 })
  })

  test.each([16, -16])('a clock that is %i minutes off', async (minutes) => {
    // The SDK corrects its clock after an error of this kind, so the offset is looked at in the first answer.
    const client = clientOf(sandbox, { systemClockOffset: minutes * 60_000 })
    expect(await errorOf(client.send(zones))).toEqual({
      name: 'RequestExpired',
      message: 'Request has expired.',
      status: 400,
    })
  })

  test('fourteen minutes are not', async () => {
    expect((await clientOf(sandbox, { systemClockOffset: 14 * 60_000 }).send(zones)).AvailabilityZones).toHaveLength(6)
  })

  test('an unsigned request', async () => {
    const response = await fetch(sandbox.endpoint, { method: 'POST', body: 'Action=DescribeRegions' })
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('<Code>MissingAuthenticationToken</Code>')
  })

  test.each(['constructor', '__proto__', 'tostring'])(
    'a signed header by the name %s is an empty one',
    async (name) => {
      const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
      const scope = `${sandbox.accessKeyId}/${date.slice(0, 8)}/us-east-1/ec2/aws4_request`
      const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;${name}, Signature=00`
      const headers = { authorization, 'x-amz-date': date }
      const response = await fetch(sandbox.endpoint, { method: 'POST', headers, body: 'Action=DescribeRegions' })
      expect(await response.text()).toContain('<Code>SignatureDoesNotMatch</Code>')
    },
  )

  test('a region that there is not', async () => {
    expect(await errorOf(clientOf(sandbox, { region: 'mars-north-1' }).send(zones))).toMatchObject({
      name: 'AuthFailure',
      status: 401,
    })
  })

  test('a region is a world of its own', async () => {
    const client = clientOf(sandbox, { region: 'eu-central-1' })
    expect((await client.send(zones)).AvailabilityZones!.map(({ ZoneName }) => ZoneName)).toEqual([
      'eu-central-1a',
      'eu-central-1b',
      'eu-central-1c',
    ])
    await client.send(new ec2.CreateKeyPairCommand({ KeyName: 'there', KeyType: 'ed25519' }))
    expect((await clientOf(sandbox).send(new ec2.DescribeKeyPairsCommand({}))).KeyPairs).toEqual([])
  })
})

describe('actions', () => {
  test('one that EC2 has and the sandbox has not', async () => {
    expect(
      await errorOf(clientOf(sandbox).send(new ec2.CreateEgressOnlyInternetGatewayCommand({ VpcId: 'vpc-12345678' }))),
    ).toEqual({
      name: 'UnsupportedOperation',
      message: 'The evenkeel sandbox does not support the action CreateEgressOnlyInternetGateway.',
      status: 400,
    })
  })

  test('an error has its request id in header and body', async () => {
    const client = clientOf(sandbox)
    const id = await client
      .send(new ec2.DeleteVolumeCommand({ VolumeId: 'vol-0123456789abcdef0' }))
      .catch((error: unknown) => (error as ec2.EC2ServiceException).$metadata.requestId)
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(sandbox.requests().at(-1)).toMatchObject({
      action: 'DeleteVolume',
      mutating: true,
      errorCode: 'InvalidVolume.NotFound',
      status: 400,
      requestId: id,
      region: 'us-east-1',
    })
  })

  test('secrets are not in the request log', async () => {
    const client = clientOf(sandbox)
    await errorOf(
      client.send(
        new ec2.RunInstancesCommand({ ImageId: 'ami-00000000', MinCount: 1, MaxCount: 1, UserData: 'c2VjcmV0' }),
      ),
    )
    await errorOf(
      client.send(
        new ec2.CreateLaunchTemplateCommand({ LaunchTemplateName: 'x', LaunchTemplateData: { UserData: 'c2VjcmV0' } }),
      ),
    )
    const records = sandbox.requests()
    expect(JSON.stringify(records)).not.toContain('c2VjcmV0')
    expect(records.at(-2)!.parameters['UserData']).toBe('(8 characters)')
  })
})

describe('beside EC2', () => {
  test('public parameters of SSM', async () => {
    const { accessKeyId, secretAccessKey, endpoint, region } = sandbox
    const client = new SSMClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 })
    afterTests(() => client.destroy())
    const name = '/aws/service/debian/release/12/latest/amd64'
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name }))
    const images = await clientOf(sandbox).send(new ec2.DescribeImagesCommand({ ImageIds: [Parameter!.Value!] }))
    expect(images.Images![0]!.Name).toMatch(/^debian-12-amd64-/)
    const many = await client.send(
      new GetParametersCommand({
        Names: [
          name,
          '/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id',
          '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
          '/nothing',
        ],
      }),
    )
    expect(many.Parameters!.map(({ Value }) => Value)).toEqual([
      expect.stringMatching(/^ami-/),
      expect.stringMatching(/^ami-/),
      expect.stringMatching(/^ami-/),
    ])
    expect(many.InvalidParameters).toEqual(['/nothing'])
    expect((await errorOf(client.send(new GetParameterCommand({ Name: '/nothing' })))).name).toBe('ParameterNotFound')
  })

  test("the operator's address as the hosts see it", async () => {
    expect(await (await fetch(`${sandbox.endpoint}/checkip`)).text()).toBe('203.0.113.1\n')
  })

  test('status and requests without a signature', async () => {
    const status = (await (await fetch(`${sandbox.endpoint}/_evenkeel/status`)).json()) as { hosts: unknown }
    expect(status).toMatchObject({ accountId: '123456789012', hosts: { kind: 'none' } })
    expect(
      ((await (await fetch(`${sandbox.endpoint}/_evenkeel/requests`)).json()) as unknown[]).length,
    ).toBeGreaterThan(0)
    expect((await fetch(`${sandbox.endpoint}/_evenkeel/other`)).status).toBe(404)
  })
})
