import { sshKeys } from '../../ssh-keys.js'

export const images = { first: 'ami-0123456789abcdef0', second: 'ami-0fedcba9876543210' } as const

const server = {
  image: images.first,
  type: 't3.small',
  zone: 'us-east-1a',
  keyPair: 'deploy',
  securityGroups: ['door'],
}

/** The stack in which each change is tried: one entry of each kind that has it, and a second one where something moves. */
export const goldenStack = {
  evenkeel: 1,
  stack: 'reference',
  target: 'sandbox',
  tags: { team: 'audio' },
  keyPairs: { deploy: { publicKey: sshKeys.ed25519 }, spare: { publicKey: sshKeys.rsa } },
  securityGroups: {
    door: { description: 'SSH', ingress: [{ port: 22, from: 'my-ip' }] },
    web: { description: 'HTTP', ingress: [{ port: 80, from: '0.0.0.0/0' }] },
  },
  images: { golden: { from: 'snap-0123456789abcdef0' } },
  placementGroups: { rack: { strategy: 'partition', partitions: 3 }, near: { strategy: 'cluster' } },
  servers: { web: server, spare: { ...server } },
  volumes: { data: { server: 'web', size: 10, mount: '/srv/data' } },
  sync: { site: { from: './site/', to: 'volume.data/site/' } },
  archives: { music: { from: '~/Music/', server: { image: images.first, type: 't3.small' } } },
} as const

/** The entry of each kind in which a change is made. */
export const entries: Readonly<Record<string, string>> = {
  keyPairs: 'deploy',
  networks: 'lab',
  subnets: 'a',
  endpoints: 's3',
  securityGroups: 'door',
  images: 'golden',
  placementGroups: 'rack',
  servers: 'web',
  interfaces: 'storage',
  loadBalancers: 'front',
  scalingGroups: 'pool',
  volumes: 'data',
  sync: 'site',
  archives: 'music',
  variables: 'size',
}
