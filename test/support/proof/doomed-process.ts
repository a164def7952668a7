import { Agent, createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ProcessClock, VirtualClock } from './virtual-clock.js'

/**
 * How a process ends at a request: `before` it is sent; `sent`, on its way, so that it is carried out while nobody waits any
 * more; `lost`, carried out, and nobody there to take the answer.
 */
export const deaths = ['before', 'sent', 'lost'] as const
export type Death = (typeof deaths)[number]

export interface Doom {
  /** The request at which it ends, counted from 1. */
  readonly request: number
  readonly how: Death
}

/**
 * A process as far as EC2 can tell: whatever it sends goes through an endpoint of its own, and it sleeps on a clock of its
 * own. Once it is dead nothing of it is sent, nothing is answered and nothing wakes, as after SIGKILL.
 */
export interface DoomedProcess {
  readonly endpoint: string
  readonly clock: ProcessClock
  /** `Action` of each request that it has sent, the first first. */
  readonly requests: readonly string[]
  /** Resolves in the moment of its death. */
  readonly died: Promise<void>
  readonly isDead: boolean
  kill(): void
  /** As SIGSTOP, or a laptop that is closed: nothing leaves it, nothing reaches it, nothing wakes. */
  pause(): void
  resume(): void
  close(): Promise<void>
}

export interface ProcessOptions {
  readonly clock: VirtualClock
  /** The sandbox's. */
  readonly endpoint: string
  readonly doom?: Doom | undefined
  /** Called for each request before it is sent, with its number. */
  readonly onRequest?: (action: string, number: number) => void
  /** Called for each request when EC2 has answered, before the process hears of it. */
  readonly onAnswer?: (action: string) => void
}

/** Starts what a process needs; it is given the endpoint and the clock. */
export async function startProcess({
  clock,
  endpoint,
  doom,
  onRequest,
  onAnswer,
}: ProcessOptions): Promise<DoomedProcess> {
  const own = clock.forProcess()
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const { hostname, port } = new URL(endpoint)
  const requests: string[] = []
  let isDead = false
  let markDead = () => {}
  const died = new Promise<void>((resolve) => {
    markDead = resolve
  })
  let awake = Promise.resolve()
  let wake = () => {}

  const kill = () => {
    if (isDead) return
    isDead = true
    own.end()
    markDead()
  }

  async function pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    clock.stir()
    const body = await readWhole(incoming)
    await awake
    if (isDead) return
    const action = actionOf(incoming, body)
    requests.push(action)
    const number = requests.length
    onRequest?.(action, number)
    const how = doom?.request === number ? doom.how : undefined
    if (how === 'before') kill()
    if (isDead) return
    const { method, url: path, headers } = incoming
    const outgoing = send({ agent, hostname, port, method, path, headers })
    outgoing.on('error', () => {
      if (how === 'lost') kill()
      incoming.socket.destroy()
    })
    outgoing.on('response', (response) => {
      void readWhole(response).then(async (text) => {
        clock.stir()
        onAnswer?.(action)
        if (how === 'lost') kill()
        await awake
        if (isDead) return
        answer.writeHead(response.statusCode ?? 502, response.headers).end(text)
      })
    })
    outgoing.end(body)
    if (how === 'sent') kill()
  }

  const server = createServer({ noDelay: true, keepAliveTimeout: 600_000 }, (incoming, answer) => {
    pass(incoming, answer).catch(() => incoming.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clock: own,
    requests,
    died,
    get isDead() {
      return isDead
    },
    kill,
    pause() {
      own.pause()
      awake = new Promise((resolve) => {
        wake = resolve
      })
    },
    resume() {
      wake()
      own.resume()
    },
    close() {
      kill()
      wake()
      agent.destroy()
      return new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

async function readWhole(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** EC2's and STS's action, the operation of a JSON service, or the path of anything else. */
function actionOf({ headers, url }: IncomingMessage, body: Buffer): string {
  const target = headers['x-amz-target']
  return /(?:^|&)Action=(\w+)/.exec(body.toString('latin1'))?.[1] ?? (typeof target === 'string' ? target : (url ?? ''))
}
