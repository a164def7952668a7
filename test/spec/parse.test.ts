import { describe, expect, it } from 'vitest'
import { addressOf, compareAddresses } from '../../src/model/address.js'
import { parseStack } from '../../src/spec/parse.js'
import { templateSource } from '../../src/model/template.js'
import { diagnosticsOf, head, mistakesIn, server, specOf } from './support/specs.js'

const web = `servers: { web: { ${server} } }\n`

describe('defaults', () => {
  it('fills in a server', () => {
    expect(specOf(head + web).servers).toEqual([
      {
        address: 'server.web',
        image: { kind: 'id', id: 'ami-12345678' },
        type: 't3.small',
        zone: undefined,
        subnet: undefined,
        keyPair: 'keyPair.default',
        securityGroups: ['securityGroup.default'],
        user: undefined,
        state: 'running',
        rootVolume: { sizeGiB: undefined, type: undefined },
        userData: undefined,
        onUserDataChange: 'ignore',
        protect: false,
        dependsOn: [],
        setup: [],
        tags: {},
      },
    ])
  })

  it('fills in a volume', () => {
    expect(specOf(`${head}${web}volumes: { music: { server: web, size: 1 } }\n`).volumes).toEqual([
      {
        address: 'volume.music',
        server: 'server.web',
        zone: undefined,
        sizeGiB: 1,
        type: 'gp3',
        iops: undefined,
        throughputMiBps: undefined,
        encrypted: undefined,
        kmsKey: undefined,
        fstype: 'ext4',
        mount: { path: '/mnt/demo/music', options: undefined, owner: undefined, mode: undefined },
        label: undefined,
        uuid: undefined,
        reuse: false,
        snapshot: undefined,
        volumeId: undefined,
        onRemove: 'snapshot',
        dependsOn: [],
        tags: {},
      },
    ])
  })

  it('fills in a sync rule', () => {
    expect(specOf(`${head}${web}sync: { site: { from: ./site/, to: "web:/srv/www/" } }\n`).syncs).toEqual([
      {
        address: 'sync.site',
        from: [{ kind: 'local', path: './site/' }],
        to: { kind: 'server', server: 'server.web', path: '/srv/www/' },
        method: 'files',
        via: 'direct',
        delete: false,
        include: [],
        exclude: [],
        owner: undefined,
        chmod: undefined,
        checksum: false,
        bandwidthKiBps: undefined,
        compress: false,
        partial: false,
        onChange: undefined,
        rolling: undefined,
      },
    ])
  })

  it('takes sections and entries with nothing in them for empty ones', () => {
    const spec = specOf(
      `${head}keyPairs:\n  deploy:\nsecurityGroups:\n  web:\nservers:\nvolumes:\nsync:\ntags:\nvariables:\n`,
    )
    expect(spec.keyPairs).toEqual([{ address: 'keyPair.deploy', publicKey: undefined, tags: {} }])
    expect(spec.securityGroups).toEqual([
      { address: 'securityGroup.web', description: 'evenkeel: demo/web', ingress: [], tags: {} },
    ])
  })
})

