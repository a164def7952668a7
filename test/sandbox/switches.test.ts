import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as ec2 from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { readSwitches, switchText } from '../../src/sandbox/switches.js'
import { clientOf, errorNameOf, temporaryDir, testSandbox } from './support.js'

describe('switches', () => {
  it.each([
    [{}, ''],
    [{ chaos: '7' }, '--chaos 7:rough'],
    [{ clock: '20', latencies: 'real', chaos: '7:harsh' }, '--chaos 7:harsh --latencies real --clock 20x'],
    [{ defaultVpc: false, accountEncryption: true }, '--no-default-vpc --account-encryption'],
    [{ defaultVpc: true, kmsKeys: 'alias/a,alias/b' }, '--kms-keys alias/a,alias/b'],
    [{ chaos: 'off', latencies: 'fast', clock: '1x' }, ''],
  ])('%j are told as one line: %s', (words, line) => {
    expect(switchText(readSwitches(words))).toBe(line)
  })

  it.each([
    [{ chaos: 'harsh' }, "--chaos 'harsh': it begins with a number"],
    [{ chaos: '7:mild' }, "there is no profile 'mild'"],
    [{ kmsKeys: 'alias/a,alias/aws/ebs' }, "'alias/aws/ebs' is neither a key’s id"],
    [{ latencies: 'slow' }, "--latencies 'slow': it is real or fast"],
    [{ clock: '0.5x' }, "--clock '0.5x': it is a factor"],
    [{ clock: '2000x' }, 'from 1x to 1000x'],
  ])('%j are refused: %s', (words, message) => {
    expect(() => readSwitches(words)).toThrow(message)
  })
})

function policyFile(text: string): string {
  const path = join(temporaryDir(), 'role.json')
  writeFileSync(path, text)
  return path
}

describe('--policy', () => {
  const readOnly = '{ "Statement": { "Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*" } }'

  it('is refused where the file is missing or wrong, with the place', () => {
    expect(() => readSwitches({ policy: '/nowhere/role.json' })).toThrow(
      "--policy '/nowhere/role.json': it cannot be read",
    )
    const path = policyFile(readOnly.replace('Allow', 'Permit'))
    expect(() => readSwitches({ policy: path })).toThrow(`--policy '${path}': Statement.Effect: must be Allow or Deny`)
  })

  it('holds the key to the policy of the file, also at the next start, until it is off', async () => {
    const stateDir = temporaryDir()
    const create = new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 })
    for (const switches of [readSwitches({ policy: policyFile(readOnly) }), undefined]) {
      const sandbox = await testSandbox({ stateDir, ...(switches && { switches }) })
      expect(await errorNameOf(clientOf(sandbox).send(create))).toBe('UnauthorizedOperation')
      expect(await errorNameOf(clientOf(sandbox).send(new ec2.DescribeVolumesCommand({})))).toBe('')
      await sandbox.close()
    }
    const free = await testSandbox({ stateDir, switches: readSwitches({ policy: 'off' }) })
    expect(await errorNameOf(clientOf(free).send(create))).toBe('')
  })

  it('can be changed on the control path while it runs', async () => {
    const sandbox = await testSandbox()
    const put = (body: string) => fetch(`${sandbox.endpoint}/_evenkeel/policy`, { method: 'PUT', body })
    const create = new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 })
    expect((await put(readOnly)).status).toBe(200)
    expect(await errorNameOf(clientOf(sandbox).send(create))).toBe('UnauthorizedOperation')
    const wrong = await put('{ "Statement": 1 }')
    expect([wrong.status, await wrong.json()]).toEqual([400, { error: 'Statement: must be an object' }])
    expect((await put('null')).status).toBe(200)
    expect(await errorNameOf(clientOf(sandbox).send(create))).toBe('')
  })
})

async function volumeTimes(client: ec2.EC2Client): Promise<number[]> {
  const { Volumes } = await client.send(new ec2.DescribeVolumesCommand({}))
  return Volumes!.map(({ CreateTime }) => CreateTime!.getTime())
}

describe('a sandbox with switches', () => {
  it('has a clock of its own, which goes on at the next start, and takes signatures by the machine’s', async () => {
    const stateDir = temporaryDir()
    const first = await testSandbox({ stateDir, switches: { clock: '1000x' } })
    const create = new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 })
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    await clientOf(first).send(create)
    const [shown] = await volumeTimes(clientOf(first))
    // A second of the machine's is more than the quarter of an hour by which a signature may be off.
    expect(shown).toBeGreaterThan(Date.now() + 15 * 60_000)
    await first.close()
    const again = await testSandbox({ stateDir })
    expect(again.switches).toEqual({ clock: '1000x' })
    await clientOf(again).send(create)
    const [, later] = await volumeTimes(clientOf(again))
    expect(later).toBeGreaterThan(shown!)
    await again.close()
    const slowed = await testSandbox({ stateDir, switches: {} })
    await clientOf(slowed).send(create)
    expect((await volumeTimes(clientOf(slowed)))[2]).toBeGreaterThan(later!)
  })

  it('has the failures of its seed and profile', async () => {
    const outcomes = async (chaos: string) => {
      const sandbox = await testSandbox({ switches: { chaos } })
      const client = clientOf(sandbox)
      const seen: string[] = []
      for (let call = 0; call < 30; call += 1) {
        seen.push(await errorNameOf(client.send(new ec2.DescribeVolumesCommand({}))))
      }
      return seen
    }
    const first = await outcomes('7:harsh')
    expect(await outcomes('7:harsh')).toEqual(first)
    expect(await outcomes('8:harsh')).not.toEqual(first)
    expect(new Set(first)).toContain('InternalError')
  })
})
