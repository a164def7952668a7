// Keeps an open page up to date. Everything can be read, and done, without.
interface News {
  readonly lines: readonly (readonly [key: string, line: string])[]
  readonly said: readonly string[]
  readonly stamp: string
}

let stamp: string | undefined
let isLooking = false
let isStale = false

/** Takes the parts that have changed from the page as it is now, and leaves what has not, with the cursor in it, alone. */
async function look(): Promise<void> {
  isStale = true
  if (isLooking) return
  isLooking = true
  try {
    while (isStale) {
      isStale = false
      const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
      if (!answer.ok) return location.reload()
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
      for (const part of document.querySelectorAll('[data-part]')) replace(part, fresh.getElementById(part.id))
    }
  } catch {
    // Whoever serves the page is gone: the line at the top says so.
  } finally {
    isLooking = false
  }
}

function replace(part: Element, by: Element | null): void {
  if (!by || part.innerHTML === by.innerHTML) return
  const focused = part.contains(document.activeElement) ? document.activeElement : null
  const place = focused && placeOf(part, focused)
  part.replaceChildren(...by.childNodes)
  if (!place) return
  const again = part.querySelector<HTMLElement>(place)
  // What was pressed is gone while its work is done: the row has the cursor, so that Tab goes on from there.
  const next = again ?? part.querySelector<HTMLElement>('a[href], button')
  next?.focus({ preventScroll: true })
}

/** How to find an element again in a part that was drawn anew. */
function placeOf(part: Element, element: Element): string {
  const name = element.getAttribute('name')
  const own = name
    ? `[name="${CSS.escape(name)}"][value="${CSS.escape(element.getAttribute('value') ?? '')}"]`
    : `a[href="${CSS.escape(element.getAttribute('href') ?? '')}"]`
  const row = element.closest('tr[id]')
  if (!row || !part.contains(row)) return own
  return `#${CSS.escape(row.id)} ${own}, #${CSS.escape(row.id)} a`
}

function hear({ lines, said, stamp: now }: News): void {
  for (const [key, line] of lines) {
    for (const element of document.querySelectorAll(`[data-line="${CSS.escape(key)}"]`)) {
      if (element.textContent !== line) element.textContent = line
    }
  }
  const status = document.querySelector('[data-said]')
  if (status && said.length > 0) status.textContent = said.join('. ')
  if (stamp !== now && (stamp !== undefined || document.querySelector('[data-line]') || lines.length > 0)) void look()
  stamp = now
}

function listen(): void {
  const pulse = document.querySelector<HTMLElement>('[data-pulse]')
  const show = (text: string) => {
    if (!pulse) return
    pulse.hidden = false
    pulse.textContent = text
  }
  const events = new EventSource('/events')
  events.addEventListener('open', () => show('live'))
  events.addEventListener('message', ({ data }) => hear(JSON.parse(String(data)) as News))
  events.addEventListener('error', () => {
    show('not reached; trying again')
    // A refusal is for ever, and the token may be another now.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 5000)
  })
  addEventListener('pagehide', () => events.close())
}

/** How long each job takes, while it does. */
function tick(): void {
  for (const cell of document.querySelectorAll<HTMLElement>('[data-since]')) {
    const seconds = Math.max(0, (Date.now() - Number(cell.dataset['since'])) / 1000)
    cell.textContent =
      seconds < 60
        ? `${seconds.toFixed(1)}s`
        : `${Math.floor(seconds / 60)}m${String(Math.floor(seconds % 60)).padStart(2, '0')}s`
  }
}

if (document.querySelector('[data-live]')) {
  listen()
  setInterval(tick, 500)
}
