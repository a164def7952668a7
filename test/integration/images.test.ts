import {
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  ModifyImageAttributeCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

const unit = 'arn:aws:organizations::111122223333:ou/o-a1b2c3d4e5/ou-ab12-cd34ef56'

/** Servers that are launched of what the builder has on its disk. */
const gold = (word: string, more = '') => `
evenkeel: 1
stack: gold
target: sandbox
images:
  golden:
    from: server.builder
    keep: 1
    regions: [eu-central-1]
    share: ['123456789012', '${unit}']
    ${more}
servers:
  builder: { image: ${image}, type: t3.small, zone: us-east-1a, setup: ["echo ${word} | sudo tee /etc/golden"] }
  web: { image: image.golden, type: t3.small, zone: us-east-1a }
volumes:
  data: { server: builder, size: 1, mount: /srv/data }
`

interface ShowJson {
  readonly images: readonly {
    readonly versions: readonly {
      readonly version: number
      readonly id: string
      readonly region: string
      readonly name: string
      readonly shared: readonly string[]
      readonly usedBy: readonly string[]
    }[]
  }[]
  readonly servers: readonly { readonly address: string; readonly state: string; readonly imageId: string }[]
}

describe.skipIf(noHostsBecause !== undefined)(
  `images of a server${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  { sequential: true },
  () => {
    let world: SandboxWorld
    let frankfurt: EC2Client

    beforeAll(async () => {
      world = await startSandboxWorld('images')
      const { endpoint, credentials } = world.client.config
      frankfurt = new EC2Client({ region: 'eu-central-1', credentials, ...(endpoint && { endpoint }) })
      world.write({ 'gold.yaml': gold('one') })
      await apply()
    })
    afterAll(async () => {
      frankfurt?.destroy()
      await world?.remove()
    })

    const apply = (...more: readonly string[]) => expectSuccess(world.run(['apply', 'gold.yaml', '--yes', ...more]))
    const expectSettled = () => expectExit(world.run(['plan', 'gold.yaml', '--detailed-exitcode']), 0)
    const show = async () =>
      JSON.parse((await expectSuccess(world.run(['show', 'gold.yaml', '--json']))).stdout) as ShowJson
    const versions = async () =>
      ((await show()).images[0]?.versions ?? []).map(({ version, region }) => `${version} ${region}`)
    const word = async (server: string) =>
      (await expectSuccess(world.run(['exec', '-f', 'gold.yaml', server, '--', 'cat', '/etc/golden']))).stdout
    const left = async (client: EC2Client) => {
      const { Images = [] } = await client.send(new DescribeImagesCommand({ Owners: ['self'] }))
      const { Snapshots = [] } = await client.send(
        new DescribeSnapshotsCommand({
          OwnerIds: ['self'],
          Filters: [{ Name: 'tag:evenkeel:address', Values: ['image.golden'] }],
        }),
      )
      return [Images.length, Snapshots.length]
    }

    it('boot with what the builder had, and the builder runs again with its volume', async () => {
      expect(await word('web')).toBe('one\n')
      const { servers, images } = await show()
      expect(servers.map(({ state }) => state)).toEqual(['running', 'running'])
      expect(images[0]?.versions).toMatchObject([
        { version: 1, region: 'us-east-1', name: 'gold/golden/1', shared: ['123456789012', unit] },
        { version: 1, region: 'eu-central-1', name: 'gold/golden/1/us-east-1', shared: ['123456789012', unit] },
      ])
      await expectSuccess(world.run(['exec', '-f', 'gold.yaml', 'builder', '--', 'mountpoint', '/srv/data']))
      await expectSettled()
    })

    it('stay what they are where the builder changes, until they are told to be newer; then the older version goes', async () => {
      world.write({ 'gold.yaml': gold('two') })
      await apply()
      expect(await versions()).toEqual(['2 us-east-1', '2 eu-central-1', '1 us-east-1', '1 eu-central-1'])
      expect(await word('web')).toBe('one\n')
      await expectSettled()
      await apply('--update-images', 'server.web')
      expect(await word('web')).toBe('two\n')
      expect(await versions()).toEqual(['2 us-east-1', '2 eu-central-1'])
      await expectSettled()
    })

    it('heal what somebody has done by hand: a lost copy, and permissions', async () => {
      const { images } = await show()
      const [own, copy] = images[0]?.versions ?? []
      await frankfurt.send(new DeregisterImageCommand({ ImageId: copy?.id, DeleteAssociatedSnapshots: true }))
      await world.client.send(
        new ModifyImageAttributeCommand({ ImageId: own?.id, LaunchPermission: { Add: [{ Group: 'all' }] } }),
      )
      const { stdout } = await expectExit(world.run(['drift', 'gold.yaml', '--json']), 2)
      const { drifted } = JSON.parse(stdout) as {
        readonly drifted: readonly { readonly diffs: readonly { path: string }[] }[]
      }
      expect(drifted.flatMap(({ diffs }) => diffs.map(({ path }) => path))).toEqual(['regions', 'share'])
      await apply()
      expect((await show()).images[0]?.versions).toMatchObject([
        { shared: ['123456789012', unit] },
        { region: 'eu-central-1', shared: ['123456789012', unit] },
      ])
      await expectSettled()
    })

    it('come in another version when that is asked for', async () => {
      await apply('--rebuild', 'image.golden')
      expect(await versions()).toEqual(['3 us-east-1', '3 eu-central-1', '2 us-east-1', '2 eu-central-1'])
      await expectSettled()
    })

    it('are kept by protect, and go with everything without it, with their snapshots and copies', async () => {
      world.write({ 'gold.yaml': gold('two', 'protect: true') })
      await apply()
      await expectExit(world.run(['destroy', 'gold.yaml', '--yes']), 1)
      world.write({ 'gold.yaml': gold('two') })
      await apply()
      await expectSuccess(world.run(['destroy', 'gold.yaml', '--yes']))
      expect(await left(world.client)).toEqual([0, 0])
      expect(await left(frankfurt)).toEqual([0, 0])
    })
  },
)
