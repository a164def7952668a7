import { image } from '../../stacks.js'
import { apply, type CrashCase } from './crash-case.js'

const head = (stack: string) => `evenkeel: 1\nstack: ${stack}\ntarget: sandbox\n`
const server = (more: string) => `servers:\n  web: { image: ${image}, type: m5.xlarge, zone: us-east-1a, ${more} }\n`

const near = `${head('placed')}placementGroups: { near: { strategy: cluster } }\n${server('placement: { group: near }')}`
const parts = `${head('placed')}placementGroups: { parts: { strategy: partition, partitions: 3 } }\n${server('placement: { group: parts, partition: 2 }')}`
const apart = `${head('placed')}${server('state: running')}`

const optional = (more: string) => `${head('odd')}${server(more)}`
const all =
  'iamInstanceProfile: web, monitoring: true, cpu: { cores: 1, threadsPerCore: 2 }, metadata: { hopLimit: 3, instanceTags: enabled }, stopProtection: true, shutdownBehavior: terminate'
const others =
  'iamInstanceProfile: db, monitoring: false, cpu: { cores: 2, threadsPerCore: 1 }, metadata: { hopLimit: 2, tokens: optional }, stopProtection: false, shutdownBehavior: stop'

/** Groups that let one another in and out. */
const doors = (web: string, db: string) => `${head('narrow')}securityGroups:
  web: { description: web, ingress: [{ port: 22, from: my-ip }]${web} }
${db}${server('securityGroups: [web]')}`
const open = doors('', '')
const narrow = doors(', egress: [{ port: 443, to: 0.0.0.0/0 }]', '')
const mutual = doors(
  ', egress: [{ port: 5432, to: securityGroup.db }]',
  '  db: { description: db, ingress: [{ port: 5432, from: securityGroup.web }], egress: [{ port: 22, to: securityGroup.web }] }\n',
)

const roomy = (more: string) =>
  `${head('roomy')}servers:\n  web: { count: 2, image: ${image}, type: t3.small, zone: us-east-1a, ${more} }\n`
const full = { capacity: { probability: 1, only: ['t3.small'] } }

const rolled = (type: string, more = '') => `${head('fleet')}servers:
  web: { count: 3, image: ${image}, type: ${type}, zone: us-east-1a, rolling: { maxUnavailable: 1 }${more} }
volumes:
  data: { server: 'web[*]', size: 1, mount: /srv/data }
`

/** Where servers are placed, what they are launched with, what they may reach, and how many are out of service. */
export const serverCases: readonly CrashCase[] = [
  { name: 'placement-create', before: [], work: apply(near) },
  { name: 'placement-other', before: [apply(near)], work: apply(parts) },
  { name: 'placement-end', before: [apply(near)], work: apply(apart) },
  { name: 'placement-destroy', before: [apply(near)], work: { kind: 'destroy', text: near } },
  { name: 'options-create', before: [], work: apply(optional(all)) },
  { name: 'options-change', before: [apply(optional(all))], work: apply(optional(others)) },
  { name: 'options-end', before: [apply(optional(all))], work: apply(optional('state: running')) },
  { name: 'egress-create', before: [], work: apply(narrow) },
  { name: 'egress-narrow', before: [apply(open)], work: apply(narrow) },
  { name: 'egress-open', before: [apply(narrow)], work: apply(open) },
  { name: 'egress-mutual', before: [apply(open)], work: apply(mutual) },
  { name: 'egress-mutual-end', before: [apply(mutual)], work: apply(open) },
  { name: 'egress-destroy', before: [apply(mutual)], work: { kind: 'destroy', text: mutual } },
  {
    name: 'alternatives',
    before: [],
    work: apply(roomy('alternatives: [{ type: t3.medium }, { zone: us-east-1b }]')),
    faults: full,
  },
  { name: 'rolling', before: [apply(rolled('t3.small'))], work: apply(rolled('t3.medium')) },
  {
    name: 'rolling-terminate-first',
    before: [apply(rolled('t3.small'))],
    work: apply(rolled('t3.small', ', replace: terminate-first').replace('debian-12', 'debian-13')),
  },
]
