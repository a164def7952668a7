import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { permissions } from '../../src/providers/ec2/permissions/facts.js'
import { needs } from '../../src/providers/ec2/permissions/needs.js'
import { policyOf } from '../../src/providers/ec2/permissions/policy.js'
import { actions } from '../../src/providers/ec2/wire/actions.js'
import { parseStack } from '../../src/spec/parse.js'
import type { StackSpec } from '../../src/model/stack-spec.js'
import { permissionsDocument } from '../support/permissions-document.js'
import { filesBelow, readText } from '../support/source-tree.js'
import { debian, emptyQuery, startFixture } from './cloud-fixture.js'

const sources = filesBelow('src/providers/ec2', '.ts')
  .filter((path) => basename(path) !== 'actions.ts' && !path.includes('/permissions/'))
  .map(readText)

/** The actions that these files call. */
function calledIn(text: string): readonly string[] {
  return [...text.matchAll(/'([A-Z][A-Za-z]+)'/g)].map(([, name = '']) => name).filter((name) => name in actions)
}

const names = permissions.map(({ action }) => action)
const looking = permissions.filter(({ part }) => part === 'look').map(({ action }) => action)

function specOf(target: string, more = ''): StackSpec {
  const parsed = parseStack({ file: 'stack.yaml', text: `evenkeel: 1\nstack: s\ntarget: ${target}\n${more}` })
  if (!parsed.ok) throw new Error(parsed.diagnostics.map(({ message }) => message).join('\n'))
  return parsed.spec
}

const image = "{ owner: '136693071363', name: 'debian-12-amd64-*', architecture: x86_64 }"
const frankfurt = '{ region: eu-central-1, account: "210987654321" }'

describe('the table of permissions', () => {
  it('has the actions that the source calls, and no others, in order', () => {
    expect([...names].sort()).toEqual(names)
    const called = new Set(sources.flatMap(calledIn))
    expect([...called].sort()).toEqual(names)
  })

  it('has every read that is made where nothing is changed, and no change', async () => {
    const fixture = await startFixture()
    try {
      const subnets = [{ kind: 'tag', key: 'tier', value: 'private' }] as const
      await fixture.cloud.observe(
        emptyQuery({
          images: [debian],
          subnets,
          snapshotImages: true,
          elasticIps: true,
          networks: [],
          placementGroups: true,
          spotRequests: true,
          encryptionDefault: true,
        }),
      )
      // What a plan asks besides: of volumes that grow, and of servers that are to be launched.
      await fixture.cloud.readModifications(['vol-0123456789abcdef0'])
      await fixture.cloud.readOffers({ types: ['t3.small'], defaultSubnets: true })
      // What `evenkeel status` asks; refused here, where there is no such instance.
      await fixture.cloud.readServerStatuses(['i-0123456789abcdef0']).catch(() => undefined)
      await fixture.cloud.readVolumeTroubles(['vol-0123456789abcdef0'])
      await fixture.cloud.readReservations()
      // What `evenkeel regions` asks.
      await fixture.cloud.listRegions()
      const asked = new Set<string>(fixture.requests().map(({ action }) => action))
      // Where a ledger is damaged, or a lock is held, the template itself is asked for too.
      asked.add('DescribeLaunchTemplates')
      // Of servers alone that say so, and of those whose profile changes.
      asked.add('DescribeIamInstanceProfileAssociations').add('DescribeInstanceAttribute')
      // Who may launch an image is asked of those that the file shares.
      asked.add('DescribeImageAttribute')
      // So is who may use a snapshot.
      asked.add('DescribeSnapshotAttribute')
      // And whether I/O goes on by itself, of volumes that say so.
      asked.add('DescribeVolumeAttribute')
      // Of networks that are there, and of those that go.
      asked.add('DescribeNetworkInterfaces').add('DescribeVpcAttribute')
      expect([...asked].sort()).toEqual(looking)
    } finally {
      await fixture.close()
    }
    expect(looking.filter((action) => !/^(Describe|Get)/.test(action))).toEqual([])
  })

  it('binds each change by the tag of the stack: in the call that makes a thing, on the thing in all others', () => {
    for (const { action, part, makes, own } of permissions) {
      if (part === 'look') expect([action, makes, own]).toEqual([action, undefined, undefined])
      else expect([action, (makes ?? own ?? []).length > 0]).toEqual([action, !ofFirstInterface.test(action)])
      expect([action, makes !== undefined]).toEqual([
        action,
        /^(Allocate|Copy|Import|Register|Run|Create(?!Tags|LaunchTemplateVersion|NetworkAclEntry|Route$))/.test(action),
      ])
    }
  })
})

/** A launch makes an instance's first interface without a tag, and servers that run already have one. */
const ofFirstInterface = /^(Assign|Unassign)PrivateIpAddresses$/

