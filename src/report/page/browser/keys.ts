import { all } from './find.js'

/** `/` goes to the search; on a change the arrows, Home and End go to the others, as in a list. */
export function listenForKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const from = event.target instanceof HTMLElement ? event.target : document.body
    if (event.key === '/' && !from.matches('input, textarea')) {
      const search = document.querySelector<HTMLInputElement>('[data-search]')
      if (!search) return
      event.preventDefault()
      search.focus()
      search.select()
      return
    }
    if (!from.matches('details.change > summary')) return
    const heads = all(document, 'details.change > summary').filter((head) => head.checkVisibility())
    const at = heads.indexOf(from)
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: heads.length - 1 }[event.key]
    const head = next === undefined ? undefined : heads[next]
    if (!head) return
    event.preventDefault()
    head.focus()
  })
}
