import type { Server, Socket } from 'node:net'
import type { NameRecords, nameService } from './name-service.js'
import type { Disturbance, HostMetadata } from '../host-backend.js'

/** What the daemon tells the relay; every message is answered by `{ done: id }`. */
export type RelayRequest = { readonly id: number } & (
  | { readonly kind: 'expose'; readonly key: string; readonly address: string; readonly port: number }
  | { readonly kind: 'withdraw'; readonly key: string; readonly cut: boolean }
  | { readonly kind: 'describe'; readonly address: string; readonly metadata: HostMetadata }
  | { readonly kind: 'forget'; readonly address: string }
  | { readonly kind: 'learn'; readonly records: NameRecords }
  | { readonly kind: 'disturb'; readonly disturbance: Disturbance }
)

/**
 * The body of the relay process. It is written out as text and run by plain Node in the switch's network namespace,
 * from the sources as from the build; so it names nothing outside itself but types, its argument and globals.
 *
 * It does three things there. A socket stays in the namespace in which it was made: the daemon makes the listeners for
 * 127.B.H.L in the machine's own, hands them over, and what they accept is dialled from here, as 203.0.113.1. And it
 * answers the hosts as instance metadata service, each host with what was said of its own address:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html. And it is their name service
 * (name-service.ts).
 */