describe('what is generated', () => {
  it('adds a key pair and a group where a server names none', () => {
    const spec = specOf(head + web)
    expect(spec.keyPairs).toEqual([{ address: 'keyPair.default', publicKey: undefined, tags: {} }])
    expect(spec.securityGroups).toEqual([
      {
        address: 'securityGroup.default',
        description: 'evenkeel: SSH from the operator',
        ingress: [{ protocol: 'tcp', fromPort: 22, toPort: 22, from: { kind: 'my-ip' } }],
        tags: {},
      },
    ])
  })

  it.each([
    ['from: "a:/x/", to: "b:/y/"', ['my-ip', 'security-group']],
    ['from: "a:/x/", to: "b:/y/", via: local', ['my-ip']],
    ['from: "a:/x/", to: ./y/', ['my-ip']],
  ])('opens the generated group to its own members for %s: %s', (rule, sources) => {
    const spec = specOf(`${head}servers: { a: { ${server} }, b: { ${server} } }\nsync: { c: { ${rule} } }\n`)
    expect(spec.securityGroups[0]?.ingress.map(({ from }) => from.kind)).toEqual(sources)
  })

  it('adds nothing where no server needs it', () => {
    const spec = specOf(`${head}volumes: { a: { size: 1, zone: us-east-1a } }\n`)
    expect([spec.keyPairs, spec.securityGroups]).toEqual([[], []])
  })

  it('takes the only key pair for servers that name none', () => {
    const spec = specOf(`${head}keyPairs: { deploy: {} }\n${web}`)
    expect(spec.servers[0]?.keyPair).toBe('keyPair.deploy')
    expect(spec.keyPairs).toHaveLength(1)
  })

  it('generates one where several could be meant', () => {
    const spec = specOf(`${head}keyPairs: { a: {}, z: {} }\n${web}`)
    expect(spec.servers[0]?.keyPair).toBe('keyPair.default')
    expect(spec.keyPairs.map(({ address }) => address)).toEqual(['keyPair.a', 'keyPair.default', 'keyPair.z'])
  })

  it('keeps a declared default', () => {
    const spec = specOf(
      `${head}securityGroups: { default: { description: mine } }\nkeyPairs: { default: {}, b: {} }\n${web}`,
    )
    expect(spec.securityGroups.map(({ description }) => description)).toEqual(['mine'])
    expect(spec.servers[0]?.keyPair).toBe('keyPair.default')
    expect(spec.keyPairs).toHaveLength(2)
  })

  it('adds the group when a server names it beside its own', () => {
    const text = `${head}securityGroups: { db: {} }\nservers: { w: { ${server}, securityGroups: [db, default] } }\n`
    expect(specOf(text).securityGroups.map(({ address }) => address)).toEqual([
      'securityGroup.db',
      'securityGroup.default',
    ])
  })
})

describe('expansion', () => {
  it('makes as many servers as the count says, in the order of their numbers', () => {
    const spec = specOf(
      `${head}servers: { z: { ${server} }, b: { ${server}, count: 12 }, a: { ${server}, count: 0 } }\n`,
    )
    const addresses = spec.servers.map(({ address }) => address)
    expect(addresses).toEqual([...Array.from({ length: 12 }, (_, index) => `server.b[${index}]`), 'server.z'])
    expect(addresses.toSorted(compareAddresses)).toEqual(addresses)
  })

  it('lets a server wait for all the servers of a count', () => {
    const text = `${head}servers: { a: { ${server}, count: 2 }, b: { ${server}, dependsOn: [server.a] } }\n`
    expect(specOf(text).servers[2]?.dependsOn).toEqual(['server.a[0]', 'server.a[1]'])
  })

  it('takes a server by its name, or by its address', () => {
    const text = `${head}servers: { w: { ${server}, count: 2 } }\nvolumes:\n  a: { size: 1, server: "w[1]" }\n  b: { size: 1, server: "server.w[1]" }\n`
    expect(specOf(text).volumes.map((volume) => volume.server)).toEqual(['server.w[1]', 'server.w[1]'])
  })

  it("merges tags, the entry's own winning", () => {
    const text = `${head}tags: { team: audio, tier: b }\nvolumes: { a: { size: 1, tags: { tier: a, x: "" } } }\n`
    expect(specOf(text).volumes[0]?.tags).toEqual({ team: 'audio', tier: 'a', x: '' })
  })

  it('sorts every list, whatever the order of the file', () => {
    const spec = specOf(`${head}volumes: { b: { size: 1 }, a10: { size: 1 }, a: { size: 1 }, a-b: { size: 1 } }\n`)
    const addresses = spec.volumes.map(({ address }) => address)
    expect(addresses).toEqual(addresses.toSorted(compareAddresses))
  })

  it('freezes all of it', () => {
    const spec = specOf(`${head}${web}volumes: { a: { size: 1, server: web } }\n`)
    expect(Object.isFrozen(spec.servers)).toBe(true)
    expect(Object.isFrozen(spec.volumes[0]?.mount)).toBe(true)
  })
})

