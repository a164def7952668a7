import { Graphviz } from '@hpcc-js/wasm-graphviz'
import { describe, expect, it } from 'vitest'
import type { PlanView, StepView } from '../../../src/report/documents/plan-view.js'
import { graphDot } from '../../../src/report/graph/graph-dot.js'
import { graphMermaid, isTooLargeForMermaid } from '../../../src/report/graph/graph-mermaid.js'
import { graphSvg } from '../../../src/report/graph/graph-svg.js'
import { graphOf } from '../../../src/report/graph/graph.js'
import { layOut } from '../../../src/report/graph/lay-out.js'

const step = (kind: string, address: string, ...needs: string[]): StepView => ({
  id: `${kind}:${address}`,
  kind,
  address,
  needs,
  impact: 'none',
})

function planOf(...steps: StepView[]): PlanView {
  const change = { kind: 'create', reason: '', impact: 'none', diffs: [] } as const
  const changes = [...new Set(steps.map(({ address }) => address))].map((address) => ({ ...change, address }))
  return {
    stack: 'demo',
    complete: true,
    applyable: true,
    changes,
    steps,
    problems: [],
    unreadable: [],
    impossible: [],
  }
}

const plan = planOf(
  step('create-server', 'server.web[0]'),
  step('create-volume', 'volume.data'),
  step('attach-volume', 'volume.data', 'create-server:server.web[0]', 'create-volume:volume.data', 'gone:x'),
  step('mount-volume', 'volume.data', 'attach-volume:volume.data'),
)

/** What would end a quoted text, a tag, a comment or a directive, or be obeyed. */
const hostile = [
  '"] ; x -> y',
  '\\" \\',
  'a\nb',
  '</text><script>',
  '%%{init: {}}%%',
  '`x`',
  '&quot;',
  '#34;',
  'end\u202Egpj',
]

describe('the graph of a plan', () => {
  it('has the steps, and what each waits for, if that is a step of the plan', () => {
    const { nodes, edges } = graphOf(plan, 'steps')
    expect(nodes.map(({ id }) => id)).toEqual(plan.steps.map(({ id }) => id))
    expect(edges.map(({ from, to }) => `${from} > ${to}`)).toEqual([
      'create-server:server.web[0] > attach-volume:volume.data',
      'create-volume:volume.data > attach-volume:volume.data',
      'attach-volume:volume.data > mount-volume:volume.data',
    ])
  })

  it('has the resources, each once, and none that waits for itself', () => {
    const { nodes, edges } = graphOf(plan, 'resources')
    expect(nodes.map(({ id, action }) => [id, action])).toEqual([
      ['server.web[0]', 'create'],
      ['volume.data', 'create'],
    ])
    expect(edges).toEqual([{ from: 'server.web[0]', to: 'volume.data' }])
  })
})

describe('as text', () => {
  it('is what Graphviz reads, with every name as it can be shown', async () => {
    const names = planOf(...hostile.map((name) => step('tag-resource', name)))
    const read = JSON.parse((await Graphviz.load()).layout(graphDot(graphOf(names, 'steps')), 'json', 'dot')) as {
      objects: { label: string }[]
      edges?: unknown
    }
    const shown = hostile.map((name) => name.replace('\u202E', '\\u202E'))
    const entities = (label: string) => label.replaceAll('&#92;', '\\').replaceAll('&quot;', '"')
    expect(read.objects.map(({ label }) => entities(label.replace('tag-resource\\n', '')))).toEqual(
      shown.map((name) => entities(name).replace('\n', '\\n')),
    )
    expect(read.edges).toBeUndefined()
  })

  it('is a flowchart of Mermaid in which names are nothing but text', () => {
    const text = graphMermaid(graphOf(planOf(...hostile.map((name) => step('tag-resource', name))), 'steps'))
    const labels = [...text.matchAll(/^ {2}n\d+\["(.*)"\]$/gm)].map(([, label]) => label)
    expect(labels).toHaveLength(hostile.length)
    for (const label of labels) expect(label?.replaceAll('<br/>', '')).toMatch(/^(?:[\w .,:[\]()/-]|#\d+;)*$/)
    expect(text).toMatchInlineSnapshot(`
      "flowchart LR
        accTitle: Steps of demo
        n1["tag-resource<br/>#34;] #59; x -#62; y"]
        n2["tag-resource<br/>#92;#34; #92;"]
        n3["tag-resource<br/>a<br/>b"]
        n4["tag-resource<br/>#60;/text#62;#60;script#62;"]
        n5["tag-resource<br/>#37;#37;#123;init: #123;#125;#125;#37;#37;"]
        n6["tag-resource<br/>#96;x#96;"]
        n7["tag-resource<br/>#38;quot#59;"]
        n8["tag-resource<br/>#35;34#59;"]
        n9["tag-resource<br/>end#92;u202Egpj"]
      "
    `)
  })

  it('tells what GitHub would not draw', () => {
    const graph = graphOf(plan, 'steps')
    expect(isTooLargeForMermaid(graph, graphMermaid(graph))).toBe(false)
    const edges = Array.from({ length: 501 }, () => ({ from: 'a', to: 'b' }))
    expect(isTooLargeForMermaid({ ...graph, edges }, '')).toBe(true)
    expect(isTooLargeForMermaid(graph, 'x'.repeat(50_001))).toBe(true)
  })
})

describe('as a drawing', () => {
  it('has every node at a place of its own, from left to right, and every edge', async () => {
    const graph = graphOf(plan, 'steps')
    const { width, height, nodes, edges } = await layOut(graph, { width: 100, height: 30 })
    const [server, volume, attach, mount] = nodes
    expect(server?.y).not.toBe(volume?.y)
    expect(server?.x).toBeLessThan((attach?.x ?? 0) - 100)
    expect(attach?.x).toBeLessThan((mount?.x ?? 0) - 100)
    for (const { x, y } of nodes) expect(x > 0 && y > 0 && x < width && y < height).toBe(true)
    expect(edges.map((points) => points.length % 3)).toEqual([1, 1, 1])
  })

  it('holds names as text, and whole in its titles', async () => {
    const long = `server.${'x'.repeat(60)}`
    const text = await graphSvg(
      graphOf(planOf(...[...hostile, long].map((name) => step('tag-resource', name))), 'steps'),
    )
    expect(text).not.toContain('<script>')
    expect(text).not.toContain('\u202E')
    expect(text).toContain('&lt;/text&gt;&lt;script&gt;')
    expect(text).toContain(`<title>tag-resource ${long}</title>`)
    expect(text).toContain(`${long.slice(0, 43)}…</text>`)
  })

  it('is one of nothing, too', async () => {
    expect(await graphSvg(graphOf(planOf(), 'steps'))).toContain('aria-label="Steps of demo"')
  })
})
