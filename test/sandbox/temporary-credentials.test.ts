import { createSign, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateVolumeCommand, DescribeRegionsCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { defaultProvider } from '@aws-sdk/credential-provider-node'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/sandbox.js'
import { oneTimeCode } from '../../src/sandbox/sts/one-time-code.js'
import { sessionOf } from '../../src/sandbox/sts/temporary-credentials.js'
import { askSigned } from './signed-request.js'
import { afterTests, clientOf, errorNameOf, testSandbox } from './support.js'

const sts = { Version: '2011-06-15' }
const allow = (...Action: readonly string[]) => ({ Statement: { Effect: 'Allow', Action, Resource: '*' } })
const arnOf = (name: string) => `arn:aws:iam::123456789012:role/${name}`
const device = { serial: 'arn:aws:iam::123456789012:mfa/operator', secret: 'JBSWY3DPEHPK3PXP' }
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

let sandbox: Sandbox
let home: string
const environment = { ...process.env }

beforeAll(async () => {
  sandbox = await testSandbox()
  home = mkdtempSync(join(tmpdir(), 'evenkeel-sts-'))
  afterTests(() => rmSync(home, { recursive: true, force: true }))
  const roles = {
    reader: { policy: allow('ec2:Describe*'), externalId: 'shared' },
    coded: { mfa: device },
    job: {
      webIdentity: {
        issuer: 'https://tokens.example',
        audience: 'sts.amazonaws.com',
        subject: 'repo:acme/*',
        publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
      },
    },
  }
  await fetch(`${sandbox.endpoint}/_evenkeel/roles`, { method: 'PUT', body: JSON.stringify(roles) })
})
afterEach(() => {
  process.env = { ...environment }
})

/** What STS answers, and the credentials in it. */
async function ask(parameters: Readonly<Record<string, string>>, by: Sandbox = sandbox) {
  const { status, text } = await askSigned(by, 'sts', { ...sts, ...parameters })
  const read = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(text)?.[1] ?? ''
  const credentials = {
    accessKeyId: read('AccessKeyId'),
    secretAccessKey: read('SecretAccessKey'),
    sessionToken: read('SessionToken').replaceAll('&amp;', '&'),
  }
  return { status, text, code: read('Code'), credentials, client: () => clientOf(sandbox, { credentials }) }
}

const describeVolumes = new DescribeVolumesCommand({})
const createVolume = new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 })

