import { all, pressOnly } from './find.js'
import { reveal } from './opening.js'

/** Which drawing is shown, how large, and what a selected box waits for. */
export function prepareDrawings(section: HTMLElement): void {
  const drawings = all(section, '[data-drawing]')
  const buttons = all<HTMLButtonElement>(section, '[data-show]')
  const told = section.querySelector('[data-traced]')
  const shown = () => drawings.find(({ hidden }) => !hidden)

  for (const button of buttons) {
    button.addEventListener('click', () => {
      pressOnly(buttons, button)
      for (const drawing of drawings) drawing.hidden = drawing.dataset['drawing'] !== button.dataset['show']
      if (told) told.textContent = ''
      for (const drawing of drawings) untrace(drawing)
      const drawing = shown()
      if (drawing) fitIfReadable(drawing)
    })
  }
  for (const button of all<HTMLButtonElement>(section, '[data-zoom]')) {
    button.addEventListener('click', () => {
      const drawing = shown()
      if (drawing) zoom(drawing, button.dataset['zoom'] ?? 'fit')
    })
  }
  const first = shown()
  if (first) fitIfReadable(first)
  for (const drawing of drawings) {
    drawing.addEventListener('click', (event) => {
      const node = event.target instanceof Element ? event.target.closest<SVGElement>('[data-node]') : null
      if (!node || node.classList.contains('chosen')) {
        untrace(drawing)
        told?.replaceChildren()
        return
      }
      told?.replaceChildren(...trace(drawing, node))
    })
  }
}

/** What would be too small to read stays as large as it is, and is scrolled. */
function fitIfReadable(drawing: HTMLElement): void {
  const width = drawing.querySelector('svg')?.viewBox.baseVal.width ?? 0
  if (drawing.clientWidth >= 0.65 * width) zoom(drawing, 'fit')
}

function zoom(drawing: HTMLElement, how: string): void {
  const svg = drawing.querySelector('svg')
  if (!svg) return
  const { width, height } = svg.viewBox.baseVal
  const now = svg.width.baseVal.value / width
  const scale = how === 'in' ? now * 1.25 : how === 'out' ? now / 1.25 : Math.min(1, drawing.clientWidth / width)
  const bounded = Math.min(3, Math.max(0.05, scale))
  svg.setAttribute('width', String(Math.round(width * bounded)))
  svg.setAttribute('height', String(Math.round(height * bounded)))
}

function untrace(drawing: HTMLElement): void {
  drawing.querySelector('svg')?.classList.remove('tracing')
  for (const element of all<SVGElement>(drawing, '.lit, .chosen')) element.classList.remove('lit', 'chosen')
}

/** Lights up what a box waits for and what waits for it, however far; says how much that is. */
function trace(drawing: HTMLElement, node: SVGElement): readonly (string | Element)[] {
  untrace(drawing)
  const edges = all<SVGElement>(drawing, 'path[data-from]')
  const before = reached(edges, node.dataset['node'], 'to', 'from')
  const after = reached(edges, node.dataset['node'], 'from', 'to')
  for (const edge of [...before.edges, ...after.edges]) edge.classList.add('lit')
  for (const other of all<SVGElement>(drawing, '[data-node]')) {
    const number = other.dataset['node'] ?? ''
    if (before.nodes.has(number) || after.nodes.has(number)) other.classList.add('lit')
  }
  node.classList.add('lit', 'chosen')
  drawing.querySelector('svg')?.classList.add('tracing')
  const address = drawing.dataset['addresses']?.split('\n')[Number(node.dataset['node'])] ?? ''
  const text = `after ${before.nodes.size}, before ${after.nodes.size}`
  const change = changeOf(address)
  return change ? [`${text} `, linkTo(change, address)] : [`${address} ${text}`]
}

function reached(
  edges: readonly SVGElement[],
  start: string | undefined,
  near: string,
  far: string,
): { nodes: ReadonlySet<string>; edges: readonly SVGElement[] } {
  const byEnd = Map.groupBy(edges, (edge) => edge.dataset[near])
  const nodes = new Set<string>()
  const passed: SVGElement[] = []
  for (const waiting = [start]; waiting.length > 0;) {
    for (const edge of byEnd.get(waiting.pop()) ?? []) {
      passed.push(edge)
      const other = edge.dataset[far] ?? ''
      if (nodes.has(other)) continue
      nodes.add(other)
      waiting.push(other)
    }
  }
  return { nodes, edges: passed }
}

function changeOf(address: string): HTMLElement | undefined {
  return all(document, 'details.change').find(({ dataset }) => dataset['members']?.split('\n').includes(address))
}

function linkTo(change: HTMLElement, address: string): Element {
  const link = document.createElement('a')
  link.href = `#${change.id}`
  link.textContent = address
  link.addEventListener('click', () => reveal(change))
  return link
}
