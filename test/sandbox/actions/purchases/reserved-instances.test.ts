import { DescribeReservedInstancesCommand, type EC2Client } from '@aws-sdk/client-ec2'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../../../src/sandbox/sandbox.js'
import { clientOf, errorNameOf, testSandbox } from '../../support.js'

let sandbox: Sandbox
let ec2: EC2Client

beforeAll(async () => {
  sandbox = await testSandbox()
  ec2 = clientOf(sandbox)
})

const reserve = async (body: object) => {
  const url = `${sandbox.endpoint}/_evenkeel/reserved-instances`
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  return { status: answer.status, body: (await answer.json()) as { readonly id?: string; readonly error?: string } }
}
const described = async (input: ConstructorParameters<typeof DescribeReservedInstancesCommand>[0] = {}) =>
  (await ec2.send(new DescribeReservedInstancesCommand(input))).ReservedInstances

describe('reserved instances', () => {
  it('are what the sandbox was told, by id, filter and class', async () => {
    expect(await described()).toEqual([])
    const regional = (await reserve({ instanceType: 't3.small', count: 2, days: 30 })).body
    const zonal = (await reserve({ instanceType: 'm5.large', zone: 'us-east-1a' })).body
    expect(await described()).toMatchObject([
      {
        ReservedInstancesId: regional.id,
        InstanceType: 't3.small',
        InstanceCount: 2,
        Scope: 'Region',
        State: 'active',
        Duration: 30 * 86_400,
        ProductDescription: 'Linux/UNIX',
        InstanceTenancy: 'default',
      },
      { ReservedInstancesId: zonal.id, Scope: 'Availability Zone', AvailabilityZone: 'us-east-1a', InstanceCount: 1 },
    ])
    const ids = async (...input: Parameters<typeof described>) =>
      (await described(...input))?.map(({ ReservedInstancesId }) => ReservedInstancesId)
    expect(await ids({ ReservedInstancesIds: [zonal.id ?? ''] })).toEqual([zonal.id])
    expect(await ids({ Filters: [{ Name: 'instance-type', Values: ['t3.*'] }] })).toEqual([regional.id])
    expect(await ids({ Filters: [{ Name: 'scope', Values: ['Availability Zone'] }] })).toEqual([zonal.id])
    expect(await ids({ Filters: [{ Name: 'state', Values: ['retired'] }] })).toEqual([])
    expect(await ids({ OfferingClass: 'convertible' })).toEqual([])
  })

  it('that are not there are refused, and so is what nobody can buy', async () => {
    const missing = described({ ReservedInstancesIds: ['b847fa93-e282-4f55-b59a-1342f5bd7c02'] })
    expect(await errorNameOf(missing)).toBe('InvalidReservedInstancesId')
    expect((await reserve({ instanceType: 'big' })).status).toBe(400)
    expect((await reserve({ instanceType: 't3.small', zone: 'mars-1a' })).status).toBe(400)
    expect((await reserve({ instanceType: 't3.small', count: 0 })).status).toBe(400)
  })
})
