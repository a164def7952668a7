/** The sections of docs/stack-file.md: the keys below a path, and a stack file that uses them. */
export const sections: readonly { readonly title: string; readonly key: string; readonly example: string }[] = [
  {
    title: 'The file',
    key: '',
    example: `evenkeel: 1
stack: music-staging
target: sandbox
tags: { team: audio }
servers:
  web: { image: { owner: '136693071363', name: 'debian-12-amd64-*' }, type: t3.small }
`,
  },
  {
    title: 'Target',
    key: 'target',
    example: `evenkeel: 1
stack: music-staging
target: { region: eu-central-1, profile: staging, account: '123456789012' }
`,
  },
  {
    title: 'Variables',
    key: 'variables',
    example: `evenkeel: 1
stack: music-staging
target: sandbox
variables:
  size: { type: integer, default: 20, minimum: 1, maximum: 500, description: GiB of music }
  tier: { default: small, enum: [small, large] }
  domain: { default: example.org, pattern: '^[a-z.]+$' }
  token: { sensitive: true, version: 2 }
  licence: { sensitive: true, valueFrom: { ssm: /music/licence } }
servers:
  web:
    image: { owner: '136693071363', name: 'debian-12-amd64-*' }
    type: t3.\${var.tier}
    setup: ["echo '\${var.token} \${var.licence}' | sudo tee /etc/\${var.domain} > /dev/null"]
volumes:
  music: { server: web, size: '\${var.size}' }
`,
  },
  {
    title: 'Key pairs',
    key: 'keyPairs',
    example: `evenkeel: 1
stack: music-staging
target: sandbox
keyPairs:
  deploy: { publicKey: ~/.ssh/id_ed25519.pub, tags: { team: audio } }
  emergency: # generated, and kept on this machine
servers:
  web:
    image: { owner: '136693071363', name: 'debian-12-amd64-*' }
    type: t3.small
    keyPair: deploy
`,
  },
  {
    title: 'Networks',
    key: 'networks',
    example: `evenkeel: 1
stack: music-staging
target: sandbox
networks:
  lab:
    cidr: 10.20.0.0/16
    dnsSupport: true
    dnsHostnames: true
    nat: single
    acl:
      in:
        - { port: 22, from: 0.0.0.0/0 }
        - { protocol: icmp, from: 192.0.2.0/24, action: deny }
        - { port: 1024-65535, from: 0.0.0.0/0 }
      out: [{ port: all, to: 0.0.0.0/0 }]
    subnets:
      front: { cidr: 10.20.1.0/24, zone: us-east-1a, public: true }
      back: { cidr: 10.20.2.0/24, zone: us-east-1a }
      vault:
        cidr: 10.20.3.0/24
        zone: us-east-1a
        nat: false
        routes: [{ to: 10.30.0.0/16, by: pcx-0123456789abcdef0 }]
        acl: { in: [{ port: all, from: 10.20.0.0/16, action: allow }], out: [{ port: all, protocol: tcp, to: 10.20.0.0/16, action: allow }] }
    endpoints:
      s3: { service: s3 }
      ssm: { service: ssm, subnets: [back], securityGroups: [inside], privateDns: true }
    tags: { team: audio }
securityGroups:
  inside: { network: lab, ingress: [{ port: 443, from: 10.20.0.0/16 }] }
  web: { ingress: [{ port: 22, from: my-ip }, { port: 80, from: 0.0.0.0/0 }] }
servers:
  web:
    image: { owner: '136693071363', name: 'debian-12-amd64-*' }
    type: t3.small
    subnet: network.lab.front
    securityGroups: [web]
`,
  },
  {
    title: 'Security groups',
    key: 'securityGroups',
    example: `evenkeel: 1
stack: music-staging
target: sandbox
securityGroups:
  web:
    description: web tier
    ingress:
      - { port: 22, from: my-ip }
      - { port: 80-81, from: 0.0.0.0/0 }
      - { protocol: icmp, from: 10.0.0.0/8 }
      - { port: all, from: securityGroup.web }
    tags: { tier: web }
servers:
  web:
    image: { owner: '136693071363', name: 'debian-12-amd64-*' }
    type: t3.small
    securityGroups: [web]
`,
  },
  {
    title: 'Images',
    key: 'images',
    example: `evenkeel: 1
stack: music-staging
target: sandbox
images:
  golden:
    from: server.builder
    description: web tier
    keep: 3
    regions: [eu-central-1, { region: us-west-2, encrypted: true }]
    share: ['123456789012']
servers:
  builder:
    image: { owner: '136693071363', name: 'debian-12-amd64-*' }
    type: t3.small
    setup: ['echo golden | sudo tee /etc/tier']
  web: { image: image.golden, type: t3.small }
`,
  },
  {
    title: 'Servers',
    key: 'servers',
    example: `evenkeel: 1
stack: music-staging
target: sandbox
servers:
  boot: { image: ami-0123456789abcdef0, type: t3.small, protect: true, tags: { role: boot } }
  web:
    count: 2 # server.web[0] and server.web[1]
    image: { owner: '136693071363', name: 'debian-12-amd64-*', architecture: x86_64 }
    type: t3.small
    zone: us-east-1a
    user: admin
    state: running
    rootVolume: { size: 16, type: gp3, onRemove: snapshot, onReplace: snapshot }
    elasticIp: true
    userData: |
      #cloud-config
      write_files: [{ path: /etc/boot, content: "\${server.boot.privateIp}" }]
    onUserDataChange: replace
    replace: terminate-first
    rolling: { maxUnavailable: 50%, health: curl -fsS localhost/healthz, timeout: 2m, order: descending }
    dependsOn: [server.boot]
    setup: [sudo apt-get -y install nginx]
`,
  },
  {
    title: 'Scaling groups',
    key: 'scalingGroups',
    example: `evenkeel: 1
stack: music-staging
target: sandbox
securityGroups:
  edge: { ingress: [{ port: 80, from: 0.0.0.0/0 }] }
  pool: { ingress: [{ port: 8080, from: securityGroup.edge }] }
loadBalancers:
  front: { securityGroups: [edge], targets: { port: 8080, health: { path: /well } } }
scalingGroups:
  pool:
    image: { owner: '136693071363', name: 'debian-12-amd64-*' }
    type: t3.small
    min: 2
    max: 6
    zones: [us-east-1a, us-east-1b]
    securityGroups: [pool]
    loadBalancer: front
    health: { check: load-balancer, grace: 120 }
    refresh: { minHealthy: 100, maxHealthy: 150 }
    userData: |
      #cloud-config
      packages: [nginx]
`,
  },
  {
    title: 'Load balancers',
    key: 'loadBalancers',
    example: `evenkeel: 1
stack: music-staging
target: sandbox
securityGroups:
  edge: { ingress: [{ port: 80, from: 0.0.0.0/0 }] }
  web: { ingress: [{ port: 22, from: my-ip }, { port: 8080, from: securityGroup.edge }] }
servers:
  web: { count: 3, image: { owner: '136693071363', name: 'debian-12-amd64-*' }, type: t3.small, securityGroups: [web] }
loadBalancers:
  front:
    securityGroups: [edge]
    listeners: [{ port: 80 }]
    targets: { servers: web, port: 8080, health: { path: /well, interval: 10 }, drainSeconds: 30 }
outputs: { url: 'http://\${loadBalancer.front.dnsName}/' }
`,
  },
  {
    title: 'Volumes',
    key: 'volumes',
    example: `evenkeel: 1
stack: music-staging
target: sandbox
servers:
  web: { image: { owner: '136693071363', name: 'debian-12-amd64-*' }, type: t3.small, zone: us-east-1a }
volumes:
  music:
    server: web
    size: 20
    type: gp3
    iops: 4000
    throughput: 250
    encrypted: true
    fstype: xfs
    mount: /srv/music
    options: noatime
    owner: www-data:www-data
    mode: '0750'
    label: music
    reuse: true
    snapshots: { every: 24h, keep: { last: 7, daily: 14, weekly: 8 }, consistent: freeze }
    onRemove: snapshot
  covers:
    server: web
    size: 2
    mount: { path: /srv/music/covers }
    dependsOn: [volume.music] # its mount lies inside the other's
  spare: { size: 5, zone: us-east-1a, snapshot: { name: music, version: latest }, unmounted: true }
`,
  },
  {
    title: 'Sync rules',
    key: 'sync',
    example: `evenkeel: 1
stack: music-staging
target: sandbox
servers:
  web: { count: 2, image: { owner: '136693071363', name: 'debian-12-amd64-*' }, type: t3.small }
volumes:
  music: { server: 'web[0]', size: 20 }
sync:
  library:
    from: ./music/
    to: volume.music/library/
    delete: true
    include: ['*/', '*.flac']
    exclude: ['*.tmp']
    owner: www-data:www-data
    chmod: D755,F644
    bandwidthKiBps: 10000
    partial: true
  site:
    from: [./site/, ./assets/]
    to: web[*]:/srv/www/
    onChange: sudo systemctl reload nginx
    rolling: { maxUnavailable: 1, health: curl -fsS localhost/healthz, timeout: 60s }
`,
  },
  {
    title: 'Archives',
    key: 'archives',
    example: `evenkeel: 1
stack: music-archive
target: sandbox
archives:
  my-music:
    from: ~/Music/
    fstype: ext4
    keep: 5
    slack: 15%
    exclude: ['*.tmp']
    server: { image: { owner: '136693071363', name: 'debian-12-amd64-*' }, type: t3.small }
`,
  },
]
