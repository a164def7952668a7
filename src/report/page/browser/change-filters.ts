import { all, isPressed } from './find.js'

/** Search and chips: a change is shown that has the words, one of the kinds and one of the impacts that are pressed, if any is. */
export function prepareFilters(section: HTMLElement): void {
  const items = all<HTMLDetailsElement>(section, 'details.change').map((element) => ({
    element,
    text: `${element.textContent} ${element.dataset['members'] ?? ''}`.toLowerCase(),
  }))
  const search = section.querySelector<HTMLInputElement>('[data-search]')
  const shown = section.querySelector('[data-shown]')
  const nothing = section.querySelector<HTMLElement>('.nothing')
  const unfold = section.querySelector<HTMLButtonElement>('[data-unfold]')
  const chips = all<HTMLButtonElement>(section, '[data-filter]')

  const update = () => {
    const words = (search?.value ?? '').toLowerCase().split(/\s+/)
    const wanted = (name: string) =>
      chips.filter((chip) => isPressed(chip) && chip.dataset['filter'] === name).map((chip) => chip.dataset['value'])
    const kinds = wanted('kind')
    const impacts = wanted('impact')
    let count = 0
    for (const { element, text } of items) {
      const fits =
        words.every((word) => text.includes(word)) &&
        (kinds.length === 0 || kinds.includes(element.dataset['kind'])) &&
        (impacts.length === 0 || impacts.includes(element.dataset['impact']))
      element.hidden = !fits
      if (fits) count += 1
    }
    for (const group of all(section, '.group')) {
      group.hidden = !group.querySelector('details.change:not([hidden])')
    }
    if (shown) shown.textContent = count === items.length ? '' : `${count} of ${items.length} shown`
    if (nothing) nothing.hidden = count > 0 || items.length === 0
    tellUnfold()
  }

  /** The button says what it would do. */
  const tellUnfold = () => {
    if (unfold) unfold.textContent = visible().some(({ open }) => !open) ? 'Open all' : 'Close all'
  }
  const visible = () => items.map(({ element }) => element).filter(({ hidden }) => !hidden)

  const clear = () => {
    if (search) search.value = ''
    for (const chip of chips) chip.setAttribute('aria-pressed', 'false')
    update()
    search?.focus()
  }

  search?.addEventListener('input', update)
  search?.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') clear()
  })
  for (const chip of chips) {
    chip.addEventListener('click', () => {
      chip.setAttribute('aria-pressed', String(!isPressed(chip)))
      update()
    })
  }
  section.querySelector('[data-clear]')?.addEventListener('click', clear)
  unfold?.addEventListener('click', () => {
    const isOpening = visible().some(({ open }) => !open)
    for (const element of visible()) element.open = isOpening
  })
  // A toggle is told of after it has happened, and does not rise.
  section.addEventListener('toggle', tellUnfold, true)
  update()
}
