import { image } from '../../stacks.js'
import { apply, type CrashCase } from './crash-case.js'

/** A network with everything that one can have, and a server in it. */
const whole = `evenkeel: 1
stack: own
target: sandbox
networks:
  lab:
    cidr: 10.20.0.0/16
    nat: single
    acl: { in: [{ port: all, from: 0.0.0.0/0 }], out: [{ port: all, to: 0.0.0.0/0 }] }
    endpoints:
      s3: { service: s3 }
      ssm: { service: ssm, subnets: [b], securityGroups: [door] }
    subnets:
      a: { cidr: 10.20.1.0/24, zone: us-east-1a, public: true }
      b: { cidr: 10.20.2.0/24, zone: us-east-1a }
securityGroups: { door: { description: door, network: lab, ingress: [{ port: 443, from: 10.20.0.0/16 }] } }
servers:
  web: { image: ${image}, type: t3.small, subnet: network.lab.a, securityGroups: [door] }
`
const small = whole
  .replace(/\n {4}nat: .*/, '')
  .replace(/\n {4}acl: .*/, '')
  .replace(/\n {4}endpoints:\n.*\n.*/, '')

/** What was public is private, and the other way round; another rule before the first. */
const changed = whole
  .replace('zone: us-east-1a, public: true', 'zone: us-east-1a')
  .replace('10.20.2.0/24, zone: us-east-1a', '10.20.2.0/24, zone: us-east-1a, public: true')
  .replace('in: [', 'in: [{ port: 23, from: 0.0.0.0/0, action: deny }, ')

/** The server lives in another subnet, and the first is not there any more. */
const moved = small
  .replace('a: { cidr: 10.20.1.0/24', 'c: { cidr: 10.20.3.0/24')
  .replace('network.lab.a', 'network.lab.c')

/** The same server in the account's own network. */
const outside = `evenkeel: 1
stack: own
target: sandbox
securityGroups: { gate: { description: gate, ingress: [{ port: 22, from: my-ip }] } }
servers:
  other: { image: ${image}, type: t3.small, zone: us-east-1a, securityGroups: [gate] }
`

export const networkCases: readonly CrashCase[] = [
  { name: 'network-create', before: [], work: apply(whole) },
  { name: 'network-more', before: [apply(small)], work: apply(whole) },
  { name: 'network-less', before: [apply(whole)], work: apply(small) },
  { name: 'network-change', before: [apply(whole)], work: apply(changed) },
  { name: 'network-move-server', before: [apply(small)], work: apply(moved) },
  { name: 'network-remove', before: [apply(whole)], work: apply(outside) },
  { name: 'network-destroy', before: [apply(whole)], work: { kind: 'destroy', text: whole } },
]