describe('selectors', () => {
  it.each([
    ['ami-0123456789abcdef0', { kind: 'id', id: 'ami-0123456789abcdef0' }],
    ['{ owner: self, name: "x-*" }', { kind: 'name', owner: 'self', name: 'x-*', architecture: 'x86_64' }],
    ['{ ssm: /aws/x }', { kind: 'ssm', parameter: '/aws/x' }],
  ])('reads the image %s', (written, image) => {
    expect(specOf(`${head}servers: { w: { image: ${written}, type: t3.small } }\n`).servers[0]?.image).toEqual(image)
  })

  it.each([
    ['subnet-12345678', { kind: 'id', id: 'subnet-12345678' }],
    ['{ tag: "tier=web=1" }', { kind: 'tag', key: 'tier', value: 'web=1' }],
    ['{ tag: { tier: web } }', { kind: 'tag', key: 'tier', value: 'web' }],
  ])('reads the subnet %s', (written, subnet) => {
    expect(specOf(`${head}servers: { w: { ${server}, subnet: ${written} } }\n`).servers[0]?.subnet).toEqual(subnet)
  })

  it.each([
    ['snap-12345678', { kind: 'id', id: 'snap-12345678' }],
    ['{ name: music }', { kind: 'name', name: 'music', version: 'latest' }],
    ['{ name: music, version: latest }', { kind: 'name', name: 'music', version: 'latest' }],
    ['{ name: music, version: 3 }', { kind: 'name', name: 'music', version: 3 }],
  ])('reads the snapshot %s', (written, snapshot) => {
    expect(specOf(`${head}volumes: { a: { snapshot: ${written} } }\n`).volumes[0]?.snapshot).toEqual(snapshot)
  })

  it.each([
    ['./music/', { kind: 'volume', volume: 'volume.v', path: 'a/' }, 'volume.v/a/'],
    ['~/x', { kind: 'volume', volume: 'volume.v', path: 'a' }, 'volume.v/a'],
    ['/abs/path', { kind: 'volume', volume: 'volume.v', path: '' }, 'volume.v/'],
    ['name', { kind: 'volume', volume: 'volume.v', path: '' }, 'volume.v'],
    ['./a:b', { kind: 'server', server: 'server.w', path: '/a b/' }, 'server.w:/a b/'],
  ])('reads the ends of a sync from %s to %s', (from, to, written) => {
    const text = `${head}servers: { w: { ${server} } }\nvolumes: { v: { size: 1, server: w } }\nsync: { s: { from: "${from}", to: "${written}" } }\n`
    expect(specOf(text).syncs[0]).toMatchObject({ from: [{ kind: 'local', path: from }], to })
  })

  it.each([
    ['port: 22, from: my-ip', { protocol: 'tcp', fromPort: 22, toPort: 22, from: { kind: 'my-ip' } }],
    [
      'port: "80-81", from: 10.1.2.3/8',
      { protocol: 'tcp', fromPort: 80, toPort: 81, from: { kind: 'cidr', cidr: '10.0.0.0/8' } },
    ],
    [
      'port: all, from: securityGroup.g',
      { protocol: 'all', fromPort: 0, toPort: 65535, from: { kind: 'security-group', address: 'securityGroup.g' } },
    ],
    ['port: all, protocol: udp, from: my-ip', { protocol: 'udp', fromPort: 0, toPort: 65535, from: { kind: 'my-ip' } }],
    [
      'protocol: icmp, from: "::/0"',
      { protocol: 'icmp', fromPort: 0, toPort: 65535, from: { kind: 'cidr', cidr: '::/0' } },
    ],
  ])('reads the rule { %s }', (written, rule) => {
    expect(specOf(`${head}securityGroups: { g: { ingress: [{ ${written} }] } }\n`).securityGroups[0]?.ingress).toEqual([
      rule,
    ])
  })

  it.each([
    ['~/.ssh/id.pub', { kind: 'path', path: '~/.ssh/id.pub' }],
    ['ssh-ed25519 AAAA me', { kind: 'text', text: 'ssh-ed25519 AAAA me' }],
  ])('reads the public key %s', (written, publicKey) => {
    expect(specOf(`${head}keyPairs: { k: { publicKey: "${written}" } }\n`).keyPairs[0]?.publicKey).toEqual(publicKey)
  })
})