describe('temporary credentials', () => {
  it('of a role sign, may what the role may, and say whose they are', async () => {
    const role = { Action: 'AssumeRole', RoleArn: arnOf('reader'), RoleSessionName: 'me', ExternalId: 'shared' }
    const { text, client } = await ask(role)
    expect(text).toContain('<Arn>arn:aws:sts::123456789012:assumed-role/reader/me</Arn>')
    await client().send(describeVolumes)
    expect(await errorNameOf(client().send(createVolume))).toBe('UnauthorizedOperation')
    const narrowed = await ask({ ...role, Policy: JSON.stringify(allow('ec2:DescribeRegions', 'ec2:CreateVolume')) })
    await narrowed.client().send(new DescribeRegionsCommand({}))
    // The policy of a session takes away and gives nothing.
    expect(await errorNameOf(narrowed.client().send(describeVolumes))).toBe('UnauthorizedOperation')
    expect(await errorNameOf(narrowed.client().send(createVolume))).toBe('UnauthorizedOperation')
    expect((await ask({ ...role, ExternalId: 'guessed' })).code).toBe('AccessDenied')
    expect((await ask({ ...role, Policy: '{' })).code).toBe('MalformedPolicyDocument')
    expect((await ask({ ...role, DurationSeconds: '7200' })).code).toBe('ValidationError')
  })

  it('of the user may what the user may; of somebody federated, what the policy says as well', async () => {
    const own = await ask({ Action: 'GetSessionToken' })
    await own.client().send(createVolume)
    const federated = await ask({
      Action: 'GetFederationToken',
      Name: 'guest',
      Policy: JSON.stringify(allow('ec2:Describe*')),
    })
    expect(federated.text).toContain('<Arn>arn:aws:sts::123456789012:federated-user/guest</Arn>')
    await federated.client().send(describeVolumes)
    expect(await errorNameOf(federated.client().send(createVolume))).toBe('UnauthorizedOperation')
    const bare = await ask({ Action: 'GetFederationToken', Name: 'guest' })
    expect(await errorNameOf(bare.client().send(describeVolumes))).toBe('UnauthorizedOperation')
    sandbox.setPolicy(allow('ec2:DescribeRegions'))
    expect(await errorNameOf(own.client().send(describeVolumes))).toBe('UnauthorizedOperation')
    expect((await ask({ Action: 'GetFederationToken', Name: 'guest' })).code).toBe('AccessDenied')
    sandbox.setPolicy(undefined)
  })

  it('are nobody’s without their token, with another, and after their time', async () => {
    const { credentials } = await ask({ Action: 'GetSessionToken', DurationSeconds: '900' })
    const other = (await ask({ Action: 'GetSessionToken' })).credentials
    const { accessKeyId, secretAccessKey, sessionToken } = credentials
    for (const wrong of [
      { accessKeyId, secretAccessKey },
      { ...credentials, sessionToken: other.sessionToken },
      { ...credentials, sessionToken: `${sessionToken}x` },
    ]) {
      expect(await errorNameOf(clientOf(sandbox, { credentials: wrong }).send(describeVolumes))).toBe('AuthFailure')
    }
    const wrongSecret = { ...credentials, secretAccessKey: other.secretAccessKey }
    expect(await errorNameOf(clientOf(sandbox, { credentials: wrongSecret }).send(describeVolumes))).toBe(
      'SignatureDoesNotMatch',
    )
    const at = (ms: number) => () => sessionOf(accessKeyId, sessionToken, sandbox, Date.now() + ms)
    expect(at(890_000)().userId).toMatch(/^AIDA/)
    expect(at(901_000)).toThrow('Request has expired.')
  })

  it('come by the SDK’s own chain: by a profile’s role, with a one-time code, and by a web identity', async () => {
    writeFileSync(
      join(home, 'config'),
      `[profile base]\naws_access_key_id = ${sandbox.accessKeyId}\naws_secret_access_key = ${sandbox.secretAccessKey}\n` +
        `[profile coded]\nrole_arn = ${arnOf('coded')}\nsource_profile = base\nmfa_serial = ${device.serial}\nregion = us-east-1\n`,
    )
    process.env['AWS_CONFIG_FILE'] = join(home, 'config')
    process.env['AWS_SHARED_CREDENTIALS_FILE'] = join(home, 'none')
    process.env['AWS_ENDPOINT_URL'] = sandbox.endpoint
    for (const name of ['AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name]
    const asked: string[] = []
    const chain = (code: string) =>
      defaultProvider({
        profile: 'coded',
        mfaCodeProvider: async (serial) => {
          asked.push(serial)
          return code
        },
      })
    const byCode = await chain(oneTimeCode(device.secret, Date.now()))()
    await clientOf(sandbox, { credentials: byCode }).send(createVolume)
    expect(asked).toEqual([device.serial])
    const wrongCode = oneTimeCode(device.secret, Date.now() - 3_600_000)
    await expect(chain(wrongCode)()).rejects.toThrow('invalid MFA one time pass code')

    const tokenFile = join(home, 'token')
    const signed = (claims: object) => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const text = `${part({ alg: 'RS256' })}.${part(claims)}`
      return `${text}.${createSign('sha256').update(text).sign(privateKey, 'base64url')}`
    }
    const claims = {
      iss: 'https://tokens.example',
      aud: 'sts.amazonaws.com',
      sub: 'repo:acme/stacks:ref:refs/heads/main',
      exp: Math.floor(Date.now() / 1000) + 600,
    }
    process.env['AWS_CONFIG_FILE'] = join(home, 'none')
    process.env['AWS_REGION'] = 'us-east-1'
    process.env['AWS_WEB_IDENTITY_TOKEN_FILE'] = tokenFile
    process.env['AWS_ROLE_ARN'] = arnOf('job')
    process.env['AWS_ROLE_SESSION_NAME'] = 'run-7'
    writeFileSync(tokenFile, signed(claims))
    const byToken = await defaultProvider()()
    await clientOf(sandbox, { credentials: byToken }).send(describeVolumes)
    expect(sandbox.requests().findLast(({ service }) => service === 'sts')).toMatchObject({
      action: 'AssumeRoleWithWebIdentity',
      parameters: { RoleArn: arnOf('job'), RoleSessionName: 'run-7' },
    })
    for (const [changed, code] of [
      [{ sub: 'repo:else/stacks' }, 'AccessDenied'],
      [{ aud: 'other' }, 'InvalidIdentityToken'],
      [{ exp: 1 }, 'ExpiredTokenException'],
    ] as const) {
      writeFileSync(tokenFile, signed({ ...claims, ...changed }))
      expect(await errorNameOf(defaultProvider()())).toContain(code)
    }
  })
})
