import { all } from './find.js'

/** On paper everything is open; on the screen it is then as it was. */
export function openForPrint(): void {
  const closed: HTMLDetailsElement[] = []
  matchMedia('print').addEventListener('change', ({ matches }) => {
    if (matches) {
      for (const element of all<HTMLDetailsElement>(document, 'details:not([open])')) {
        closed.push(element)
        element.open = true
      }
    } else for (const element of closed.splice(0)) element.open = false
  })
}

/** What a link leads to is opened, and shown whatever the filter says. */
export function openTarget(): void {
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
    if (target) reveal(target)
  }
  addEventListener('hashchange', open)
  open()
}

/** Opens a change and brings it into view. */
export function reveal(target: HTMLElement): void {
  if (!(target instanceof HTMLDetailsElement)) return
  target.open = true
  target.hidden = false
  target.closest<HTMLElement>('.group')?.removeAttribute('hidden')
  target.scrollIntoView({ block: 'center' })
  target.querySelector('summary')?.focus({ preventScroll: true })
}