describe('mounts', () => {
  const mountOf = (volume: string) =>
    specOf(`${head}${web}volumes: { a: { size: 1, server: web, ${volume} } }\n`).volumes[0]?.mount

  it('says the same beside the path and in the longer form', () => {
    const expected = { path: '/srv/x', options: 'ro,noatime', owner: 'a:b', mode: '0750' }
    expect(mountOf('mount: /srv/x/, options: "ro,noatime", owner: "a:b", mode: "750"')).toEqual(expected)
    expect(mountOf('mount: { path: /srv/x, options: "ro,noatime", owner: "a:b", mode: "0750" }')).toEqual(expected)
  })

  it.each(['fstype: raw', 'unmounted: true', 'fstype: swap, unmounted: true'])('has none for %s', (volume) => {
    expect(mountOf(volume)).toBeUndefined()
  })

  it('has that of fstab for a swap area', () => {
    expect(mountOf('fstype: swap')).toMatchObject({ path: 'none', options: 'sw' })
  })

  it('has none for a volume without a server', () => {
    expect(specOf(`${head}volumes: { a: { size: 1, mount: /srv/x } }\n`).volumes[0]?.mount).toBeUndefined()
  })

  it('takes a mount inside another that says that it comes later', () => {
    const text = `${head}${web}volumes:\n  a: { size: 1, server: web, mount: /srv }\n  b: { size: 1, server: web, mount: /srv/b, dependsOn: [volume.a] }\n`
    expect(specOf(text).volumes[1]?.dependsOn).toEqual(['volume.a'])
  })

  it('takes one mount point on two servers', () => {
    const text = `${head}servers: { w: { ${server}, count: 2 } }\nvolumes:\n  a: { size: 1, server: "w[0]", mount: /srv, label: x }\n  b: { size: 1, server: "w[1]", mount: /srv, label: x }\n`
    expect(specOf(text).volumes).toHaveLength(2)
  })
})

describe('targets', () => {
  it.each([
    ['target: sandbox', undefined, { kind: 'sandbox', region: 'us-east-1' }],
    ['target: { region: eu-west-1 }', undefined, ec2({ region: 'eu-west-1' })],
    ['target: { profile: p, account: "123456789012" }', undefined, ec2({ profile: 'p', account: '123456789012' })],
    ['', undefined, ec2({})],
    ['target: { region: eu-west-1, profile: p }', 'us-west-2', ec2({ region: 'us-west-2', profile: 'p' })],
    ['target: sandbox', 'eu-west-1', ec2({ region: 'eu-west-1' })],
    ['target: { region: eu-west-1 }', 'sandbox', { kind: 'sandbox', region: 'us-east-1' }],
  ])('reads %j with --target %s', (written, target, expected) => {
    const options = target === undefined ? {} : { target }
    expect(specOf(`evenkeel: 1\nstack: demo\n${written}\n`, options).target).toEqual(expected)
  })

  it('refuses a --target that is none', () => {
    expect(diagnosticsOf(head, { target: 'Mars' })).toMatchObject([{ code: 'SPEC_BAD_TARGET', file: '--target' }])
  })

  function ec2(members: object) {
    return { kind: 'ec2', region: undefined, profile: undefined, account: undefined, endpoint: undefined, ...members }
  }
})

