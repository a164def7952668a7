import { describe, expect, test } from 'vitest'
import { FiguresBuilder, parseEntry } from '../../src/sync/itemized.js'

const figuresOf = (...lines: readonly string[]) => {
  const builder = new FiguresBuilder()
  for (const line of lines) {
    const entry = parseEntry(line)
    if (entry) builder.add(entry)
  }
  return builder.figures()
}
const report = (change: string, name: string, bytes = 5) => `${change} rw-r--r-- ${bytes} 2026/01/02-03:04:05 ${name}`

describe('a line of the report', () => {
  test('is read with its name as it is', () => {
    expect(parseEntry(report('<f+++++++++', 'a b/-x  ->  y.txt'))).toEqual({
      change: '<f+++++++++',
      permissions: 'rw-r--r--',
      bytes: 5,
      time: '2026/01/02-03:04:05',
      name: 'a b/-x  ->  y.txt',
      link: '',
    })
  })

  test.each([
    [String.raw`a\#012b`, 'a\nb'],
    [String.raw`a\#134#012`, String.raw`a\#012`],
    [String.raw`back\slash`, String.raw`back\slash`],
  ])('decodes %s', (written, name) => expect(parseEntry(report('<f+++++++++', written))?.name).toBe(name))

  test('knows where a link leads', () => {
    expect(parseEntry(report('cL+++++++++', 'link -> to/that'))).toMatchObject({ name: 'link', link: ' -> to/that' })
  })

  test.each([
    '',
    'sending incremental file list',
    '      1,234  56%    1.2MB/s    0:00:01',
    '     1234  56%    1.2MB/s',
    'rsync: warning',
  ])('is not %o', (line) => expect(parseEntry(line)).toBeUndefined())
})

describe('figures', () => {
  test('of what is compared by contents leave out files of which the time alone differs', () => {
    const builder = new FiguresBuilder({ ignoresTimes: true })
    for (const change of ['.f..t......', '.L..t......', '<fc.t......', '<fcst......', '.f..tp.....', '.f...p.....']) {
      const entry = parseEntry(report(change, change.slice(0, 7)))
      if (entry) builder.add(entry)
    }
    expect(builder.figures()).toMatchObject({
      filesChanged: 4,
      sample: ['~ <fc.t..', '~ <fcst..', '~ .f..tp.', '~ .f...p.'],
    })
    expect(figuresOf(report('.f..t......', 'checked-out')).filesChanged).toBe(1)
  })

  test('count files, and directories only where they are empty', () => {
    expect(
      figuresOf(
        report('cd+++++++++', 'full/'),
        report('<f+++++++++', 'full/a', 10),
        report('cd+++++++++', 'empty/'),
        report('<f.st......', 'changed', 7),
        report('.f...p.....', 'mode', 9),
        '*deleting   --------- 0 1970/01/01-00:00:00 gone/x',
        '*deleting   --------- 0 1970/01/01-00:00:00 gone/',
      ),
    ).toEqual({
      filesCreated: 2,
      filesChanged: 2,
      filesDeleted: 1,
      bytes: 17,
      sample: ['+ full/a', '+ empty/', '~ changed', '~ mode', '- gone/x'],
    })
  })

  test('leave out times of directories, and everything of the top one', () => {
    expect(
      figuresOf(report('.d..t......', 'a/'), report('.d..tp.....', './'), report('.d...p.....', 'b/')),
    ).toMatchObject({
      filesChanged: 1,
      sample: ['~ b/'],
    })
  })
})
