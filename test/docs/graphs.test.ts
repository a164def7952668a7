import { describe, expect, it } from 'vitest'
import { readDocument } from '../../src/report/documents/read-document.js'
import { graphDot } from '../../src/report/graph/graph-dot.js'
import { graphMermaid } from '../../src/report/graph/graph-mermaid.js'
import { graphSvg } from '../../src/report/graph/graph-svg.js'
import { graphOf } from '../../src/report/graph/graph.js'
import { blocksOf } from '../support/documentation/markdown.js'
import { readText } from '../support/source-tree.js'

/** docs/report.md shows the graph of this golden plan. */
const read = readDocument(readText('test/golden/plan/move-volume/plan.json'))
if (!('document' in read) || read.document.kind !== 'plan') throw new Error('no plan')
const { plan } = read.document

const blocks = blocksOf('docs/report.md')
const shown = (language: string) => blocks.find((block) => block.language === language)?.text.trimEnd()

describe('the graphs in docs/report.md', () => {
  it('are what evenkeel graph prints of that plan', () => {
    expect(shown('dot')).toBe(graphDot(graphOf(plan, 'steps')).trimEnd())
    expect(shown('mermaid')).toBe(graphMermaid(graphOf(plan, 'resources')).trimEnd())
  })

  it('have their picture beside them, made anew by `vitest -u`', async () => {
    await expect(await graphSvg(graphOf(plan, 'steps'))).toMatchFileSnapshot('../../docs/pictures/graph.svg')
  })
})
