import { legible } from '../legible.js'
import type { Graph } from './graph.js'

/** A graph in Graphviz's language (https://graphviz.org/doc/info/lang.html), with a line break at the end. */
export function graphDot({ title, nodes, edges }: Graph): string {
  const lines = [
    'digraph evenkeel {',
    `  label=${quoted(title)}`,
    '  labelloc=t',
    '  rankdir=LR',
    '  fontname="Helvetica"',
    '  node [shape=box, style=rounded, fontname="Helvetica", fontsize=11]',
    ...nodes.map(({ id, action, address, impact }) => {
      const mark = impact === 'none' ? '' : impact === 'data-loss' ? ', color=red, penwidth=2' : ', color=darkorange'
      return `  ${quoted(id)} [label=${quoted(`${action}\n${address}`)}${mark}]`
    }),
    ...edges.map(({ from, to }) => `  ${quoted(from)} -> ${quoted(to)}`),
    '}',
  ]
  return `${lines.join('\n')}\n`
}

/** In a quoted text only the quote ends it; a backslash is a sign of its own in labels. A quote behind two backslashes would end it, so none stands as it is. */
function quoted(text: string): string {
  return `"${legible(text).replaceAll('\\', '&#92;').replaceAll('"', '&quot;').replaceAll('\n', '\\n')}"`
}
