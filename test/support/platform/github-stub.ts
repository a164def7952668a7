import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A comment, an issue or a pull request, as GitHub's REST API shows them, without what nobody here reads. */
export interface Post {
  readonly id: number
  readonly number: number
  readonly user: { readonly login: string }
  title?: string
  body: string
  state: 'open' | 'closed'
  state_reason?: string
  readonly pull_request?: object
}

export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly body: Readonly<Record<string, unknown>>
}

/** An answer in place of the next one: GitHub's own at a limit, or when it is down. */
export interface Refusal {
  /** Left out: the next one of any. */
  readonly method?: string
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Whether the request is carried out all the same, as when an answer is lost on its way. */
  readonly isCarriedOut?: boolean
}

export const bot = 'github-actions[bot]'

/**
 * The platform's API for one repository, `acme/site` with pull request 7, on loopback: it answers as GitHub documents (pages of
 * `per_page` with `link`, 201 for what is new, 403 for a token that may not write), and keeps what it was asked. The one thing in tests that is
 * acted, since nobody can run GitHub here.
 */
export class GitHubStub {
  readonly requests: RecordedRequest[] = []
  readonly comments: Post[] = []
  readonly issues: Post[] = []
  /** Of a pull request from a fork: the token reads alone. */
  isReadOnly = false
  readonly refusals: Refusal[] = []
  #nextId = 1000
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  static async start(): Promise<GitHubStub> {
    const stub = new GitHubStub()
    await new Promise<void>((resolve) => stub.#server.listen(0, '127.0.0.1', resolve))
    return stub
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** Puts something there that somebody wrote before. */
  post(
    place: 'comments' | 'issues',
    { login = bot, ...given }: { login?: string; body: string; isPull?: boolean },
  ): Post {
    const id = (this.#nextId += 1)
    const post: Post = {
      id,
      number: id,
      user: { login },
      body: given.body,
      state: 'open',
      ...(given.isPull && { pull_request: {} }),
    }
    this[place].push(post)
    return post
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
    const { method = '', url = '' } = request
    this.requests.push({ method, path: url, authorization: request.headers.authorization, body })

    const [next] = this.refusals
    const refusal = next && (next.method ?? method) === method ? this.refusals.shift() : undefined
    const { status, value, headers } =
      refusal && refusal.isCarriedOut !== true ? nothing : this.#carryOut(method, new URL(url, this.url), body)
    if (refusal) send(response, refusal.status, { message: 'not now' }, refusal.headers)
    else send(response, status, value, headers)
  }

  #carryOut(method: string, { pathname, searchParams }: URL, body: Record<string, unknown>): Answer {
    const path = /^\/repos\/acme\/site(\/.*)$/.exec(pathname)?.[1]
    const list = path === '/issues/7/comments' ? this.comments : path === '/issues' ? this.issues : undefined
    if (method !== 'GET' && this.isReadOnly)
      return { status: 403, value: { message: 'Resource not accessible by integration' } }
    if (list && method === 'GET')
      return this.#page(
        list.filter(({ state }) => state === 'open'),
        searchParams,
        pathname,
      )
    if (list && method === 'POST') {
      if (String(body['body']).length > 65_536) return { status: 422, value: { message: 'body is too long' } }
      const post = this.post(list === this.comments ? 'comments' : 'issues', { body: String(body['body']) })
      return { status: 201, value: Object.assign(post, body) }
    }
    const id = Number(/\d+$/.exec(path ?? '')?.[0])
    const among = path?.startsWith('/issues/comments/') ? this.comments : this.issues
    const post = among.find((one) => one.id === id)
    if (!post || method !== 'PATCH') return { status: 404, value: { message: 'Not Found' } }
    return { status: 200, value: Object.assign(post, body) }
  }

  /** GitHub docs, "Using pagination in the REST API". */
  #page(all: readonly Post[], search: URLSearchParams, pathname: string): Answer {
    const size = Number(search.get('per_page') ?? 30)
    const page = Number(search.get('page') ?? 1)
    const next = `<${this.url}${pathname}?per_page=${size}&page=${page + 1}>; rel="next"`
    return {
      status: 200,
      value: all.slice((page - 1) * size, page * size),
      headers: all.length > page * size ? { link: next } : {},
    }
  }
}

interface Answer {
  readonly status: number
  readonly value: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const nothing: Answer = { status: 204, value: null }

function send(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(JSON.stringify(value))
}
