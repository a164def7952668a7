import { html, join, type Html } from '../html.js'
import { longest } from '../longest.js'
import { graphStyle } from './graph-style.js'
import type { Graph, GraphNode } from './graph.js'
import { layOut, type Layout, type Point } from './lay-out.js'

const nodeHeight = 38
const margin = 12
/** Longer names are cut, and stand whole in the title of their node. */
const lettersMax = 44
/** What a letter of the drawing's type takes, in pixels. */
const letterWidth = 7.3

/** A drawing that stands by itself and follows the light or dark of its reader, with a line break at the end. */
export async function graphSvg(graph: Graph): Promise<string> {
  const drawing = await draw(
    graph,
    html`<style>
      ${graphStyle}
    </style>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n${drawing.text}\n`
}

/** A drawing as a part of a page, which has its style and says elsewhere what is in it. */
export async function graphDrawing(graph: Graph): Promise<Html> {
  return draw(graph, html``)
}

async function draw(graph: Graph, style: Html): Promise<Html> {
  const size = { width: widthOf(graph.nodes), height: nodeHeight }
  const layout = await layOut(graph, size)
  const width = layout.width + 2 * margin
  const height = layout.height + 2 * margin
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    class="graph"
    role="img"
    aria-label="${graph.title}"
    viewBox="${-margin} ${-margin} ${width} ${height}"
    width="${width}"
    height="${height}"
  >
    ${style}
    <g class="edges">${edgesOf(graph, layout)}</g>
    ${graph.nodes.map((node, index) => nodeOf(node, index, layout.nodes[index], size.width))}
  </svg>`
}

function widthOf(nodes: readonly GraphNode[]): number {
  const letters = Math.min(lettersMax, longest(nodes.flatMap(({ action, address }) => [action, address])))
  return Math.max(96, Math.ceil(letters * letterWidth) + 26)
}

function nodeOf(
  { action, address, change, impact }: GraphNode,
  index: number,
  middle: Point = { x: 0, y: 0 },
  width: number,
): Html {
  const [left, top] = [middle.x - width / 2, middle.y - nodeHeight / 2]
  const told = impact === 'none' ? `${action} ${address}` : `${action} ${address} (${impact})`
  return html`<g
    class="node ${change} impact-${impact}"
    data-node="${index}"
    transform="translate(${left.toFixed(1)} ${top.toFixed(1)})"
    ><title>${told}</title><rect width="${width}" height="${nodeHeight}" rx="5" /><rect
      class="stripe"
      width="4"
      height="${nodeHeight - 12}"
      x="6"
      y="6"
      rx="2"
    /><text x="17" y="16" class="action">${cut(action)}</text
    ><text x="17" y="30" class="address">${cut(address)}</text></g
  > `
}

function edgesOf({ nodes, edges }: Graph, layout: Layout): Html {
  const indices = new Map(nodes.map(({ id }, index) => [id, index]))
  return join(
    edges.map(({ from, to }, at) => {
      const [start, ...rest] = layout.edges[at] ?? []
      if (!start) return html``
      const curves = rest.map(({ x, y }) => `${x},${y}`).join(' ')
      return html`<path
        data-from="${indices.get(from) ?? ''}"
        data-to="${indices.get(to) ?? ''}"
        d="M${start.x},${start.y}C${curves}"
      />`
    }),
  )
}

function cut(text: string): string {
  const letters = [...text]
  return letters.length <= lettersMax ? text : `${letters.slice(0, lettersMax - 1).join('')}…`
}
