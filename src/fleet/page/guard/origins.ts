import { UsageError } from '../../../core/errors.js'

/** By which names the page is reached, and how. */
export interface Origins {
  /** Whether a `Host` header names this page: a name that somebody has let point here does not. */
  isHost(host: string | undefined): boolean
  /** Whether an `Origin` header names this page. */
  isOrigin(origin: string | undefined): boolean
  /** Cookies are for https alone: it is reached in no other way but by this machine. */
  isSecure(host: string | undefined): boolean
}

/** The page where it listens on this machine, and by what `--origin` says. */
export function originsOf({ host, port, isLoopback }: ListenAddress, given: readonly URL[]): Origins {
  const names = ['127.0.0.1', 'localhost', '[::1]', ...(isLoopback && !host.includes(':') ? [host] : [])]
  const own = names.map((name) => new URL(`http://${name}:${port}`))
  const all = [...own, ...given]
  const hosts = new Set(all.map(({ host }) => host))
  const origins = new Set(all.map(({ origin }) => origin))
  return {
    isHost: (host) => host !== undefined && hosts.has(host.toLowerCase()),
    isOrigin: (origin) => origin !== undefined && origins.has(origin),
    isSecure: (host) => given.some((url) => url.protocol === 'https:' && url.host === host?.toLowerCase()),
  }
}

/** What `--origin` says. Throws a UsageError for what is none. */
export function originOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isOrigin =
    url !== undefined && /^https?:$/.test(url.protocol) && [url.origin, `${url.origin}/`].includes(text.toLowerCase())
  if (isOrigin) return url
  throw new UsageError('USAGE', `--origin ${text} is no origin`, { hint: 'as in https://fleet.example.com' })
}

/** Where to listen. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
  readonly isLoopback: boolean
}

/** What `--listen` says: `127.0.0.1:4664`, `[::1]:4664`, `localhost:4664`. Throws a UsageError for what is no address. */
export function listenAddressOf(text: string): ListenAddress {
  const found = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text)
  const host = found?.[1] ?? found?.[2]
  const port = Number(found?.[3])
  if (host === undefined || port > 65_535) {
    throw new UsageError('USAGE', `--listen ${text} is no address`, { hint: 'as in 127.0.0.1:4664, or [::1]:4664' })
  }
  return { host, port, isLoopback: /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/i.test(host) }
}

/** As it stands in a URL. */
export function shownAddress({ host, port }: Pick<ListenAddress, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
