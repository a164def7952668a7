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
      const began = performance.now()
      const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
      if (!answer.ok) return location.reload()
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
      for (const part of document.querySelectorAll('[data-part]')) replace(part, fresh.getElementById(part.id))
      // Of a large fleet, of which much is under way, whoever looks on leaves time for the work.
      await new Promise((resolve) => setTimeout(resolve, 4 * (performance.now() - began)))
    }
  } catch {
    // Whoever serves the page is gone: the line at the top says so.
  } finally {
    isLooking = false
  }
}

function replace(part: Element, by: Element | null): void {
  if (!by) return
  const focused = part.contains(document.activeElement) ? document.activeElement : null
  const place = focused && placeOf(part, focused)
  become(part, by)
  if (!place || focused.isConnected) return
  const again = part.querySelector<HTMLElement>(place)
  // What was pressed is gone while its work is done: the row has the cursor, so that Tab goes on from there.
  const next = again ?? part.querySelector<HTMLElement>('a[href], button')
  next?.focus({ preventScroll: true })
}

/** Makes an element what another one is. What is alike in both stays: with the focus in it, what is marked, how far it was scrolled. */
function become(old: Element, by: Element): void {
  if (old.isEqualNode(by)) return
  for (const name of old.getAttributeNames()) if (!by.hasAttribute(name)) old.removeAttribute(name)
  for (const { name, value } of by.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  const [parts, others] = [[...old.childNodes], [...by.childNodes]]
  const isAlike = parts.length === others.length && parts.every((part, index) => kindOf(part) === kindOf(others[index]))
  if (!isAlike) return old.replaceChildren(...others)
  parts.forEach((part, index) => {
    const other = others[index]
    if (part instanceof Element) become(part, other as Element)
    else if (other && part.nodeValue !== other.nodeValue) part.nodeValue = other.nodeValue
  })
}

/** What of an element is never changed under whoever is at it: a button of one stack does not become another's. */
function kindOf(node: Node | undefined): string | undefined {
  if (!(node instanceof Element)) return node?.nodeName
  return [node.nodeName, ...['id', 'href', 'name', 'value'].map((name) => node.getAttribute(name))].join('\n')
}

/** How to find an element again in a part that was drawn anew. */
function placeOf(part: Element, element: Element): string {
  const name = element.getAttribute('name')
  const href = element.getAttribute('href')
  const own = name
    ? `[name="${CSS.escape(name)}"][value="${CSS.escape(element.getAttribute('value') ?? '')}"]`
    : href
      ? `a[href="${CSS.escape(href)}"]`
      : `[aria-label="${CSS.escape(element.getAttribute('aria-label') ?? '')}"]`
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

/** The last job of which this tab was told: one that ends while the next page is loaded is told there. */
const heard = {
  get last(): string | undefined {
    try {
      return sessionStorage.getItem('evenkeel-heard') ?? undefined
    } catch {
      return undefined
    }
  },
  set last(number: string) {
    try {
      sessionStorage.setItem('evenkeel-heard', number)
    } catch {
      // A browser that keeps nothing: then it is as it was.
    }
  },
}

let events: EventSource | undefined

/** One page of many that are open listens: a browser has six connections to a place, and no page would load any more. */
function listen(): void {
  if (events || document.hidden) return
  const pulse = document.querySelector<HTMLElement>('[data-pulse]')
  const show = (text: string) => {
    if (!pulse) return
    pulse.hidden = false
    pulse.textContent = text
  }
  const source = new EventSource(heard.last === undefined ? '/events' : `/events?heard=${heard.last}`)
  source.addEventListener('open', () => show('live'))
  source.addEventListener('message', ({ data, lastEventId }) => {
    hear(JSON.parse(String(data)) as News)
    heard.last = lastEventId
  })
  source.addEventListener('error', () => {
    show('not reached; trying again')
    if (source.readyState !== EventSource.CLOSED) return
    // A refusal is for ever: the token is another now, which the page tells, or too many listen, and it is looked at meanwhile.
    events = undefined
    void look()
    setTimeout(listen, 5000)
  })
  events = source
}

function leave(): void {
  events?.close()
  events = undefined
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
  document.addEventListener('visibilitychange', () => (document.hidden ? leave() : listen()))
  addEventListener('pagehide', leave)
  // Also after the way back.
  addEventListener('pageshow', listen)
  setInterval(tick, 500)
}