export function relayProcess(node: {
  readonly net: typeof import('node:net')
  readonly http: typeof import('node:http')
  readonly crypto: typeof import('node:crypto')
  readonly process: NodeJS.Process
  readonly names: ReturnType<typeof nameService>
}): void {
  const exposed = new Map<string, { readonly server: Server; readonly connections: Set<Socket> }>()
  const descriptions = new Map<string, HostMetadata>()
  const tokens = new Map<string, { readonly address: string; readonly expiresAt: number }>()

  let disturbance: Disturbance = { seed: 0 }
  /** SSH connections since the disturbance was told. */
  let disturbed = 0
  const noTrouble: { readonly [name in 'delayMs' | 'dropAfterMs' | 'hangAfterMs']: number | undefined } = {
    delayMs: undefined,
    dropAfterMs: undefined,
    hangAfterMs: undefined,
  }

  node.process.on('message', (request: RelayRequest, server: Server | undefined) => {
    if (request.kind === 'expose' && server !== undefined) {
      exposed.get(request.key)?.server.close()
      const connections = new Set<Socket>()
      exposed.set(request.key, { server, connections })
      server.on('connection', (outside) => {
        connections.add(outside)
        outside.on('close', () => connections.delete(outside))
        connect(outside, request.address, request.port)
      })
    } else if (request.kind === 'withdraw') {
      const door = exposed.get(request.key)
      door?.server.close()
      if (request.cut) for (const outside of door?.connections ?? []) outside.destroy()
      exposed.delete(request.key)
    } else if (request.kind === 'describe') {
      descriptions.set(request.address, request.metadata)
    } else if (request.kind === 'forget') {
      descriptions.delete(request.address)
    } else if (request.kind === 'learn') {
      node.names.learn(request.records)
    } else if (request.kind === 'disturb') {
      disturbance = request.disturbance
      disturbed = 0
    }
    node.process.send?.({ done: request.id })
  })
  node.process.on('disconnect', () => node.process.exit(0))

  function connect(outside: Socket, host: string, port: number): void {
    const inside = node.net.connect({ host, port, localAddress: '203.0.113.1' })
    inside.setNoDelay(true)
    outside.setNoDelay(true)
    const { delayMs, dropAfterMs, hangAfterMs } = port === 22 ? nextTrouble() : noTrouble
    if (delayMs === undefined) {
      outside.pipe(inside)
      inside.pipe(outside)
    } else {
      passSlowly(outside, inside, delayMs)
      passSlowly(inside, outside, delayMs)
    }
    if (dropAfterMs !== undefined) setTimeout(() => outside.destroy(), dropAfterMs)
    if (hangAfterMs !== undefined) {
      setTimeout(() => {
        outside.unpipe(inside).pause()
        inside.unpipe(outside).pause()
      }, hangAfterMs)
    }
    for (const [socket, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      socket.on('error', () => other.destroy())
      socket.on('close', () => other.destroy())
    }
  }

  /** What happens to the next connection; what it is depends on the seed and on how many there were before. */
  function nextTrouble(): typeof noTrouble {
    const { seed, slow, dropped, hanging } = disturbance
    disturbed += 1
    const number = (what: string) =>
      node.crypto.createHash('sha256').update(`${seed} ${what} ${disturbed}`).digest().readUInt32BE() / 2 ** 32
    const after = (what: string, chance: { readonly probability: number; readonly withinMs: number } | undefined) =>
      chance && number(what) < chance.probability ? number(`${what} when`) * chance.withinMs : undefined
    return {
      delayMs: slow && number('slow') < slow.probability ? slow.delayMs : undefined,
      dropAfterMs: after('dropped', dropped),
      hangAfterMs: after('hanging', hanging),
    }
  }

  /** One piece after the other, each late. */
  function passSlowly(from: Socket, to: Socket, delayMs: number): void {
    from.on('data', (piece) => {
      from.pause()
      setTimeout(() => {
        to.write(piece)
        from.resume()
      }, delayMs)
    })
    from.on('end', () => setTimeout(() => to.end(), delayMs))
  }

  const metadataServer = node.http.createServer((request, response) => {
    const address = request.socket.remoteAddress ?? ''
    const answer = (status: number, text: string) => {
      response.writeHead(status, {
        'Content-Type': 'text/plain',
        'Content-Length': Buffer.byteLength(text),
        Server: 'EC2ws',
      })
      response.end(text)
    }
    request.resume()
    const metadata = descriptions.get(address)
    const path = (request.url ?? '/').split('?')[0]?.replace(/\/+/g, '/') ?? '/'
    if (metadata === undefined) return answer(404, 'Not Found')
    if (metadata.access === 'nobody') return answer(403, 'Forbidden')
    if (request.method === 'PUT') {
      const seconds = Number(request.headers['x-aws-ec2-metadata-token-ttl-seconds'])
      if (path !== '/latest/api/token') return answer(405, 'Method Not Allowed')
      if (request.headers['x-forwarded-for'] !== undefined) return answer(403, 'Forbidden')
      if (!Number.isInteger(seconds) || seconds < 1 || seconds > 21_600) return answer(400, 'Bad Request')
      const token = node.crypto.randomBytes(42).toString('base64')
      tokens.set(token, { address, expiresAt: Date.now() + seconds * 1000 })
      response.setHeader('X-Aws-Ec2-Metadata-Token-Ttl-Seconds', String(seconds))
      return answer(200, token)
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'Method Not Allowed')
    const credential = request.headers['x-aws-ec2-metadata-token']
    const token = tokens.get(String(credential ?? ''))
    const isGood = token !== undefined && token.address === address && token.expiresAt >= Date.now()
    // A token that is sent is checked also where none is needed.
    if (!isGood && (credential !== undefined || metadata.access === 'token')) return answer(401, 'Unauthorized')
    const text = lookUp(metadata.values, path)
    return text === undefined ? answer(404, 'Not Found') : answer(200, text)
  })
  metadataServer.listen(
    80,
    '169.254.169.254',
    () => void node.names.listen().then(() => node.process.send?.({ done: 0 })),
  )

  /** A leaf's text, or the names below a directory, those that are directories themselves with a slash. */
  function lookUp(metadata: Readonly<Record<string, string>>, path: string): string | undefined {
    const match = /^\/(?:latest|\d{4}-\d{2}-\d{2})(?:\/(.*?))?\/?$/.exec(path)
    if (match === null) return path === '/' ? 'latest' : undefined
    const wanted = match[1] ?? ''
    const leaf = Object.hasOwn(metadata, wanted) ? metadata[wanted] : undefined
    if (leaf !== undefined) return leaf
    const prefix = wanted === '' ? '' : `${wanted}/`
    const names = new Set<string>()
    for (const key of Object.keys(metadata)) {
      if (!key.startsWith(prefix)) continue
      const rest = key.slice(prefix.length)
      const slash = rest.indexOf('/')
      names.add(slash === -1 || wanted === '' ? (rest.split('/')[0] ?? rest) : rest.slice(0, slash + 1))
    }
    return names.size === 0 ? undefined : [...names].sort().join('\n')
  }
}
