import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { formatDiagnostics } from '../../src/report/diagnostics-text.js'
import { diagnosticsOf } from './support/specs.js'

const folder = new URL('../golden/spec/', import.meta.url)
const cases = readdirSync(folder).filter((file) => file.endsWith('.yaml'))

describe('diagnostics, as people read them', () => {
  it.each(cases)('%s', async (file) => {
    const text = readFileSync(new URL(file, folder), 'utf8')
    const shown = `${formatDiagnostics(diagnosticsOf(text), { color: false })}\n`
    await expect(shown).toMatchFileSnapshot(`../golden/spec/${file.replace('.yaml', '.txt')}`)
  })

  it('tells ten mistakes in ten places', () => {
    const diagnostics = diagnosticsOf(readFileSync(new URL('ten-mistakes.yaml', folder), 'utf8'))
    expect(new Set(diagnostics.map(({ line, column }) => `${line}:${column}`)).size).toBe(10)
    expect(diagnostics).toHaveLength(10)
  })
})
