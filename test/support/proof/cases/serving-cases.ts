import { image } from '../../stacks.js'
import { apply, type CrashCase } from './crash-case.js'

const head = (stack: string) => `evenkeel: 1\nstack: ${stack}\ntarget: sandbox\n`
const server = (more: string) => `servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a${more} }
volumes:
  data: { server: web, size: 1, mount: /srv/data }
`
const demanded = `${head('spot')}${server('')}`
const spot = (how: string) => `${head('spot')}${server(`, spot: { ${how} }`)}`
const oneTime = spot('maxPrice: 0.01')
const persistent = spot('interruption: stop')

const group = (more: string) => `${head('crowd')}securityGroups: { pool: { ingress: [{ port: 80, from: 0.0.0.0/0 }] } }
scalingGroups:
  pool: { image: ${image}, zones: [us-east-1a], securityGroups: [pool], min: 1, max: 3, ${more} }
`
const crowd = group('type: t3.small, desired: 2')

const copied = (keep: number) => `${head('far')}volumes:
  data: { size: 1, zone: us-east-1a, snapshots: { every: 24h, keep: { last: ${keep} }, regions: [eu-central-1] } }
`
const shared = (accounts: string) => `${head('shared')}volumes:
  data: { size: 1, zone: us-east-1a, snapshots: { every: 24h, share: [${accounts}] } }
`

const addressed = (more: string) => `${head('fixed')}${server(`, privateIp: 10.66.7.77${more}`)}`

/** Servers that EC2 may take back, groups that launch for themselves, copies elsewhere, and addresses that are chosen. */
export const servingCases: readonly CrashCase[] = [
  { name: 'spot-create', before: [], work: apply(oneTime) },
  { name: 'spot-create-persistent', before: [], work: apply(persistent) },
  { name: 'spot-from-demand', before: [apply(demanded)], work: apply(persistent) },
  { name: 'spot-to-demand', before: [apply(persistent)], work: apply(demanded) },
  { name: 'spot-price', before: [apply(oneTime)], work: apply(spot('maxPrice: 0.02')) },
  { name: 'spot-remove', before: [apply(persistent)], work: apply(`${head('spot')}volumes: {}\n`) },
  { name: 'spot-destroy', before: [apply(persistent)], work: { kind: 'destroy', text: persistent } },
  { name: 'scaling-create', before: [], work: apply(crowd) },
  { name: 'scaling-sizes', before: [apply(crowd)], work: apply(group('type: t3.small, desired: 3')) },
  { name: 'scaling-refresh', before: [apply(crowd)], work: apply(group('type: t3.medium, desired: 2')) },
  { name: 'scaling-destroy', before: [apply(crowd)], work: { kind: 'destroy', text: crowd } },
  { name: 'copies-create', before: [], work: apply(copied(2)) },
  { name: 'copies-destroy', before: [apply(copied(2))], work: { kind: 'destroy', text: copied(2) } },
  { name: 'share-create', before: [], work: apply(shared("'123456789012'")) },
  { name: 'share-change', before: [apply(shared("'123456789012'"))], work: apply(shared("'210987654321', public")) },
  { name: 'addresses-create', before: [], work: apply(addressed(', secondaryPrivateIps: [10.66.7.78, 10.66.7.79]')) },
  {
    name: 'addresses-change',
    before: [apply(addressed(', secondaryPrivateIps: [10.66.7.78, 10.66.7.79]'))],
    work: apply(addressed(', secondaryPrivateIps: [10.66.7.80], sourceDestCheck: false')),
  },
  { name: 'addresses-given', before: [apply(demanded.replaceAll('spot', 'fixed'))], work: apply(addressed('')) },
]
