import * as ec2 from '@aws-sdk/client-ec2'
import { expect, it } from 'vitest'
import { clientOf, errorOf, testSandbox } from '../../support.js'

it('a route is replaced in one step, by one to another gateway of the network alone', async () => {
  const client = clientOf(await testSandbox())
  const makeVpc = async (CidrBlock: string) =>
    (await client.send(new ec2.CreateVpcCommand({ CidrBlock }))).Vpc?.VpcId ?? ''
  const makeGateway = async (VpcId?: string) => {
    const { InternetGateway } = await client.send(new ec2.CreateInternetGatewayCommand({}))
    const InternetGatewayId = InternetGateway?.InternetGatewayId ?? ''
    if (VpcId !== undefined) await client.send(new ec2.AttachInternetGatewayCommand({ InternetGatewayId, VpcId }))
    return InternetGatewayId
  }
  const VpcId = await makeVpc('10.30.0.0/16')
  const gateway = await makeGateway(VpcId)
  const { RouteTable } = await client.send(new ec2.CreateRouteTableCommand({ VpcId }))
  const RouteTableId = RouteTable?.RouteTableId ?? ''
  const route = { RouteTableId, DestinationCidrBlock: '0.0.0.0/0' }
  const replace = (input: Partial<ec2.ReplaceRouteCommandInput>) =>
    client.send(new ec2.ReplaceRouteCommand({ ...route, GatewayId: gateway, ...input }))
  const routes = async () => {
    const { RouteTables } = await client.send(new ec2.DescribeRouteTablesCommand({ RouteTableIds: [RouteTableId] }))
    return RouteTables?.[0]?.Routes?.map(({ DestinationCidrBlock, GatewayId, State }) => [
      DestinationCidrBlock,
      GatewayId,
      State,
    ])
  }

  expect(await errorOf(replace({}))).toMatchObject({
    name: 'InvalidParameterValue',
    message: "There is no route defined for '0.0.0.0/0' in the route table. Use CreateRoute instead.",
  })
  await client.send(new ec2.CreateRouteCommand({ ...route, GatewayId: gateway }))
  await client.send(new ec2.DetachInternetGatewayCommand({ InternetGatewayId: gateway, VpcId }))
  const other = await makeGateway(VpcId)
  expect(await routes()).toContainEqual(['0.0.0.0/0', gateway, 'blackhole'])
  await replace({ GatewayId: other })
  expect(await routes()).toEqual([
    ['10.30.0.0/16', 'local', 'active'],
    ['0.0.0.0/0', other, 'active'],
  ])

  const foreign = await makeGateway(await makeVpc('10.31.0.0/16'))
  expect((await errorOf(replace({ GatewayId: foreign }))).name).toBe('InvalidParameterValue')
  expect((await errorOf(replace({ GatewayId: undefined }))).name).toBe('MissingParameter')
  expect((await errorOf(replace({ GatewayId: undefined, NatGatewayId: 'nat-1' }))).name).toBe('NatGatewayMalformed')
  expect((await errorOf(replace({ RouteTableId: 'rtb-00000000000000000' }))).name).toBe('InvalidRouteTableID.NotFound')
})
