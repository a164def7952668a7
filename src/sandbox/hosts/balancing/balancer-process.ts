import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { BalancerListener, BalancerTarget, Probe, ProbeResult } from '../host-backend.js'

/** What the daemon tells the balancers' process; every message is answered by `{ done: id }`, a probe with its result. */
export type BalancerRequest = { readonly id: number } & (
  | { readonly kind: 'balance'; readonly listeners: readonly BalancerListener[] }
  | { readonly kind: 'probe'; readonly probe: Probe }
)

/**
 * The body of the process that is the load balancers. It is written out as text and run by plain Node in the switch's network
 * namespace, as the relay is; so it names nothing outside itself but types, its argument and globals.
 *
 * HTTP goes on request by request, as an application load balancer sends it; TCP connection by connection. What it answers by
 * itself is in ELB's words: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
 */
export function balancerProcess(node: {
  readonly net: typeof import('node:net')
  readonly http: typeof import('node:http')
  readonly crypto: typeof import('node:crypto')
  readonly process: NodeJS.Process
}): void {
  /** ELB's; a target that does not take the connection by then is as good as gone. */
  const connectWithinMs = 10_000
  const cookieName = 'AWSALB'

  interface Door {
    spec: BalancerListener
    readonly server: Server | HttpServer
    /** Which target is next. */
    turn: number
    /** What goes on with each target, by its id: how to cut it. */
    readonly going: Map<string, Set<() => void>>
  }

  const doors = new Map<string, Door>()

  node.process.on('message', (request: BalancerRequest) => {
    const work = request.kind === 'probe' ? ask(request.probe) : balance(request.listeners)
    void work.then(
      (result) => node.process.send?.({ done: request.id, result }),
      (error: unknown) => node.process.send?.({ done: request.id, error: String(error) }),
    )
  })
  node.process.on('disconnect', () => node.process.exit(0))

  async function balance(listeners: readonly BalancerListener[]): Promise<void> {
    const wanted = new Map(listeners.map((spec) => [`${spec.protocol} ${spec.address} ${spec.port}`, spec]))
    for (const [key, door] of doors) if (!wanted.has(key)) await shut(key, door)
    for (const [key, spec] of wanted) {
      const door = doors.get(key)
      if (door === undefined) await open(key, spec)
      else {
        door.spec = spec
        const kept = new Set([...spec.targets, ...spec.draining].map(({ id }) => id))
        for (const [id, cuts] of door.going) if (!kept.has(id) && cuts.size > 0) for (const cut of cuts) cut()
      }
    }
  }

  function open(key: string, spec: BalancerListener): Promise<void> {
    const door: Door = {
      spec,
      turn: 0,
      going: new Map(),
      server: spec.protocol === 'TCP' ? node.net.createServer({ allowHalfOpen: true }) : node.http.createServer(),
    }
    if (spec.protocol === 'TCP') door.server.on('connection', (client: Socket) => passOn(door, client))
    else serveHttp(door, door.server as HttpServer)
    return new Promise((resolve, reject) => {
      door.server.once('error', reject)
      door.server.listen({ host: spec.address, port: spec.port, backlog: 512 }, () => {
        door.server.removeListener('error', reject)
        doors.set(key, door)
        resolve()
      })
    })
  }

  /** What goes on is cut: the balancer, or its listener, is gone. */
  async function shut(key: string, door: Door): Promise<void> {
    doors.delete(key)
    const closed = new Promise<void>((resolve) => door.server.close(() => resolve()))
    for (const cuts of door.going.values()) for (const cut of cuts) cut()
    if ('closeAllConnections' in door.server) door.server.closeAllConnections()
    await closed
  }

  /** Round robin; `preferred` stays where it is as long as that is there. */
  function choose(door: Door, preferred?: string): BalancerTarget | undefined {
    const { targets } = door.spec
    const same = targets.find(({ id }) => tokenOf(id) === preferred)
    if (same !== undefined) return same
    door.turn += 1
    return targets[door.turn % Math.max(1, targets.length)]
  }

  function tokenOf(targetId: string): string {
    return node.crypto.createHash('sha256').update(targetId).digest('base64url')
  }

  /** Notes that something goes on with a target; returns how to note that it is over. */
  function begin(door: Door, target: BalancerTarget, cut: () => void): () => void {
    const cuts = door.going.get(target.id) ?? new Set()
    door.going.set(target.id, cuts)
    cuts.add(cut)
    return () => {
      cuts.delete(cut)
      if (cuts.size === 0) door.going.delete(target.id)
    }
  }

  function passOn(door: Door, client: Socket): void {
    client.setNoDelay(true)
    client.on('error', () => client.destroy())
    const from = client.remoteAddress ?? ''
    const { targets, stickySeconds } = door.spec
    const place = node.crypto.createHash('sha256').update(from).digest().readUInt32BE()
    const target = stickySeconds === undefined ? choose(door) : targets[place % Math.max(1, targets.length)]
    if (target === undefined) return void client.resetAndDestroy()
    const server = connectTo(door, target)
    const over = begin(door, target, () => {
      client.resetAndDestroy()
      server.destroy()
    })
    server.on('connect', () => {
      server.setTimeout(0)
      client.pipe(server)
      server.pipe(client)
    })
    server.on('timeout', () => server.destroy(new Error('the target did not answer')))
    server.on('error', () => client.resetAndDestroy())
    client.on('close', () => server.destroy())
    server.on('close', () => {
      over()
      client.destroySoon()
    })
  }

  function connectTo({ spec }: Door, { address, port }: BalancerTarget): Socket {
    const socket = node.net.connect({ host: address, port, localAddress: spec.address, allowHalfOpen: true })
    socket.setNoDelay(true)
    socket.setTimeout(connectWithinMs)
    return socket
  }

  function serveHttp(door: Door, server: HttpServer): void {
    server.keepAliveTimeout = door.spec.idleTimeoutMs
    server.requestTimeout = 0
    server.on('request', (request, response) => forward(door, request, response))
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      upgrade(door, request, socket, head),
    )
    server.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end(`HTTP/1.1 400 Bad Request\r\nServer: awselb/2.0\r\n${plain('400 Bad Request')}`)
    })
  }

  /** One request: to a target, and its answer back. */
  function forward(door: Door, request: IncomingMessage, response: ServerResponse): void {
    const target = choose(door, cookieOf(request))
    if (target === undefined) return refuse(response, 503, 'Service Temporarily Unavailable')
    const outgoing = node.http.request({
      host: target.address,
      port: target.port,
      localAddress: door.spec.address,
      agent: false,
      setHost: false,
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: onward(door, request),
    })
    let isLate = false
    const over = begin(door, target, () => outgoing.destroy(new Error('the target has left')))
    const late = () => {
      isLate = true
      outgoing.destroy(new Error('the target did not answer in time'))
    }
    outgoing.on('socket', (socket) => {
      const timer = setTimeout(late, connectWithinMs)
      socket.once('connect', () => {
        clearTimeout(timer)
        outgoing.setTimeout(door.spec.idleTimeoutMs, late)
      })
      socket.once('close', () => clearTimeout(timer))
    })
    outgoing.on('response', (answer) => {
      const headers = endToEnd(answer.rawHeaders)
      if (door.spec.stickySeconds !== undefined) headers.push(...stickyHeader(target, door.spec.stickySeconds))
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', headers)
      answer.on('error', () => response.destroy())
      answer.on('aborted', () => response.destroy())
      answer.pipe(response)
    })
    outgoing.on('error', () => {
      if (response.headersSent) response.destroy()
      else if (isLate) refuse(response, 504, 'Gateway Time-out')
      else refuse(response, 502, 'Bad Gateway')
    })
    outgoing.on('close', over)
    response.on('close', () => outgoing.destroy())
    request.on('error', () => outgoing.destroy())
    request.pipe(outgoing)
  }

  function upgrade(door: Door, request: IncomingMessage, client: Duplex, head: Buffer): void {
    client.on('error', () => client.destroy())
    const target = choose(door, cookieOf(request))
    if (target === undefined) {
      client.end(
        `HTTP/1.1 503 Service Temporarily Unavailable\r\nServer: awselb/2.0\r\n${plain('503 Service Temporarily Unavailable')}`,
      )
      return
    }
    const server = connectTo(door, target)
    const over = begin(door, target, () => {
      client.destroy()
      server.destroy()
    })
    server.on('connect', () => {
      server.setTimeout(door.spec.idleTimeoutMs)
      const headers = onward(door, request)
      const lines = [`${request.method} ${request.url} HTTP/1.1`]
      for (let at = 0; at < headers.length; at += 2) lines.push(`${headers[at]}: ${headers[at + 1]}`)
      lines.push('Connection: Upgrade', `Upgrade: ${request.headers.upgrade ?? ''}`, '', '')
      server.write(lines.join('\r\n'))
      server.write(head)
      client.pipe(server)
      server.pipe(client)
    })
    server.on('timeout', () => server.destroy())
    server.on('error', () => client.destroy())
    client.on('close', () => server.destroy())
    server.on('close', () => {
      over()
      client.end()
    })
  }

  /** The client's headers without those that are for this hop, and with what says where it came from. */
  function onward({ spec }: Door, request: IncomingMessage): string[] {
    const came = request.socket.remoteAddress ?? ''
    const added: Record<string, string> = {
      'x-forwarded-for': [request.headers['x-forwarded-for'], came].filter(Boolean).join(', '),
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(spec.port),
    }
    const headers = endToEnd(request.rawHeaders).filter(
      (_text, index, all) => !(String(all[index - (index % 2)]).toLowerCase() in added),
    )
    for (const [name, value] of Object.entries(added)) headers.push(name, value)
    if (request.headers['x-amzn-trace-id'] === undefined) {
      const seconds = Math.floor(Date.now() / 1000).toString(16)
      headers.push('X-Amzn-Trace-Id', `Root=1-${seconds}-${node.crypto.randomBytes(12).toString('hex')}`)
    }
    return headers
  }

  function endToEnd(raw: readonly string[]): string[] {
    const ofHop = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade']
    return raw.filter((_text, index) => !ofHop.includes(String(raw[index - (index % 2)]).toLowerCase()))
  }

  function cookieOf({ headers }: IncomingMessage): string | undefined {
    const cookie = (headers.cookie ?? '').split(/; */).find((one) => one.startsWith(`${cookieName}=`))
    return cookie?.slice(cookieName.length + 1)
  }

  function stickyHeader(target: BalancerTarget, seconds: number): string[] {
    const expires = new Date(Date.now() + seconds * 1000).toUTCString()
    return ['Set-Cookie', `${cookieName}=${tokenOf(target.id)}; Expires=${expires}; Path=/`]
  }

  function refuse(response: ServerResponse, status: number, words: string): void {
    const body = page(`${status} ${words}`)
    response.writeHead(status, words, {
      Server: 'awselb/2.0',
      'Content-Type': 'text/html',
      'Content-Length': Buffer.byteLength(body),
    })
    response.end(body)
  }

  function plain(words: string): string {
    const body = page(words)
    return `Content-Type: text/html\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  }

  function page(words: string): string {
    return `<html>\r\n<head><title>${words}</title></head>\r\n<body>\r\n<center><h1>${words}</h1></center>\r\n</body>\r\n</html>\r\n`
  }

  function ask(probe: Probe): Promise<ProbeResult> {
    const { from, address, port, protocol, path, timeoutMs } = probe
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish({ kind: 'timed-out' }), timeoutMs)
      let end = () => {}
      function finish(result: ProbeResult): void {
        clearTimeout(timer)
        resolve(result)
        end()
      }
      if (protocol === 'TCP') {
        const socket = node.net.connect({ host: address, port, localAddress: from })
        end = () => socket.destroy()
        socket.on('connect', () => finish({ kind: 'connected' }))
        socket.on('error', () => finish({ kind: 'failed' }))
        return
      }
      const request = node.http.get(
        {
          host: address,
          port,
          localAddress: from,
          path,
          agent: false,
          headers: { Host: `${address}:${port}`, 'User-Agent': 'ELB-HealthChecker/2.0', Accept: '*/*' },
        },
        (response) => finish({ kind: 'answered', status: response.statusCode ?? 0 }),
      )
      end = () => request.destroy()
      request.on('error', () => finish({ kind: 'failed' }))
    })
  }

  node.process.send?.({ done: 0 })
}
