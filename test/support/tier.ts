import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2'
import { balancingBeside, balancingIn } from './balancing.js'
import type { Simulation } from './simulation.js'
import { image } from './stacks.js'

interface Choice {
  readonly count?: number
  readonly of?: string
  readonly type?: string
  readonly listeners?: string
  readonly targets?: string
  readonly more?: string
}

/** Web servers behind a load balancer. */
export const tier = ({
  count = 2,
  of = image,
  type = 't3.small',
  listeners = '',
  targets = '',
  more = '',
}: Choice = {}) =>
  `${bare({ count, of, type })}loadBalancers:
  front: { securityGroups: [edge], targets: { servers: web, port: 8080${targets} }${listeners}${more} }
`
/** The same servers without one. */
export const bare = ({ count = 2, of = image, type = 't3.small' }: Choice = {}) => `evenkeel: 1
stack: tier
target: sandbox
securityGroups:
  edge: { ingress: [{ port: 80, from: 0.0.0.0/0 }] }
  web: { ingress: [{ port: 8080, from: securityGroup.edge }] }
servers:
  web: { count: ${count}, image: ${of}, type: ${type}, zone: us-east-1a, securityGroups: [web], rolling: { maxUnavailable: 1 } }
`
/** What failed of an apply that did not come to its end; empty for one that did. */
export async function failuresOf(applied: ReturnType<Simulation['apply']>) {
  const { result } = await applied
  const failed = result.outcomes.filter(({ outcome }) => outcome.kind === 'failed')
  return result.status === 'converged' ? failed : [result.status, ...failed]
}

/** What there is of load balancers, in what a stack file says. */
export async function shapeOf({ client }: Simulation) {
  const balancing = balancingBeside(client)
  const { balancers, groups } = await balancingIn(balancing)
  balancing.destroy()
  const { NetworkInterfaces = [] } = await client.send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'description', Values: ['ELB *'] }] }),
  )
  return {
    balancers: balancers.map(({ Scheme, listeners, tags }) => ({
      scheme: Scheme,
      ports: listeners.map(({ Port = 0 }) => Port).toSorted((left, right) => left - right),
      address: tags.find(({ Key }) => Key === 'evenkeel:address')?.Value,
    })),
    groups: groups.map(({ Port, HealthCheckPath, targets, LoadBalancerArns = [] }) => ({
      port: Port,
      path: HealthCheckPath,
      targets: targets.filter(({ TargetHealth }) => TargetHealth?.State !== 'draining').length,
      balancers: LoadBalancerArns.length,
    })),
    interfaces: NetworkInterfaces.length,
  }
}
