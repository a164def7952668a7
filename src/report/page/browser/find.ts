/** All elements of a part of the page, or of the page, that fit a selector. */
export function all<Found extends Element = HTMLElement>(part: ParentNode, selector: string): readonly Found[] {
  return [...part.querySelectorAll<Found>(selector)]
}

/** Presses one button of a group, and no other. */
export function pressOnly(buttons: readonly Element[], pressed: Element | undefined): void {
  for (const button of buttons) button.setAttribute('aria-pressed', String(button === pressed))
}

export function isPressed(button: Element): boolean {
  return button.getAttribute('aria-pressed') === 'true'
}
