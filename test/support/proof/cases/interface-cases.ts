import { image } from '../../stacks.js'
import { apply, type CrashCase } from './crash-case.js'

const stack = (...servers: readonly string[]) => `evenkeel: 1
stack: wired
target: sandbox
networks:
  lab:
    cidr: 10.20.0.0/16
    subnets: { a: { cidr: 10.20.1.0/24, zone: us-east-1a }, b: { cidr: 10.20.2.0/24, zone: us-east-1a } }
securityGroups: { door: { description: door, network: lab, ingress: [{ port: 22, from: 10.20.0.0/16 }] } }
servers:
${servers.join('')}`
const server = (name: string, ...more: readonly string[]) =>
  `  ${name}: { ${[`image: ${image}, type: t3.medium, subnet: network.lab.a, securityGroups: [door]`, ...more].join(', ')} }\n`
const storage = (...others: readonly string[]) =>
  `storage: { subnet: network.lab.b, privateIp: 10.20.2.10, secondaryPrivateIps: [${others.join(', ')}] }`
const control = 'control: { subnet: network.lab.b, privateIp: 10.20.2.20 }'

const one = stack(server('web', `interfaces: { ${storage('10.20.2.11')} }`))
const both = stack(server('web', `interfaces: { ${storage('10.20.2.11')}, ${control} }`))
const pair = stack(server('db'), server('web', `interfaces: { ${storage('10.20.2.11')} }`))
const renewed = 'onUserDataChange: replace, userData: "#!/bin/sh"'

/** Interfaces beside the one that a server is launched with: they outlive instances, and their addresses go on. */
export const interfaceCases: readonly CrashCase[] = [
  { name: 'interfaces-create', before: [], work: apply(both) },
  {
    name: 'interfaces-change',
    before: [apply(one)],
    work: apply(one.replace('[10.20.2.11]', '[10.20.2.12], securityGroups: [door], sourceDestCheck: false')),
  },
  {
    name: 'interfaces-subnet',
    before: [apply(one)],
    work: apply(one.replace(storage('10.20.2.11'), 'storage: { subnet: network.lab.a, privateIp: 10.20.1.99 }')),
  },
  {
    name: 'interfaces-replace',
    before: [apply(both)],
    work: apply(both.replace('t3.medium', `t3.medium, ${renewed}`)),
  },
  {
    name: 'interfaces-move',
    before: [apply(pair)],
    work: apply(stack(server('db', `interfaces: { ${storage('10.20.2.11')} }`), server('web', renewed))),
  },
  {
    name: 'interfaces-give-on',
    before: [apply(both)],
    work: apply(
      stack(
        server(
          'web',
          `interfaces: { ${storage()}, ${control.replace(' }', ', secondaryPrivateIps: [10.20.2.11] }')} }`,
        ),
      ),
    ),
  },
  { name: 'interfaces-less', before: [apply(both)], work: apply(one) },
  { name: 'interfaces-destroy', before: [apply(both)], work: { kind: 'destroy', text: both } },
]
