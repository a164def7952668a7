import * as ec2 from '@aws-sdk/client-ec2'
import { expect, it } from 'vitest'
import { clientOf, testSandbox } from '../support.js'

it('lists what there is in another order each time, and nothing else', async () => {
  const sandbox = await testSandbox({ seed: 7 })
  const client = clientOf(sandbox)
  const read = async () => {
    const { AvailabilityZones = [] } = await client.send(new ec2.DescribeAvailabilityZonesCommand({}))
    const { Subnets = [] } = await client.send(new ec2.DescribeSubnetsCommand({}))
    return [AvailabilityZones.map(({ ZoneName = '' }) => ZoneName), Subnets.map(({ SubnetId = '' }) => SubnetId)]
  }
  const plain = await read()
  expect(await read()).toEqual(plain)
  sandbox.setFaults({ shuffledAnswers: { probability: 1 } })
  const first = await read()
  expect(first).not.toEqual(plain)
  expect(await read()).not.toEqual(first)
  expect(first.map((ids) => ids.toSorted())).toEqual(plain.map((ids) => ids.toSorted()))
  // The same seed gives the same orders.
  sandbox.setFaults({ shuffledAnswers: { probability: 1 } })
  expect(await read()).toEqual(first)
})
