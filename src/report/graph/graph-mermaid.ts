import { legible } from '../legible.js'
import type { Graph } from './graph.js'

/**
 * A graph as Mermaid's flowchart (https://mermaid.js.org/syntax/flowchart.html), with a line break at the end. What GitHub and
 * GitLab draw has at most 500 edges and 50,000 characters.
 */
export function graphMermaid({ title, nodes, edges }: Graph): string {
  const numbers = new Map(nodes.map(({ id }, index) => [id, `n${index + 1}`]))
  const marked = (impact: string) => nodes.filter((node) => node.impact === impact).map(({ id }) => numbers.get(id))
  const harmful = marked('data-loss')
  const disturbing = [...marked('restart'), ...marked('downtime')]
  const lines = [
    'flowchart LR',
    `  accTitle: ${escaped(title).replaceAll('<br/>', ' ')}`,
    ...nodes.map(({ id, action, address }) => `  ${numbers.get(id)}["${escaped(`${action}\n${address}`)}"]`),
    ...edges.map(({ from, to }) => `  ${numbers.get(from)} --> ${numbers.get(to)}`),
    ...(harmful.length > 0
      ? ['  classDef loss stroke:#c5221f,stroke-width:3px', `  class ${harmful.join(',')} loss`]
      : []),
    ...(disturbing.length > 0 ? ['  classDef away stroke:#b06000', `  class ${disturbing.join(',')} away`] : []),
  ]
  return `${lines.join('\n')}\n`
}

/** What GitHub and GitLab refuse to draw. */
export function isTooLargeForMermaid({ edges }: Graph, text: string): boolean {
  return edges.length > 500 || text.length > 50_000
}

/** Whatever is neither a letter, a digit nor harmless stands as Mermaid's entity, `#34;`. */
function escaped(text: string): string {
  return legible(text)
    .replaceAll(/[^\p{L}\p{N} .,:[\]()_/\n-]/gu, (character) => `#${character.codePointAt(0)};`)
    .replaceAll('\n', '<br/>')
}
