import { createServer, request as send, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Tampering {
  /** Whether this request is never answered, and never reaches who would answer it. */
  readonly hangs?: (action: string, body: string) => boolean
  /** What is answered instead. */
  readonly answer?: (action: string, text: string) => string | Promise<string>
}

/** An endpoint between a client and the sandbox that answers what no sandbox answers. */
export async function startTamperingProxy(sandboxEndpoint: string, { hangs, answer }: Tampering) {
  const { hostname, port } = new URL(sandboxEndpoint)
  const server = createServer((incoming, outgoing) => {
    void readWhole(incoming).then((body) => {
      const action = /(?:^|&)Action=(\w+)/.exec(body)?.[1] ?? ''
      if (hangs?.(action, body) === true) return
      const { method, url: path, headers } = incoming
      const passed = send({ hostname, port, method, path, headers })
      passed.on('error', () => incoming.socket.destroy())
      passed.on('response', (response) => {
        void readWhole(response).then(async (text) => {
          const { 'content-length': _length, 'transfer-encoding': _encoding, ...others } = response.headers
          outgoing.writeHead(response.statusCode ?? 502, others).end((await answer?.(action, text)) ?? text)
        })
      })
      passed.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function readWhole(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