describe('variables', () => {
  const declared =
    'variables: { size: { type: integer, default: 20, maximum: 99 }, who: {}, on: { type: boolean, default: false } }\n'
  const volume = 'volumes: { a: { size: "${var.size}", label: "m-${var.who}-${var.size}", reuse: "${ var.on }" } }\n'

  it('take their type where they are all of a value, and are text inside one', () => {
    const [volumeSpec] = specOf(head + declared + volume, { variables: { who: 'x', on: 'true' } }).volumes
    expect(volumeSpec).toMatchObject({ sizeGiB: 20, label: 'm-x-20', reuse: true })
  })

  it.each([
    [{ who: 'x', size: 'ten' }, 'SPEC_VARIABLE_INVALID', '"ten"'],
    [{ who: 'x', size: '100' }, 'SPEC_VARIABLE_INVALID', 'more than 99'],
    [{ who: 'x', on: 'yes' }, 'SPEC_VARIABLE_INVALID', 'true or false'],
    [{ who: 'x', whose: 'y' }, 'SPEC_UNKNOWN_VARIABLE', '`whose`'],
  ])('are refused as %j, in no file, with nothing said of their uses', (variables, code, message) => {
    const diagnostics = diagnosticsOf(head + declared + volume, { variables })
    expect(diagnostics).toMatchObject([{ code, file: '--var', message: expect.stringContaining(message) as string }])
    expect(diagnostics[0]).not.toHaveProperty('frame')
  })

  it('may be unused', () => {
    expect(mistakesIn(`${head}variables: { a: { default: x } }\n`)).toEqual([])
  })

  it('stand in templates beside references, and $${ stands for ${', () => {
    const text = `${head}variables: { v: { default: "$\${x}" } }\nservers: { a: { ${server} }, b: { ${server}, setup: ["\${var.v} $\${HOME} \${server.a.id}!"] } }\n`
    expect(specOf(text).servers[1]?.setup[0]?.parts).toEqual([
      '${x} ${HOME} ',
      { address: 'server.a', property: 'id' },
      '!',
    ])
  })

  it('undo the escape in any other value too', () => {
    expect(specOf(`${head}tags: { a: "$\${b}" }\nvolumes: { v: { size: 1 } }\n`).volumes[0]?.tags).toEqual({
      a: '${b}',
    })
  })
})

describe('references', () => {
  it('keep user data as it is written, but for what is known', () => {
    const text = `${head}servers:\n  a: { ${server} }\n  b:\n    ${server.replace(', ', '\n    ')}\n    userData: |\n      #cloud-config\n      x: \${server.a.privateIp}\n`
    const userData = specOf(text).servers[1]?.userData
    expect(userData && templateSource(userData)).toBe('#cloud-config\nx: ${server.a.privateIp}\n')
  })

  it.each([
    ['its own volume in user data', `a: { ${server}, userData: "\${volume.v.id}" }`],
    ['itself in its setup', `a: { ${server}, setup: ["\${server.a.privateIp}"] }`],
    [
      'each other in their setup',
      `a: { ${server}, setup: ["\${server.b.privateIp}"] }, b: { ${server}, setup: ["\${server.a.privateIp}"] }`,
    ],
  ])('let a server name %s', (_what, servers) => {
    expect(mistakesIn(`${head}servers: { ${servers} }\nvolumes: { v: { size: 1, server: a } }\n`)).toEqual([])
  })
})

describe('locate', () => {
  const text = `${head}servers:\n  web: { ${server}, count: 2, elasticIp: true, securityGroups: [a] }\nsecurityGroups:\n  a:\n    ingress:\n      - { port: 22, from: my-ip }\n`
  const result = parseStack({ file: 'stack.yaml', text })
  const locate = result.ok ? result.locate : expect.fail('it is a valid file')

  it('tells where an entry stands, with the lines around it, and nothing of what is generated', () => {
    expect(locate(addressOf('server', 'web', 1))).toMatchObject({ file: 'stack.yaml', line: 5, column: 3 })
    expect(locate(addressOf('server', 'web', 1))?.frame).toContain(`> 5 |   web: {`)
    expect(locate(addressOf('keyPair', 'default'))).toBeUndefined()
    expect(locate(addressOf('server', 'db'))).toBeUndefined()
  })

  it('tells where a word inside an entry stands, else the nearest thing around it', () => {
    const rule = addressOf('securityGroup', 'a')
    expect(locate(rule, ['ingress', 0, 'from'])).toMatchObject({ line: 9, column: 27 })
    expect(locate(rule, ['ingress', 0, 'protocol'])).toMatchObject({ line: 9, column: 9 })
    expect(locate(rule, ['ingress', 4])).toMatchObject({ line: 8, column: 5 })
    expect(locate(rule, ['description'])).toMatchObject({ line: 7, column: 3 })
    expect(locate(addressOf('elasticIp', 'web', 0))).toMatchObject({ line: 5, column: 57 })
  })
})

