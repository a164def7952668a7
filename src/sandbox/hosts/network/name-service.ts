/** What the relay's name service goes by. */
export interface NameRecords {
  /** Lower-case name -> address, or several. */
  readonly names: Readonly<Record<string, string | readonly string[]>>
  /** Who is asked for the rest; without one, nobody is. */
  readonly upstream?: string
}

/**
 * The name service of the hosts, at the address that EC2 gives its own (169.254.169.253), run by the relay process as text: it names
 * nothing outside itself but types, its argument and globals. It knows the hosts of now, forwards and backwards; other names
 * of `internal` do not exist, and the rest is asked for elsewhere. RFC 1035; UDP and TCP.
 * https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
 */
export function nameService(node: {
  readonly net: typeof import('node:net')
  readonly dgram: typeof import('node:dgram')
}): { readonly learn: (records: NameRecords) => void; readonly listen: () => Promise<void> } {
  const address = '169.254.169.253'
  const patienceMs = 5_000
  const typeA = 1
  const typePtr = 12
  const noSuchName = 3
  const serverFailed = 2
  let records: NameRecords = { names: {} }
  let pointers = new Map<string, string>()

  function learn(next: NameRecords): void {
    records = next
    // An instance has several names; the first is its own.
    pointers = new Map()
    for (const [name, host] of Object.entries(next.names)) {
      if (typeof host !== 'string') continue
      const pointer = `${host.split('.').reverse().join('.')}.in-addr.arpa`
      if (!pointers.has(pointer)) pointers.set(pointer, name)
    }
  }

  /** The answer of our own, or undefined for what others know. */
  function ownAnswer(query: Buffer): Buffer | undefined {
    const question = readQuestion(query)
    if (question === undefined) return respond(query, query.length, serverFailed, [])
    const { name, type, end } = question
    const host = Object.hasOwn(records.names, name) ? records.names[name] : undefined
    if (host !== undefined) return respond(query, end, 0, type === typeA ? [host].flat().map(bytesOf) : [])
    const pointer = pointers.get(name)
    if (pointer !== undefined) return respond(query, end, 0, type === typePtr ? [wordsOf(pointer)] : [])
    return name.endsWith('.internal') ? respond(query, end, noSuchName, []) : undefined
  }

  function bytesOf(address: string): Buffer {
    return Buffer.from(address.split('.').map(Number))
  }

  function readQuestion(query: Buffer): { name: string; type: number; end: number } | undefined {
    const labels: string[] = []
    let at = 12
    while (at < query.length) {
      const length = query[at] ?? 0
      if (length > 63) return undefined
      if (length === 0) {
        if (at + 5 > query.length) return undefined
        return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
      }
      labels.push(query.toString('latin1', at + 1, at + 1 + length))
      at += 1 + length
    }
    return undefined
  }

  function wordsOf(name: string): Buffer {
    const labels = name.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'))
    return Buffer.concat([...labels, Buffer.from([0])])
  }

  /** The question again, and one record for each of `data`, of the type that was asked for, to be kept for five seconds. */
  function respond(query: Buffer, end: number, code: number, data: readonly Buffer[]): Buffer {
    const head = Buffer.from(query.subarray(0, 12))
    head.writeUInt16BE((head.readUInt16BE(2) & 0x79_00) | 0x84_80 | code, 2)
    head.writeUInt16BE(end > 12 && end < query.length + 1 ? 1 : 0, 4)
    head.writeUInt16BE(data.length, 6)
    head.writeUInt32BE(0, 8)
    const answers = data.map((bytes) => {
      const record = Buffer.alloc(12)
      record.writeUInt16BE(0xc0_0c, 0)
      query.copy(record, 2, end - 4, end)
      record.writeUInt32BE(5, 6)
      record.writeUInt16BE(bytes.length, 10)
      return Buffer.concat([record, bytes])
    })
    return Buffer.concat([head, query.subarray(12, end), ...answers])
  }

  const failure = (query: Buffer) => respond(query, readQuestion(query)?.end ?? 12, serverFailed, [])

  function askElsewhere(query: Buffer, reply: (answer: Buffer) => void): void {
    if (records.upstream === undefined) return reply(failure(query))
    const socket = node.dgram.createSocket('udp4')
    let isOver = false
    const finish = (answer: Buffer) => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      socket.close()
      reply(answer)
    }
    const timer = setTimeout(() => finish(failure(query)), patienceMs)
    socket.on('message', finish)
    socket.on('error', () => finish(failure(query)))
    socket.send(query, 53, records.upstream)
  }

  function answer(query: Buffer, reply: (answer: Buffer) => void): void {
    if (query.length < 12) return
    const own = ownAnswer(query)
    if (own === undefined) askElsewhere(query, reply)
    else reply(own)
  }

  function listen(): Promise<void> {
    const datagrams = node.dgram.createSocket('udp4')
    datagrams.on('message', (query, from) => answer(query, (reply) => datagrams.send(reply, from.port, from.address)))
    datagrams.on('error', () => {}) // a host that has gone
    const streams = node.net.createServer((socket) => {
      let heard = Buffer.alloc(0)
      socket.on('error', () => socket.destroy())
      socket.on('data', (chunk) => {
        heard = Buffer.concat([heard, chunk])
        while (heard.length >= 2 && heard.length >= 2 + heard.readUInt16BE(0)) {
          const query = heard.subarray(2, 2 + heard.readUInt16BE(0))
          heard = heard.subarray(2 + query.length)
          answer(query, (reply) => {
            const length = Buffer.alloc(2)
            length.writeUInt16BE(reply.length)
            socket.write(Buffer.concat([length, reply]))
          })
        }
      })
    })
    return Promise.all([
      new Promise<void>((resolve) => datagrams.bind(53, address, resolve)),
      new Promise<void>((resolve) => streams.listen(53, address, resolve)),
    ]).then(() => {})
  }

  return { learn, listen }
}
