import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readStackFile, type StackFile, type StackFileOptions } from '../../src/app/stack-file.js'
import { SpecError } from '../../src/core/errors.js'
import { temporaryDirectory } from '../support/evenkeel.js'

const top = 'evenkeel: 1\nstack: test\ntarget: sandbox\nextends: ./base.yaml\n'
const web = 'servers: { web: { image: ami-12345678, type: t3.small } }\n'
let directory: ReturnType<typeof temporaryDirectory>

beforeAll(() => {
  directory = temporaryDirectory('bases')
})
afterAll(() => directory.remove())

describe('a stack file with a base', () => {
  it('says what both say', () => {
    const { spec, bases, path } = read({
      'stack.yaml': `${top}servers: { web: { count: 2 } }\ntags: { tier: staging }\n`,
      'base.yaml': `evenkeel: 1\ntags: { team: audio, tier: none }\n${web}`,
    })
    expect(spec.servers.map(({ address, tags }) => ({ address, tags }))).toEqual([
      { address: 'server.web[0]', tags: { team: 'audio', tier: 'staging' } },
      { address: 'server.web[1]', tags: { team: 'audio', tier: 'staging' } },
    ])
    expect(bases).toEqual([join(dirname(path), 'base.yaml')])
  })

  it('says the same as one file that says it all', () => {
    const one = read({
      'stack.yaml': `${top.replace('extends: ./base.yaml\n', '')}servers: { web: { image: ami-12345678, type: t3.large } }\nvolumes: { data: { size: 8, server: web } }\nsync: { files: { from: ./files/, to: volume.data/ } }\n`,
    })
    const several = read({
      'stack.yaml': `${top}servers: { web: { type: t3.large } }\n`,
      'base.yaml': `evenkeel: 1\nextends: ./company.yaml\n${web}volumes: { data: { size: 8 } }\n`,
      'company.yaml': `evenkeel: 1\nvolumes: { data: { server: web } }\nsync: { files: { from: ./files/, to: volume.data/ } }\n`,
    })
    expect(several.spec).toEqual(one.spec)
  })

  it('takes neither name nor target from it', () => {
    const base = `evenkeel: 1\nstack: production\ntarget: { region: eu-west-1 }\n${web}`
    const { spec } = read({ 'stack.yaml': 'evenkeel: 1\nstack: test\nextends: base.yaml\n', 'base.yaml': base })
    expect(spec).toMatchObject({ stack: 'test', target: { kind: 'ec2', region: undefined } })
    expect(mistake({ 'stack.yaml': 'evenkeel: 1\nextends: base.yaml\n', 'base.yaml': base })).toBe(
      'stack.yaml:1:1 `stack` is missing',
    )
  })

  it('gives a variable of the base a value, and another default', () => {
    const files = {
      'stack.yaml': `${top}variables: { size: { default: 30 } }\n`,
      'base.yaml': `evenkeel: 1\nvariables: { size: { type: integer, maximum: 40 } }\nvolumes: { data: { size: "\${var.size}" } }\n`,
    }
    expect(read(files).spec.volumes[0]?.sizeGiB).toBe(30)
    expect(read(files, { commandLine: { size: '40' } }).spec.volumes[0]?.sizeGiB).toBe(40)
    expect(read(files, { environment: { EVENKEEL_VAR_size: '35' } }).spec.volumes[0]?.sizeGiB).toBe(35)
    expect(mistake({ ...files, 'stack.yaml': `${top}variables: { size: { default: 50 } }\n` })).toBe(
      'stack.yaml:5:31 the default, the number 50, is more than 40',
    )
  })

  it('reads local paths from the file in which they stand', () => {
    const { spec } = read({
      'envs/stack.yaml': `${top.replace('./base', '../shared/base')}sync: { own: { from: ./own/, to: volume.data/own/ } }\n`,
      'shared/base.yaml': [
        'evenkeel: 1',
        'variables: { where: { default: music } }',
        'keyPairs: { deploy: { publicKey: keys/deploy.pub }, home: { publicKey: ~/.ssh/id.pub } }',
        web.trim(),
        'volumes: { data: { size: 1, server: web } }',
        'sync:',
        '  music: { from: ["./${var.where}/", /srv/all], to: volume.data/music/ }',
        '  logs: { from: "web:/var/log/", to: ./logs/ }',
        'archives: { a: { from: ., server: { image: ami-12345678, type: t3.small } } }',
        '',
      ].join('\n'),
    })
    const paths = Object.fromEntries(spec.syncs.map(({ address, from, to }) => [address, { from, to }]))
    expect(paths).toMatchObject({
      'sync.own': { from: [{ path: './own/' }] },
      'sync.music': { from: [{ path: '../shared/music/' }, { path: '/srv/all' }] },
      'sync.logs': { from: [{ path: '/var/log/' }], to: { path: '../shared/logs/' } },
    })
    const keys = Object.fromEntries(spec.keyPairs.map(({ address, publicKey }) => [address, publicKey]))
    expect(keys).toMatchObject({
      'keyPair.deploy': { path: '../shared/keys/deploy.pub' },
      'keyPair.home': { path: '~/.ssh/id.pub' },
    })
    expect(spec.archives[0]?.from).toBe('../shared/')
  })

  it('finds entries and variables in the file that wrote them', () => {
    const { locate, locateVariable } = read({
      'stack.yaml': `${top}servers: { web: { count: 2 } }\n`,
      'base.yaml': `evenkeel: 1\nvariables: { size: { default: a } }\n${web}volumes: { data: { size: 1 } }\n`,
    })
    const place = (found: ReturnType<typeof locate>) => found && `${nameOf(found.file)}:${found.line}:${found.column}`
    expect(place(locate('server.web[1]' as never))).toBe('stack.yaml:5:12')
    expect(place(locate('server.web[1]' as never, ['type']))).toBe('base.yaml:3:46')
    expect(place(locate('volume.data' as never, ['size']))).toBe('base.yaml:4:26')
    expect(place(locateVariable('size'))).toBe('base.yaml:2:14')
  })

  it('reads line ends of Windows, and a mark at the start', () => {
    const crlf = (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}`
    const files = {
      'stack.yaml': crlf(`${top}servers: { web: { count: 2 } }\n`),
      'base.yaml': crlf(`evenkeel: 1\n${web}`),
    }
    expect(read(files).spec.servers).toHaveLength(2)
    expect(
      mistake({ ...files, 'base.yaml': crlf('evenkeel: 1\nservers:\n  web: { image: 7, type: t3.small }\n') }),
    ).toBe('base.yaml:3:17 servers.web.image must be a text or a mapping, not the number 7')
  })

  it('shares a base with others, which change nothing of one another', () => {
    const files = {
      'a.yaml': `${top}servers: { web: { count: 1 } }\n`,
      'b.yaml': `${top}servers: { web: { zone: us-east-1b } }\n`,
      'base.yaml': `evenkeel: 1\n${web}`,
    }
    expect(read(files, {}, 'a.yaml').spec.servers[0]).toMatchObject({ address: 'server.web[0]', zone: undefined })
    expect(read(files, {}, 'b.yaml').spec.servers.map(({ address }) => address)).toEqual(['server.web'])
  })

  it('follows links that stay beside it', () => {
    const home = written({ 'stack.yaml': top, 'data/base.yaml': `evenkeel: 1\n${web}` })
    symlinkSync('data/base.yaml', join(home, 'base.yaml'))
    expect(readStackFile(join(home, 'stack.yaml')).spec.servers).toHaveLength(1)
  })

  it('tells of one that is not there as that, also by way of a link', () => {
    const home = written({ 'data/stack.yaml': top })
    symlinkSync('data', join(home, 'link'))
    expect(mistakeOf(join(home, 'link/stack.yaml'))).toMatch(/link\/base\.yaml cannot be read: there is no such file$/)
  })

  it('reads a base above it', () => {
    const files = { 'a/b/stack.yaml': top.replace('./base', '../../base'), 'base.yaml': `evenkeel: 1\n${web}` }
    expect(read(files, {}, 'a/b/stack.yaml').spec.servers).toHaveLength(1)
  })
})

describe('what cannot be a base', () => {
  it.each([
    ['/etc/evenkeel/base.yaml', 'a base is named from the file that builds on it'],
    ['~/base.yaml', 'a base is named from the file that builds on it'],
    ['./nothing.yaml', 'cannot be read: there is no such file'],
    ['.', 'cannot be read: it is a directory'],
    ['./stack.yaml', 'these build on each other: '],
    ['./self.yaml', 'these build on each other: '],
    ['./passwords', 'is no stack file'],
    ['./outside.yaml', 'is a link that leads out of its directory, to /'],
    ['./outside/base.yaml', 'is a link that leads out of its directory, to /'],
    ['./pipe', 'cannot be read: there is no such file'],
  ])('%s', (named, message) => {
    const home = written({
      'home/stack.yaml': top.replace('./base.yaml', named),
      'home/passwords': 'root: secret\n',
      'elsewhere/base.yaml': `evenkeel: 1\n${web}`,
    })
    symlinkSync('stack.yaml', join(home, 'home/self.yaml'))
    symlinkSync('../elsewhere/base.yaml', join(home, 'home/outside.yaml'))
    symlinkSync('../elsewhere', join(home, 'home/outside'))
    expect(mistakeOf(join(home, 'home/stack.yaml'))).toContain(message)
  })

  it('a version of the format that is not known, and what has none', () => {
    expect(mistake({ 'stack.yaml': top, 'base.yaml': 'evenkeel: 2\n' })).toBe(
      'base.yaml:1:11 evenkeel must be 1, not the number 2',
    )
    expect(mistake({ 'stack.yaml': top, 'base.yaml': '- evenkeel: 1\n' })).toBe(
      'base.yaml:1:1 the base is a list, and no mapping',
    )
  })

  it('more than eight files', () => {
    const chain = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `${index}.yaml`,
          `evenkeel: 1\n${index === count - 1 ? web : `extends: ${index + 1}.yaml\n`}${index === 0 ? 'stack: test\n' : ''}`,
        ]),
      )
    expect(read(chain(8), {}, '0.yaml').bases).toHaveLength(7)
    expect(mistake(chain(9), '0.yaml')).toMatch(/^7\.yaml:2:10 at most 8 files build on each other: /)
  })

  it('more than 16 MiB, and half a million parts, in all', () => {
    const home = written({
      'stack.yaml': top,
      'base.yaml': `evenkeel: 1\nextends: more.yaml\n#`,
      'more.yaml': 'evenkeel: 1\n#',
    })
    truncateSync(join(home, 'more.yaml'), 16 * 1024 * 1024 - 10)
    expect(mistakeOf(join(home, 'stack.yaml'))).toMatch(/with the base .* the stack file has more than 16 MiB$/)
    const list = (count: number) => `servers: [${'a,'.repeat(count)}]\n`
    expect(mistake({ 'stack.yaml': `${top}${list(20_000)}`, 'base.yaml': `evenkeel: 1\n${list(490_000)}` })).toMatch(
      /^base\.yaml:2:\d+ up to here the file has more parts than the largest stacks/,
    )
  })
})