describe('the policy of a stack', () => {
  it('is bound by region and account where the target names them', () => {
    const { Statement } = policyOf(specOf(frankfurt, `servers: { a: { image: ${image}, type: t3.small } }`))
    const arns = Statement.flatMap(({ Resource }) => Resource).filter((arn) => arn !== '*')
    expect(arns.length).toBeGreaterThan(10)
    for (const arn of arns) expect(arn).toMatch(/^arn:aws:ec2:eu-central-1:(210987654321:|:(image|snapshot)\/)/)
    expect(Statement[0]).toMatchObject({
      Sid: 'Look',
      Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } },
    })
  })

  it('names no region and no account that nobody wrote, and the partition of the region', () => {
    const free = policyOf(specOf('{ profile: staging }', 'volumes: { a: { size: 1, zone: eu-central-1a } }'))
    expect(free.Statement[0]).not.toHaveProperty('Condition')
    expect(JSON.stringify(free)).toContain('"arn:aws:ec2:*:*:volume/*"')
    const china = policyOf(specOf('{ region: cn-north-1 }', 'volumes: { a: { size: 1, zone: cn-north-1a } }'))
    expect(JSON.stringify(china)).toContain('"arn:aws-cn:ec2:cn-north-1:*:volume/*"')
  })

  it('has only what the kinds of the file need', () => {
    const allowed = (more: string) =>
      policyOf(specOf(frankfurt, more)).Statement.flatMap(({ Action }) =>
        Action.map((name) => name.replace(/^\w+:/, '')),
      )
    const volume = 'volumes: { a: { size: 1, zone: eu-central-1a } }'
    expect(allowed(volume)).toContain('CreateVolume')
    expect(allowed(volume)).not.toContain('RunInstances')
    expect(allowed(volume)).not.toContain('ImportKeyPair')
    const server = (more = '') => `servers: { a: { image: ${image}, type: t3.small${more} } }`
    expect(allowed(server())).toContain('RunInstances')
    for (const name of ['AllocateAddress', 'DescribeAddresses', 'CreateVolume', 'GetEbsEncryptionByDefault'])
      expect(allowed(server())).not.toContain(name)
    expect(allowed(server(', elasticIp: true'))).toContain('AllocateAddress')
    expect(allowed(volume.replace('size', 'encrypted: false, size'))).toContain('GetEbsEncryptionByDefault')
  })

  it('reads the parameters that the file names, and no other', () => {
    const servers = (...parameters: readonly string[]) =>
      `servers: {${parameters.map((ssm, index) => ` s${index}: { image: { ssm: ${ssm} }, type: t3.small }`).join(',')} }`
    const { Statement } = policyOf(
      specOf(frankfurt, servers('/aws/service/debian/release/12/latest/amd64', '/own/ami')),
      {
        readOnly: true,
        parameters: ['/own/token'],
      },
    )
    expect(Statement.find(({ Sid }) => Sid === 'ReadParameters')?.Resource).toEqual([
      'arn:aws:ssm:eu-central-1:210987654321:parameter/own/ami',
      'arn:aws:ssm:eu-central-1:210987654321:parameter/own/token',
      'arn:aws:ssm:eu-central-1::parameter/aws/service/debian/release/12/latest/amd64',
    ])
    expect(sources.some((text) => text.includes('GetParametersCommand'))).toBe(true)
  })

  it.each([
    ['alias/data', 'arn:aws:kms:eu-central-1:210987654321:key/*', ['alias/data']],
    [
      '1234abcd-12ab-34cd-56ef-1234567890ab',
      'arn:aws:kms:eu-central-1:210987654321:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      undefined,
    ],
    ['arn:aws:kms:eu-central-1:1:key/k', 'arn:aws:kms:eu-central-1:1:key/k', undefined],
    ['arn:aws:kms:eu-central-1:1:alias/data', 'arn:aws:kms:eu-central-1:1:key/*', ['alias/data']],
  ])('lets EC2 use the key %s', (kmsKey, arn, aliases) => {
    const volumes = `volumes: { a: { size: 1, zone: eu-central-1a, encrypted: true, kmsKey: '${kmsKey}' } }`
    const statement = policyOf(specOf(frankfurt, volumes)).Statement.find(({ Sid }) => Sid === 'UseKeys')
    expect(statement?.Resource).toEqual([arn])
    expect(statement?.Condition?.['ForAnyValue:StringEquals']?.['kms:ResourceAliases']).toEqual(aliases)
  })

  it('fits into a managed policy of IAM', () => {
    const volumes = 'volumes: { a: { size: 1, server: a, encrypted: false } }'
    const policy = policyOf(
      specOf(frankfurt, `servers: { a: { image: ${image}, type: t3.small, elasticIp: true } }\n${volumes}`),
    )
    // Without white space (IAM User Guide, "IAM and AWS STS quotas").
    expect(JSON.stringify(policy).length).toBeLessThan(6_144)
  })
})

describe('docs/permissions.md', () => {
  it('is what the table says; `npx vitest run -u test/providers/permissions.test.ts` writes it anew', async () => {
    await expect(permissionsDocument()).toMatchFileSnapshot('../../docs/permissions.md')
  })

  it('has words for every need', () => {
    const used = new Set<string>(permissions.map(({ need }) => need))
    // What other services are asked stands in tables of their own.
    used.add('loadBalancers').add('scalingGroups')
    expect(Object.keys(needs).filter((need) => !used.has(need))).toEqual([])
  })
})
