import * as ec2 from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { readSwitches, switchText } from '../../src/sandbox/switches.js'
import { clientOf, errorNameOf, temporaryDir, testSandbox } from './support.js'

describe('switches', () => {
  it.each([
    [{}, ''],
    [{ chaos: '7' }, '--chaos 7:rough'],
    [{ clock: '20', latencies: 'real', chaos: '7:harsh' }, '--chaos 7:harsh --latencies real --clock 20x'],
    [{ chaos: 'off', latencies: 'fast', clock: '1x' }, ''],
  ])('%j are told as one line: %s', (words, line) => {
    expect(switchText(readSwitches(words))).toBe(line)
  })

  it.each([
    [{ chaos: 'harsh' }, "--chaos 'harsh': it begins with a number"],
    [{ chaos: '7:mild' }, "there is no profile 'mild'"],
    [{ latencies: 'slow' }, "--latencies 'slow': it is real or fast"],
    [{ clock: '0.5x' }, "--clock '0.5x': it is a factor"],
    [{ clock: '2000x' }, 'from 1x to 1000x'],
  ])('%j are refused: %s', (words, message) => {
    expect(() => readSwitches(words)).toThrow(message)
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
