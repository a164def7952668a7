import { describe, expect, it } from 'vitest'
import { compareRevisions } from '../../../src/planner/revisions/compare-revisions.js'
import { parseStack } from '../../../src/spec/parse.js'
import { image } from '../../support/stacks.js'

function compared(before: string, after: string) {
  const [was, is] = [before, after].map((text) => {
    const read = parseStack({
      file: 'stack.yaml',
      text: `evenkeel: 1\nstack: x\ntarget: sandbox\n${text}`,
      variables: {},
    })
    if (!read.ok) throw new Error(JSON.stringify(read.diagnostics))
    return { spec: read.spec, contents: new Map<string, string>() }
  })
  return compareRevisions(was, is).changes.map(({ address, kind, impact, diffs }) => ({
    address,
    kind,
    impact,
    paths: diffs.map(({ path, before, after }) => `${path}: ${String(before)} -> ${String(after)}`),
  }))
}

const server = `{ image: ${image}, type: t3.small }`

describe('what was renamed between two revisions', () => {
  it('is told as that, with nothing of what names it', () => {
    const before = `servers: { web: ${server} }\nvolumes: { data: { server: web, size: 1, mount: /srv } }\n`
    const after = before.replaceAll('web', 'front') + 'moved: [{ from: server.web, to: server.front }]\n'
    expect(compared(before, after)).toEqual([
      { address: 'server.front', kind: 'update', impact: 'none', paths: ['address: server.web -> server.front'] },
    ])
  })

  it('by a count that came or went as well, beside what else differs', () => {
    const before = `servers: { web: ${server} }\nvolumes: { data: { server: web, size: 1, mount: /srv } }\n`
    const after = `servers: { web: { count: 1, image: ${image}, type: t3.medium } }\nvolumes: { data: { server: 'web[*]', size: 1, mount: /srv } }\n`
    expect(compared(before, after)).toEqual([
      {
        address: 'server.web[0]',
        kind: 'update',
        impact: 'restart',
        paths: ['address: server.web -> server.web[0]', 'type: t3.small -> t3.medium'],
      },
      { address: 'volume.data[0]', kind: 'update', impact: 'none', paths: ['address: volume.data -> volume.data[0]'] },
    ])
  })

  it('is no more than a new one where the file does not say so', () => {
    const kinds = compared(`servers: { web: ${server} }\n`, `servers: { front: ${server} }\n`).map(
      ({ address, kind }) => `${kind} ${address}`,
    )
    expect(kinds).toContain('create server.front')
    expect(kinds).toContain('remove server.web')
  })
})

describe('what the file says to ignore', () => {
  it('is no change', () => {
    const ignoring = `servers: { web: { image: ${image}, type: t3.small, ignoreChanges: [type] } }\n`
    expect(compared(ignoring, ignoring.replace('t3.small', 't3.large'))).toEqual([
      { address: 'server.web', kind: 'none', impact: 'none', paths: ['type: t3.small -> t3.large'] },
    ])
  })
})
