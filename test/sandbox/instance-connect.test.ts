import {
  DescribeImagesCommand,
  RunInstancesCommand,
  StopInstancesCommand,
  waitUntilInstanceRunning,
} from '@aws-sdk/client-ec2'
import { EC2InstanceConnectClient, SendSSHPublicKeyCommand } from '@aws-sdk/client-ec2-instance-connect'
import { expect, it } from 'vitest'
import { generateOpensshKeyPair } from '../../src/core/openssh-key.js'
import { createInstanceConnect } from '../../src/providers/instance-connect/instance-connect.js'
import { afterTests, clientOf, errorOf, testSandbox } from './support.js'

const { publicKey } = generateOpensshKeyPair('')

async function world() {
  const sandbox = await testSandbox()
  const client = clientOf(sandbox)
  const { endpoint, accessKeyId, secretAccessKey, region } = sandbox
  const credentials = { accessKeyId, secretAccessKey }
  const connect = new EC2InstanceConnectClient({ endpoint, region, credentials, maxAttempts: 1 })
  afterTests(() => connect.destroy())
  const { Images = [] } = await client.send(
    new DescribeImagesCommand({ Filters: [{ Name: 'architecture', Values: ['x86_64'] }] }),
  )
  const { Instances = [] } = await client.send(
    new RunInstancesCommand({ ImageId: Images[0]?.ImageId ?? '', InstanceType: 't3.small', MinCount: 1, MaxCount: 1 }),
  )
  const id = Instances[0]?.InstanceId ?? ''
  await waitUntilInstanceRunning({ client, maxWaitTime: 20, minDelay: 0.02, maxDelay: 0.05 }, { InstanceIds: [id] })
  const send = (changes: object = {}) => {
    const whole = { InstanceId: id, InstanceOSUser: 'ubuntu', SSHPublicKey: publicKey, ...changes }
    return connect.send(new SendSSHPublicKeyCommand(whole))
  }
  return { sandbox, client, id, send, credentials }
}

it('a key is let into a running instance, in the API’s words', async () => {
  const { send } = await world()
  expect(await send()).toMatchObject({ Success: true, RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/) })
})

it('what is no instance, user, key or zone of it is refused in the API’s words', async () => {
  const { client, id, send } = await world()
  const refused = async (changes: object) => (await errorOf(send(changes))).name
  expect(await refused({ InstanceId: 'i-0123456789abcdef0' })).toBe('EC2InstanceNotFoundException')
  expect(await refused({ AvailabilityZone: 'us-east-1x' })).toBe('EC2InstanceNotFoundException')
  for (const wrong of [
    { InstanceId: 'nothing at all' },
    { InstanceOSUser: '-oProxyCommand=x' },
    { InstanceOSUser: '../root' },
    { InstanceOSUser: '' },
    { SSHPublicKey: `${publicKey}\n${publicKey}` },
    { SSHPublicKey: 'ssh-ed25519' },
    { SSHPublicKey: { toString: 1 } },
    { AvailabilityZone: '' },
  ]) {
    expect([wrong, await refused(wrong)]).toEqual([wrong, 'InvalidArgsException'])
  }
  await client.send(new StopInstancesCommand({ InstanceIds: [id] }))
  expect(await refused({})).toBe('EC2InstanceStateInvalidException')
})

it('a policy judges by the login user, and the client tells it as what it is', async () => {
  const { sandbox, id, send, credentials } = await world()
  const Action = 'ec2-instance-connect:SendSSHPublicKey'
  const Condition = { StringEquals: { 'ec2:osuser': 'ubuntu' } }
  sandbox.setPolicy({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*', Condition }] })
  expect(await send()).toMatchObject({ Success: true })
  expect((await errorOf(send({ InstanceOSUser: 'root' }))).name).toBe('AccessDeniedException')
  const { endpoint, region } = sandbox
  const connect = createInstanceConnect({ endpoint, region, credentials, isSandbox: true })
  afterTests(() => connect.close())
  await connect.sendKey({ instanceId: id, user: 'ubuntu', publicKey })
  await expect(connect.sendKey({ instanceId: id, user: 'root', publicKey })).rejects.toMatchObject({
    code: 'EC2_FORBIDDEN',
    awsCode: 'AccessDeniedException',
  })
})

it('a wrong signature is refused', async () => {
  const { sandbox, id } = await world()
  const { endpoint, region, accessKeyId } = sandbox
  const credentials = { accessKeyId, secretAccessKey: 'of somebody else' }
  const connect = createInstanceConnect({ endpoint, region, credentials, isSandbox: true })
  afterTests(() => connect.close())
  await expect(connect.sendKey({ instanceId: id, user: 'ubuntu', publicKey })).rejects.toMatchObject({
    code: 'EC2_CREDENTIALS',
  })
})