describe('anchors', () => {
  it('may be used as often as there is need', () => {
    const volumes = Array.from({ length: 1_000 }, (_, index) => `  v${index}: { size: 1, tags: *shared }\n`)
    expect(specOf(`${head}tags: &shared { team: audio }\nvolumes:\n${volumes.join('')}`).volumes).toHaveLength(1_000)
  })

  it('are the last ones before the alias, also in keys', () => {
    const text = `${head}tags: { a: &x one, b: &y two, c: *x }\nvolumes: { v: { size: 1, tags: { *y : &x three, z: *x } } }\n`
    expect(specOf(text).volumes[0]?.tags).toEqual({ a: 'one', b: 'two', c: 'one', two: 'three', z: 'three' })
  })

  it('cannot be made to stand for more than can be read, nor for what they stand in', () => {
    const levels = Array.from({ length: 12 }, (_, level) =>
      level === 0 ? 'a0: &a0 [x, x, x, x, x, x]\n' : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(6)}]\n`,
    )
    expect(diagnosticsOf(`${head}${levels.join('')}`)[0]).toMatchObject({
      code: 'SPEC_SYNTAX',
      line: 11,
      message: 'the aliases up to here stand for more than 1000000 values',
    })
    expect(mistakesIn(`${head}tags: &t { a: *t }\n`)).toEqual(['4:15 SPEC_SYNTAX'])
  })

  it('are read, and what they stand for is shared', () => {
    const text = `${head}tags: &shared { team: audio }\nvolumes: { a: { size: 1, tags: *shared } }\n`
    expect(specOf(text).volumes[0]?.tags).toEqual({ team: 'audio' })
  })

  it('do not blow up', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `x${index}: &x${index} [${`*x${index - 1},`.repeat(9)}]`)
    expect(mistakesIn(`${head}x-1: &x-1 [a]\n${lines.join('\n')}\n`).length).toBeGreaterThan(0)
  })
})

describe('odd texts', () => {
  it('are read with any line ends, and with a byte order mark', () => {
    const text = `\ufeff${head}servers:\n  a:\n    ${server.replace(', ', '\n    ')}\n    userData: |\n      a\n      b\n`
    expect(specOf(text.replaceAll('\n', '\r\n')).servers[0]?.userData?.parts).toEqual(['a\nb\n'])
  })

  it('give their places with any line ends', () => {
    expect(mistakesIn(`${head}servers:\n  a: { ${server} }\nvolums: {}\n`.replaceAll('\n', '\r\n'))).toEqual([
      '6:1 SPEC_UNKNOWN_KEY',
    ])
  })

  it('may have entries and tags that are called as members of every object', () => {
    const text = `${head}tags: { __proto__: x, toString: y }\nservers: { constructor: { ${server} } }\n`
    expect(Object.entries(specOf(text).servers[0]?.tags ?? {})).toEqual([
      ['__proto__', 'x'],
      ['toString', 'y'],
    ])
  })

  it('are told to be nested too deeply', () => {
    expect(diagnosticsOf(`${head}tags: ${'['.repeat(20_000)}`)).toMatchObject([
      { code: 'SPEC_SYNTAX', message: 'this is nested too deeply' },
    ])
  })

  it('tell of a merge key, and nothing of what it would have brought', () => {
    expect(mistakesIn(`${head}volumes: { a: { <<: { size: 1 } } }\n`)).toEqual(['4:17 SPEC_UNKNOWN_KEY'])
  })

  it('with hundreds of mistakes are told the first of them, and how many there are', () => {
    const servers = Array.from({ length: 500 }, (_, index) => `  s${index}: { ${server}, keyPair: nope${index} }\n`)
    const result = parseStack({ file: 'stack.yaml', text: `${head}servers:\n${servers.join('')}` })
    if (result.ok) expect.fail('it has mistakes')
    expect(result.total).toBe(500)
    expect(result.diagnostics.map(({ line }) => line)).toEqual(Array.from({ length: 100 }, (_, index) => index + 5))
  })
})
