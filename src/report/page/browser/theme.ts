const key = 'evenkeel-theme'

/** Light or dark as the reader's system has it, until the reader says otherwise. */
export function prepareTheme(): void {
  const button = document.querySelector<HTMLButtonElement>('[data-theme-toggle]')
  if (!button) return
  const system = matchMedia('(prefers-color-scheme: dark)')
  const isDark = () => (chosen() ?? (system.matches ? 'dark' : 'light')) === 'dark'
  const show = () => {
    const theme = chosen()
    if (theme) document.documentElement.dataset['theme'] = theme
    button.textContent = isDark() ? 'Light' : 'Dark'
    button.setAttribute('aria-label', `Show the page ${isDark() ? 'light' : 'dark'}`)
  }
  button.hidden = false
  button.addEventListener('click', () => {
    choose(isDark() ? 'light' : 'dark')
    show()
  })
  system.addEventListener('change', show)
  show()
}

let here: string | undefined

/** What was chosen for this page; a page from a file may be without storage. */
function chosen(): string | undefined {
  try {
    return here ?? localStorage.getItem(key) ?? undefined
  } catch {
    return here
  }
}

function choose(theme: string): void {
  here = theme
  try {
    localStorage.setItem(key, theme)
  } catch {
    // It holds until the page is left.
  }
}
