import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readDocument, type Document } from '../../../src/report/documents/read-document.js'
import { legible } from '../../../src/report/legible.js'
import { reportPage } from '../../../src/report/page/report-page.js'
import { ticksOf } from '../../../src/report/page/parts/ticks.js'
import { hostilePlan } from '../../support/pages/hostile-plan.js'
import { largePlan } from '../../support/pages/large-plan.js'
import { readText, root } from '../../support/source-tree.js'

function documentOf(text: string): Document {
  const read = readDocument(text)
  if ('document' in read) return read.document
  throw new Error(read.mistakes.join('; '))
}

const sourceOf = (file: string) => ({ document: documentOf(readText(`test/golden/report/${file}`)), file })
const pageOf = (...files: string[]) => reportPage(files.map(sourceOf), { version: '0.0.0' })

describe('a report page', () => {
  it('lets run and be styled what stands in it, and names nothing outside', async () => {
    const page = await pageOf('plan.json', 'run.jsonl', 'drift.json')
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1]?.replaceAll('&#39;', "'")
    const digest = (element: string) => {
      const [, text = ''] = new RegExp(`<${element}>([\\s\\S]*?)</${element}>`).exec(page) ?? []
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
    }
    expect(policy).toBe(
      `default-src 'none'; style-src ${digest('style')}; script-src ${digest('script')}; base-uri 'none'; form-action 'none'`,
    )
    expect(page.match(/<(?:style|script)\b/g)).toEqual(['<style', '<script'])
    expect(page.match(/ (?:style|on\w+)="/g)).toBeNull()
    expect(page.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|url\(|@import| src=/)
  })

  it('says where a plan and a drift report were made, where they say it', async () => {
    expect(await pageOf('plan.json', 'drift.json')).not.toContain('<p class="place')
    const place = { target: 'ec2', region: 'eu-central-1', account: '123456789012', revision: '4f0c2aa' }
    const placed = (file: string, more: object) => {
      const text = JSON.stringify({ ...(JSON.parse(readText(`test/golden/report/${file}`)) as object), place: more })
      return { document: documentOf(text), file }
    }
    const page = await reportPage([placed('plan.json', place), placed('drift.json', { ...place, account: null })], {
      version: '0.0.0',
    })
    expect(page).toContain('In eu-central-1, account 123456789012, revision 4f0c2aa.</p>')
    expect(page).toContain('In eu-central-1, account unknown, revision 4f0c2aa.</p>')
    expect(() => placed('plan.json', { target: 'moon' })).toThrow('target')
  })

  it('is the same for the same documents', async () => {
    expect(await pageOf('plan.json', 'run.jsonl')).toBe(await pageOf('plan.json', 'run.jsonl'))
  })

  it('has each document, and says of which stack where there are several', async () => {
    const other = { ...largePlan(3), stack: 'other' }
    const page = await reportPage(
      [sourceOf('plan.json'), { document: documentOf(JSON.stringify(other)), file: 'other.json' }],
      { version: '0.0.0' },
    )
    expect(page).toContain('<title>music-staging, other – evenkeel</title>')
    expect(page).toContain('<p class="stack">other</p>')
  })

  it('has the critical path by the needs of the journal, or of the plan beside it', async () => {
    const [path] = /Critical path: [^<]+/.exec(await pageOf('run.jsonl')) ?? []
    expect(path?.trim().replaceAll(/\s+/g, ' ')).toBe(
      'Critical path: 11 steps, 34.3s of work and 1.0s of waiting, of 35.4s',
    )
    const lines = readText('test/golden/report/run.jsonl').trim().split('\n')
    const older = documentOf(
      lines.map((line) => JSON.stringify({ ...(JSON.parse(line) as object), needs: undefined })).join('\n'),
    )
    const source = { document: older, file: 'run.jsonl' }
    expect(await reportPage([source], { version: '' })).not.toContain('Critical path')
    expect(await reportPage([source, sourceOf('plan.json')], { version: '' })).toContain('Critical path: 11 steps')
  })

  it('has no element that a name has opened', async () => {
    const page = await reportPage([{ document: documentOf(JSON.stringify(hostilePlan)), file: '<i>' }], { version: '' })
    expect(page).not.toMatch(/<(?:img|iframe|i)\b/)
    expect(legible(page)).toBe(page)
    expect(page.match(/<script\b/g)).toHaveLength(1)
  })

  it('of nothing to do, and of a run that was killed at once, is one too', async () => {
    const nothing = { ...largePlan(3), changes: [], steps: [] }
    const [begun = ''] = readText('test/golden/report/run.jsonl').split('\n')
    const sources = [JSON.stringify(nothing), begun].map((text) => ({ document: documentOf(text), file: 'x' }))
    const page = await reportPage(sources, { version: '' })
    expect(page).toContain('Nothing changes.')
    expect(page).toContain('Unfinished: the journal ends before the run does.')
  })

  it('of 300 steps has no more than is to be read', async () => {
    const large = { document: documentOf(JSON.stringify(largePlan(300))), file: 'large.json' }
    const small = { document: documentOf(JSON.stringify(largePlan(30))), file: 'small.json' }
    const [more, less] = await Promise.all([large, small].map((source) => reportPage([source], { version: '' })))
    expect((more?.length ?? 0) / 304).toBeLessThan(1200)
    expect(less?.length).toBeLessThan(60_000)
  })
})

describe('what a page does and how it looks', () => {
  it('is what its sources say', () => {
    const script = join(root, 'scripts/generate-page.mjs')
    expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow()
  })
})

describe('the scale of a run', () => {
  it.each([
    [0, '0'],
    [900, '0 0.2s 0.4s 0.6s 0.8s'],
    [35_000, '0 5s 10s 15s 20s 25s 30s 35s'],
    [200_000, '0 30s 1m 1m30s 2m 2m30s 3m'],
    [5_400_000, '0 15m 30m 45m 1h 1h15m 1h30m'],
    [90 * 86_400_000, '0 312h 624h 936h 1248h 1560h 1872h'],
  ])('of %d ms has the marks %s', (lengthMs, marks) => {
    expect(
      ticksOf(lengthMs)
        .map(({ label }) => label)
        .join(' '),
    ).toBe(marks)
  })
})
