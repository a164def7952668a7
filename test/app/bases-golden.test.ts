import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readStackFile } from '../../src/app/stack-file.js'
import { SpecError } from '../../src/core/errors.js'
import { formatDiagnostics } from '../../src/report/diagnostics-text.js'
import { root } from '../support/source-tree.js'

const folder = join(root, 'test/golden/bases')
const cases = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []))

describe('mistakes in files that build on each other, as people read them', () => {
  it.each(cases)('%s', async (name) => {
    await expect(shownOf(name)).toMatchFileSnapshot(`../golden/bases/${name}.txt`)
  })

  it('shows nothing of what is no stack file', () => {
    expect(shownOf('foreign')).not.toContain('hunter2')
  })
})

function shownOf(name: string): string {
  const path = relative(process.cwd(), join(folder, name, 'stack.yaml'))
  try {
    readStackFile(path, { environment: {} })
    return 'no mistake\n'
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
    const { diagnostics, total } = error
    const shown = formatDiagnostics(diagnostics, { color: false, total })
    return `${shown.replaceAll(path.replace('stack.yaml', ''), '')}\n`
  }
}
