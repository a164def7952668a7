import { all, isPressed } from './find.js'

/** The critical path alone, or all steps. */
export function prepareTimelines(section: HTMLElement): void {
  const button = section.querySelector<HTMLButtonElement>('[data-critical]')
  button?.addEventListener('click', () => {
    const isOnly = !isPressed(button)
    button.setAttribute('aria-pressed', String(isOnly))
    for (const row of all(section, 'table.timeline tbody tr')) row.hidden = isOnly && !row.matches('.critical')
  })
}
