import type { Graph } from './graph.js'

/** Where a drawing of a graph has its parts. Units are pixels; the origin is at the top left. */
export interface Layout {
  readonly width: number
  readonly height: number
  /** In the graph's order: the middle of each node. */
  readonly nodes: readonly Point[]
  /** In the graph's order: a point, then three for each Bézier curve. Empty for an edge that is not drawn. */
  readonly edges: readonly (readonly Point[])[]
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface NodeSize {
  readonly width: number
  readonly height: number
}

/** Measured: 2,000 nodes take five seconds, 4,000 half a minute, and nobody reads either. */
export const nodesMax = 3000

/** Graphviz speaks of inches. */
const pixelsPerInch = 72

/**
 * Where Graphviz's `dot` puts nodes of this size, from left to right (docs/decisions/0026-graphs-by-graphviz.md). It is told
 * numbers alone, never names. It is loaded when it is asked for. A graph of more than `nodesMax` is not for it.
 */
export async function layOut({ nodes, edges }: Graph, { width, height }: NodeSize): Promise<Layout> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz')
  const graphviz = await Graphviz.load()
  const indices = new Map(nodes.map(({ id }, index) => [id, index]))
  const source = [
    'digraph {',
    'rankdir=LR; nodesep=0.14; ranksep=0.55',
    `node [shape=box, fixedsize=true, label="", width=${width / pixelsPerInch}, height=${height / pixelsPerInch}]`,
    'edge [arrowhead=none, tailport=e, headport=w]',
    // Of a large graph the last touches take longer than all else.
    ...(nodes.length > 400 ? ['nslimit=2; nslimit1=2; mclimit=0.3'] : []),
    ...nodes.map((_, index) => `n${index}`),
    ...edges.map(({ from, to }) => `n${indices.get(from)} -> n${indices.get(to)}`),
    '}',
  ]
  return readPlain(
    graphviz.layout(source.join('\n'), 'plain', 'dot'),
    nodes.length,
    edges.map(({ from, to }) => `n${indices.get(from)} n${indices.get(to)}`),
  )
}

/** Reads Graphviz's `plain` format: https://graphviz.org/docs/outputs/plain/. Its origin is at the bottom left. */
function readPlain(text: string, nodeCount: number, edgeNames: readonly string[]): Layout {
  const placed: Point[] = Array.from({ length: nodeCount }, () => ({ x: 0, y: 0 }))
  const drawn = new Map<string, readonly Point[]>()
  let width = 0
  let height = 0
  const pointOf = (x: string | undefined, y: string | undefined): Point => ({
    x: Math.round(Number(x) * pixelsPerInch * 10) / 10,
    y: Math.round((height - Number(y)) * pixelsPerInch * 10) / 10,
  })
  for (const line of text.split('\n')) {
    const [what, ...words] = line.split(' ')
    if (what === 'graph') {
      width = Number(words[1])
      height = Number(words[2])
    } else if (what === 'node') placed[Number(words[0]?.slice(1))] = pointOf(words[1], words[2])
    else if (what === 'edge') {
      const count = Number(words[2])
      const points = Array.from({ length: count }, (_, at) => pointOf(words[3 + 2 * at], words[4 + 2 * at]))
      drawn.set(`${words[0]} ${words[1]}`, points)
    }
  }
  return {
    width: Math.ceil(width * pixelsPerInch),
    height: Math.ceil(height * pixelsPerInch),
    nodes: placed,
    edges: edgeNames.map((name) => drawn.get(name) ?? []),
  }
}
