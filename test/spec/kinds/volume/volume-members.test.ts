import { describe, expect, it } from 'vitest'
import { diagnosticsOf, head, mistakesIn, server, specOf } from '../../support/specs.js'

const web = (count: number | undefined) =>
  `servers: { web: { ${server}${count === undefined ? '' : `, count: ${count}`} } }\n`
const volumes = (...entries: readonly string[]) => `volumes:\n${entries.map((entry) => `  ${entry}\n`).join('')}`
const data = 'data: { server: "web[*]", size: 10 }'

/** The messages and hints of a text, without places. */
const toldOf = (text: string) => diagnosticsOf(text).map(({ code, message, hint }) => [code, message, hint])

describe('a volume for each member of a server', () => {
  it('belongs to the member of its index, and is mounted where one volume would be', () => {
    const spec = specOf(head + web(3) + volumes(data))
    expect(spec.volumes.map(({ address, server: of, mount }) => [address, of, mount?.path])).toEqual([
      ['volume.data[0]', 'server.web[0]', '/mnt/demo/data'],
      ['volume.data[1]', 'server.web[1]', '/mnt/demo/data'],
      ['volume.data[2]', 'server.web[2]', '/mnt/demo/data'],
    ])
  })

  it('is written with the kind of the server as well', () => {
    expect(specOf(head + web(1) + volumes('data: { server: "server.web[*]", size: 1 }')).volumes).toMatchObject([
      { address: 'volume.data[0]', server: 'server.web[0]' },
    ])
  })

  it('is none where the server has none', () => {
    expect(specOf(head + web(0) + volumes(data)).volumes).toEqual([])
  })

  it('is named with its index by references and dependencies, and by its entry for all', () => {
    const text = `${head}servers:
  web: { ${server}, count: 2 }
  boot: { ${server}, dependsOn: [volume.data], setup: ["echo \${volume.data[1].id}"] }
${volumes(data)}`
    expect(specOf(text).servers.find(({ address }) => address === 'server.boot')).toMatchObject({
      dependsOn: ['volume.data[0]', 'volume.data[1]'],
      setup: [{ parts: ['echo ', { address: 'volume.data[1]', property: 'id' }] }],
    })
  })

  it('waits for the one beside it where both are for each member of one server', () => {
    const inner = 'inner: { server: "web[*]", size: 1, mount: /mnt/demo/data/in, dependsOn: [volume.data] }'
    const dependencies = specOf(head + web(2) + volumes(data, inner)).volumes.map(({ dependsOn }) => dependsOn)
    expect(dependencies).toEqual([[], [], ['volume.data[0]'], ['volume.data[1]']])
  })

  it('may have the label and the mount point of a volume on another server alone', () => {
    const labelled = 'data: { server: "web[*]", size: 1, label: data, mount: /srv }'
    expect(mistakesIn(head + web(3) + volumes(labelled))).toEqual([])
    const beside = volumes(labelled, 'other: { server: "web[2]", size: 1, label: data, mount: /srv }')
    expect(toldOf(head + web(3) + beside)).toEqual([
      ['SPEC_DUPLICATE_LABEL', 'volume `data[2]` has the label data too', undefined],
      ['SPEC_MOUNT_CONFLICT', 'volume `data[2]` is mounted at /srv on this server too', undefined],
    ])
  })

  it('is told once of what is so on every member', () => {
    const beside = volumes(
      'data: { server: "web[*]", size: 1, mount: /srv }',
      'other: { server: "web[*]", size: 1, mount: /srv }',
      'inner: { server: "web[*]", size: 1, mount: /srv/inner }',
    )
    expect(toldOf(head + web(3) + beside)).toEqual([
      ['SPEC_MOUNT_CONFLICT', 'volume `data[0]` is mounted at /srv on this server too', undefined],
      [
        'SPEC_MOUNT_NESTED',
        '/srv/inner lies inside volume `data[0]`, which may be mounted over it',
        'say that it comes later: dependsOn: [volume.data]',
      ],
    ])
  })

  it('has neither a UUID nor a volume to adopt: each of them is one', () => {
    const each = '`server: web[*]`, which makes a volume for each member'
    const uuid = volumes('data: { server: "web[*]", size: 1, uuid: 0b5a0c5e-0000-4000-8000-000000000001 }')
    expect(toldOf(head + web(2) + uuid)).toEqual([
      [
        'SPEC_CONFLICTING_KEYS',
        `one UUID cannot stand beside ${each}`,
        'leave `uuid` out: each filesystem gets one of its own',
      ],
    ])
    const adopted = volumes('data: { server: "web[*]", volumeId: vol-0123456789abcdef0 }')
    expect(toldOf(head + web(2) + adopted)).toMatchObject([
      ['SPEC_CONFLICTING_KEYS', `one volume cannot stand beside ${each}`, expect.stringContaining('web[0]')],
    ])
  })

  it.each([
    ['a server that there is not', web(2), 'wob[*]', 'no server is called `wob`', 'did you mean `web`?'],
    ['a server without a count', web(undefined), 'web[*]', '`web` has no count, so it has no index', 'write `web`'],
    [
      'a count without an index',
      web(2),
      'web',
      '`web` has count 2, so a server must be chosen: web[0] to web[1]',
      'write `web[0]`, or `web[*]` for a volume on each',
    ],
  ])('is refused on %s', (_what, servers, of, message, hint) => {
    expect(toldOf(head + servers + volumes(`data: { server: "${of}", size: 1 }`))).toMatchObject([
      [expect.any(String), message, hint],
    ])
  })

  it.each([
    ['without an index', '${volume.data.id}', '`data` has count 2, so a volume must be chosen: data[0] to data[1]'],
    ['past the last', '${volume.data[2].id}', 'there is no `data[2]`: `data` has count 2'],
  ])('is told where it is named %s', (_what, reference, message) => {
    const text = `${head}servers:
  web: { ${server}, count: 2 }
  boot: { ${server}, setup: ["echo ${reference}"] }
${volumes(data)}`
    expect(toldOf(text)).toMatchObject([['SPEC_BAD_INDEX', message, expect.anything()]])
  })

  it('counts in what a file stands for', () => {
    const many = Array.from(
      { length: 10 },
      (_, index) => `v${index}: { server: "web[*]", size: 1, mount: /srv/v${index} }`,
    )
    expect(toldOf(head + web(10_000) + volumes(...many))).toMatchObject([
      ['SPEC_OUT_OF_RANGE', expect.anything(), expect.anything()],
    ])
  })
})

