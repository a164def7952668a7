import { createHash, createHmac } from 'node:crypto'
import type { Sandbox } from '../../src/sandbox/sandbox.js'

/** Sends a signed request of the Query protocol; for services and versions that no SDK of the project speaks. */
export async function askSigned(
  sandbox: Pick<Sandbox, 'endpoint' | 'accessKeyId' | 'secretAccessKey' | 'region'>,
  service: string,
  parameters: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly text: string }> {
  const body = new URLSearchParams(parameters).toString()
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const date = time.slice(0, 8)
  const { host } = new URL(sandbox.endpoint)
  const scope = `${date}/${sandbox.region}/${service}/aws4_request`
  const canonical = ['POST', '/', '', `host:${host}`, `x-amz-date:${time}`, '', 'host;x-amz-date', hash(body)].join(
    '\n',
  )
  let key = Buffer.from(`AWS4${sandbox.secretAccessKey}`)
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest()
  const signature = createHmac('sha256', key).update(['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\n'))
  const response = await fetch(sandbox.endpoint, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-amz-date': time,
      authorization: `AWS4-HMAC-SHA256 Credential=${sandbox.accessKeyId}/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature.digest('hex')}`,
    },
  })
  return { status: response.status, text: await response.text() }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
