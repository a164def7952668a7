import { describe, expect, it } from 'vitest'
import { askSigned } from './signed-request.js'
import { clientOf, errorOf, testSandbox } from './support.js'
import { DeleteVolumeCommand } from '@aws-sdk/client-ec2'

const sts = { Version: '2011-06-15' }

describe('STS', () => {
  it('tells who asks, also one that may do nothing', async () => {
    const sandbox = await testSandbox({ policy: { Statement: { Effect: 'Deny', Action: '*', Resource: '*' } } })
    const { status, text } = await askSigned(sandbox, 'sts', { ...sts, Action: 'GetCallerIdentity' })
    expect(status).toBe(200)
    expect(text).toContain('<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">')
    expect(text).toContain('<Arn>arn:aws:iam::123456789012:user/evenkeel-sandbox</Arn>')
    expect(text).toContain('<Account>123456789012</Account>')
    expect(sandbox.requests().at(-1)).toMatchObject({ service: 'sts', action: 'GetCallerIdentity', mutating: false })
  })

  it('reads the encoded part of a refusal', async () => {
    const Statement = [{ Effect: 'Allow', Action: ['sts:DecodeAuthorizationMessage'], Resource: '*' }]
    const sandbox = await testSandbox({ policy: { Statement } })
    const { message } = await errorOf(
      clientOf(sandbox).send(new DeleteVolumeCommand({ VolumeId: 'vol-0123456789abcdef0' })),
    )
    const EncodedMessage = /message: (\S+)/.exec(message)?.[1] ?? ''
    const { text } = await askSigned(sandbox, 'sts', { ...sts, Action: 'DecodeAuthorizationMessage', EncodedMessage })
    expect(text).toContain('ec2:DeleteVolume')
    expect(text).toContain('volume/vol-0123456789abcdef0')
  })

  it('refuses in the words of STS what it does not have, and a key that is not its own', async () => {
    const sandbox = await testSandbox()
    const unknown = await askSigned(sandbox, 'sts', { ...sts, Action: 'GetAccessKeyInfo' })
    expect(unknown.status).toBe(400)
    expect(unknown.text).toContain('<Code>InvalidAction</Code>')
    const role = { RoleArn: 'arn:aws:iam::123456789012:role/deploy', RoleSessionName: 'me' }
    const assumed = await askSigned(sandbox, 'sts', { ...sts, Action: 'AssumeRole', ...role })
    expect(assumed.status).toBe(403)
    expect(assumed.text).toContain('<Code>AccessDenied</Code>')
    expect(assumed.text).toContain(`is not authorized to perform: sts:AssumeRole on resource: ${role.RoleArn}`)
    const empty = await askSigned(sandbox, 'sts', { ...sts, Action: 'AssumeRole' })
    expect(empty.text).toContain('<Code>ValidationError</Code>')
    const foreign = await askSigned({ ...sandbox, accessKeyId: 'AKIAXXXXXXXXXXXXXXXX' }, 'sts', {
      ...sts,
      Action: 'GetCallerIdentity',
    })
    expect(foreign.text).toContain('<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">')
    expect(foreign.text).toContain('<Code>InvalidClientTokenId</Code>')
  })
})

describe('older versions of the EC2 API', () => {
  it('are answered in their own namespace', async () => {
    const sandbox = await testSandbox()
    for (const Version of ['2013-10-15', '2014-10-01', '2016-11-15']) {
      const { status, text } = await askSigned(sandbox, 'ec2', { Version, Action: 'DescribeRegions' })
      expect(status).toBe(200)
      expect(text).toContain(`<DescribeRegionsResponse xmlns="http://ec2.amazonaws.com/doc/${Version}/">`)
    }
  })

  it('are refused when there never was such a one', async () => {
    const answer = await askSigned(await testSandbox(), 'ec2', { Version: '2016-11-16', Action: 'DescribeRegions' })
    expect(answer.text).toContain('<Code>NoSuchVersion</Code>')
  })
})