describe('a rule and a volume for each member', () => {
  const sync = (from: string, to: string) => `sync: { site: { from: ${from}, to: "${to}" } }\n`

  it('copies to one of them, or to all as to the servers of a count', () => {
    const one = specOf(head + web(2) + volumes(data) + sync('./site/', 'volume.data[1]/www/'))
    expect(one.syncs).toMatchObject([
      { address: 'sync.site', to: { kind: 'volume', volume: 'volume.data[1]', path: 'www/' } },
    ])
    const all = specOf(head + web(2) + volumes(data) + sync('./site/', 'volume.data[*]/www/'))
    expect(all.syncs).toMatchObject([
      { address: 'sync.site[0]', to: { kind: 'volume', volume: 'volume.data[0]', path: 'www/' } },
      { address: 'sync.site[1]', to: { kind: 'volume', volume: 'volume.data[1]', path: 'www/' } },
    ])
  })

  it('may roll over all of them', () => {
    const rolling = `sync: { site: { from: ./site/, to: "volume.data[*]/", rolling: { health: "true" } } }\n`
    expect(mistakesIn(head + web(2) + volumes(data) + rolling)).toEqual([])
  })

  it.each([
    ['volume.data[0]/', './a', []],
    ['volume.data[*]/', './a', ['files come from one volume, not from all of a count']],
    ['volume.data/', './a', ['`data` has count 2, so a volume must be chosen: data[0] to data[1]']],
    ['./a/', 'volume.data[2]/', ['there is no `data[2]`: `data` has count 2']],
    ['./a/', 'volume.one[*]/', ['`one` has no count, so it has no index']],
    ['./a/', 'volume.dota[*]/', ['no volume is called `dota`']],
    ['./a/', 'volume.data[*]/../x', ['a path on a volume does not lead out of it']],
  ])('from %s to %s: %j', (from, to, messages) => {
    const text = head + web(2) + volumes(data, 'one: { server: "web[0]", size: 1 }') + sync(`"${from}"`, to)
    expect(diagnosticsOf(text).map(({ message }) => message)).toEqual(messages)
  })

  it('copies blocks from one member to another, and never to the same', () => {
    const blocks = (from: string, to: string) =>
      `${head}${web(2)}${volumes('data: { server: "web[*]", size: 1, unmounted: true }')}sync: { b: { from: "${from}", to: "${to}", method: blocks } }\n`
    expect(mistakesIn(blocks('volume.data[0]', 'volume.data[1]'))).toEqual([])
    expect(toldOf(blocks('volume.data[0]', 'volume.data[0]'))).toMatchObject([
      ['SPEC_BAD_SYNC', 'volume `data[0]` cannot be copied to itself', undefined],
    ])
    expect(mistakesIn(blocks('volume.data[0]', 'volume.data[*]'))).toHaveLength(1)
  })
})

describe('what volumes for each member are made from', () => {
  it('is a snapshot that all of them may share, each on its own server', () => {
    expect(mistakesIn(head + web(2) + volumes('data: { server: "web[*]", snapshot: snap-0123456789abcdef0 }'))).toEqual(
      [],
    )
  })

  it('may be the version of one member', () => {
    const text = head + web(2) + volumes(data, 'copy: { size: 1, snapshot: { name: "data[1]", version: 2 } }')
    expect(specOf(text).volumes[0]?.snapshot).toEqual({ kind: 'name', name: 'data[1]', version: 2 })
    expect(mistakesIn(text.replace('data[1]', 'data[x]'))).toHaveLength(1)
  })

  it('is not one filesystem twice on a member', () => {
    const copy = 'copy: { server: "web[*]", snapshot: { name: data }, mount: /srv/copy }'
    expect(toldOf(head + web(2) + volumes(data, copy))).toMatchObject([
      ['SPEC_DUPLICATE_UUID', expect.stringContaining('`data[0]` and `copy[0]`'), expect.anything()],
    ])
  })
})
