import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findStackFile, readStackFile } from '../../src/app/stack-file.js'
import { SpecError, UsageError } from '../../src/core/errors.js'
import { temporaryDirectory } from '../support/evenkeel.js'

const minimal = 'evenkeel: 1\nstack: test\ntarget: sandbox\n'
let directory: ReturnType<typeof temporaryDirectory>

beforeAll(() => {
  directory = temporaryDirectory('stack-file')
})
afterAll(() => directory.remove())

describe('findStackFile', () => {
  it.each([
    ['stack.yaml', ['stack.yaml', 'notes.yaml', 'haystack.yaml']],
    ['music.stack.yaml', ['music.stack.yaml', 'README.md']],
  ])('finds %s', (name, names) => {
    expect(findStackFile(directoryWith(names))).toMatch(new RegExp(`(^|/)${name}$`))
  })

  it('lists the candidates when there are several', () => {
    expect(() => findStackFile(directoryWith(['stack.yaml', 'b.stack.yaml']))).toThrow(/b\.stack\.yaml, stack\.yaml/)
  })

  it('says so when there is none', () => {
    expect(() => findStackFile(directoryWith(['notes.yaml']))).toThrow(UsageError)
  })
})

describe('readStackFile', () => {
  it('knows the directory in which relative paths begin', () => {
    const path = join(directoryWith([]), 'stack.yaml')
    writeFileSync(path, minimal)
    expect(readStackFile(path)).toMatchObject({ path, directory: join(path, '..'), spec: { stack: 'test' } })
  })

  it('takes variables from files, and those of the command line over them', () => {
    const home = directoryWith([])
    const path = join(home, 'stack.yaml')
    const names = 'variables:\n  name: { type: string }\n  other: { type: string }\n'
    writeFileSync(path, `evenkeel: 1\nstack: \${var.name}-\${var.other}\ntarget: sandbox\n${names}`)
    writeFileSync(join(home, 'values.yaml'), 'name: file\nother: file\n')
    const { spec } = readStackFile(path, { variables: { other: 'line' }, variableFiles: [join(home, 'values.yaml')] })
    expect(spec.stack).toBe('file-line')
  })

  it('throws every mistake at once', () => {
    const path = join(directoryWith([]), 'stack.yaml')
    writeFileSync(path, 'evenkeel: 1\nstack: Test\ntarget: sandbox\nserver: {}\n')
    expect(() => readStackFile(path)).toThrow(SpecError)
  })

  it('says which file cannot be read', () => {
    expect(() => readStackFile('/nowhere/stack.yaml')).toThrow(/^the file \/nowhere\/stack\.yaml cannot be read/)
  })

  it.each([
    ['latin-1', Buffer.from(`${minimal}tags: { city: Orléans }\n`, 'latin1'), /line 4 is not UTF-8/],
    ['UTF-16', Buffer.from(`\uFEFF${minimal}`, 'utf16le'), /it is UTF-16/],
    ['no text', Buffer.from([0xc0, 0x00]), /line 1 is not UTF-8/],
  ])('refuses what is not UTF-8: %s', (_name, bytes, message) => {
    const path = join(directoryWith([]), 'stack.yaml')
    writeFileSync(path, bytes)
    expect(() => readStackFile(path)).toThrow(message)
  })

  it('refuses a file of more than 16 MiB by its size, and devices', () => {
    const path = join(directoryWith([]), 'stack.yaml')
    writeFileSync(path, minimal)
    truncateSync(path, 16 * 1024 * 1024 + 1)
    expect(() => readStackFile(path)).toThrow(/^the file .* has 16777217 bytes: at most 16 MiB/)
    expect(() => readStackFile('/dev/zero')).toThrow(/^the file \/dev\/zero cannot be read: it is a device/)
  })

  it('refuses a pipe at whose other end nobody may be, without opening it', () => {
    const path = join(directoryWith([]), 'stack.yaml')
    execFileSync('mkfifo', [path])
    expect(() => readStackFile(path)).toThrow(/cannot be read: it is a pipe$/)
  })

  it('reads what a shell hands over', () => {
    const path = join(directoryWith([]), 'stack.yaml')
    writeFileSync(path, minimal)
    const file = openSync(path, 'r')
    expect(readStackFile(`/proc/self/fd/${file}`).spec.stack).toBe('test')
    closeSync(file)
  })

  it.each([
    ['a list', 'name: [1]'],
    ['a mapping', 'name: { a: 1 }'],
    ['nothing', 'name:'],
    ['no finite number', 'name: .nan'],
  ])('takes no variable from a file that gives it %s', (what, text) => {
    const home = directoryWith(['stack.yaml'])
    const values = join(home, 'values.yaml')
    writeFileSync(values, `${text}\n`)
    const read = () => readStackFile(join(home, 'stack.yaml'), { variableFiles: [values] })
    expect(read).toThrow(new RegExp(`gives variable \`name\` ${what}$`))
  })

  it('counts the mistakes that it does not tell', () => {
    const path = join(directoryWith([]), 'stack.yaml')
    writeFileSync(path, minimal + Array.from({ length: 150 }, (_, index) => `key${index}: 1\n`).join(''))
    const error = attempt(() => readStackFile(path))
    expect(error).toBeInstanceOf(SpecError)
    expect(error).toMatchObject({ total: 150, message: `150 mistakes in ${path}` })
  })
})

function attempt(action: () => unknown): unknown {
  try {
    return action()
  } catch (error) {
    return error
  }
}

let made = 0
function directoryWith(names: readonly string[]): string {
  made += 1
  const path = join(directory.path, String(made))
  mkdirSync(path)
  for (const name of names) writeFileSync(join(path, name), minimal)
  return path
}