describe('a file of variables for several stacks', () => {
  const files = {
    'stack.yaml':
      'evenkeel: 1\nstack: test\ntarget: sandbox\nvariables: { size: { type: integer, default: 1 }, zone: { default: a } }\n',
  }

  it('may hold what this stack does not declare, and tells what may be a slip', () => {
    const home = written({ ...files, 'team.yaml': 'sizee: 7\nregistry: x\nzone: b\nzones: c\n' })
    const { notices } = readStackFile(join(home, 'stack.yaml'), { variableFiles: [join(home, 'team.yaml')] })
    expect(notices.map((notice) => notice.replace(`${home}/`, ''))).toEqual([
      'team.yaml: the stack file declares no variable `sizee`: did you mean `size`?',
    ])
  })

  it('is silent where the variable has its value', () => {
    const home = written({ ...files, 'team.yaml': 'sizee: 7\n' })
    const options = { variableFiles: [join(home, 'team.yaml')] }
    const silent = [{ commandLine: { size: '2' } }, { environment: { EVENKEEL_VAR_size: '2' } }, { isSettled: true }]
    for (const given of silent) {
      expect(readStackFile(join(home, 'stack.yaml'), { ...options, ...given }).notices).toEqual([])
    }
  })

  it('unlike --var, whose name must be declared', () => {
    const home = written(files)
    const path = join(home, 'stack.yaml')
    expect(() => readStackFile(path, { commandLine: { sizee: '2' } })).toThrow(/declares no variable `sizee`/)
  })
})

/** Of files by path; the stack file is the one that is named so. */
function read(
  files: Readonly<Record<string, string>>,
  options: StackFileOptions = {},
  name = Object.keys(files)[0] ?? '',
): StackFile {
  return readStackFile(join(written(files), name), { environment: {}, ...options })
}

/** The one mistake, as `file:line:column message`. */
function mistake(files: Readonly<Record<string, string>>, name = 'stack.yaml'): string {
  return mistakeOf(join(written(files), name))
}

function mistakeOf(path: string): string {
  try {
    readStackFile(path, { environment: {} })
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
    expect(error.diagnostics).toHaveLength(1)
    const [first] = error.diagnostics
    return `${nameOf(first?.file ?? '')}:${first?.line}:${first?.column} ${first?.message}`
  }
  return 'no mistake'
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

let made = 0
function written(files: Readonly<Record<string, string>>): string {
  made += 1
  const home = join(directory.path, String(made))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), text)
  }
  return home
}
