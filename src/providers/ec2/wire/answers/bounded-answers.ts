import { pipeline, Readable, Transform } from 'node:stream'
import type { EC2Client } from '@aws-sdk/client-ec2'
import { providerError } from '../../errors/provider-errors.js'

/** Chosen: a page of a thousand instances with all the tags there can be has 25 MB. The SDK's reader takes a hundred times of it. */
const answerBytesMax = 32 * 1024 * 1024

/** For each of them the SDK's reader copies the whole answer. A page has one, and an answer of EC2's none. */
const doctypesMax = 1
const doctype = '<!doctype'

/** Sees to it that no answer fills the memory, or is read for ever: one that is none of EC2's ends in an error on the way. */
export function boundAnswers(client: EC2Client, endpointName: string): void {
  client.middlewareStack.add(
    (next) => async (input) => {
      const answered = await next(input)
      const response = answered.response as { body?: unknown }
      if (response.body instanceof Readable) response.body = bounded(response.body, endpointName)
      return answered
    },
    // The innermost: before the answer is read.
    { step: 'deserialize', priority: 'low', name: 'boundAnswers' },
  )
}

function bounded(body: Readable, endpointName: string): Readable {
  let bytes = 0
  let doctypes = 0
  let before = ''
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      // Looked for only where there can be one: an answer is large, and made a text once already.
      if (chunk.includes('!') || before.includes('!')) {
        const text = before + chunk.toString('latin1')
        doctypes += text.match(/<!doctype/gi)?.length ?? 0
      }
      before = (before + chunk.toString('latin1', Math.max(0, chunk.length - doctype.length))).slice(1 - doctype.length)
      if (bytes > answerBytesMax) done(none(endpointName, `of more than ${answerBytesMax / 1024 / 1024} MiB`))
      else if (doctypes > doctypesMax) done(none(endpointName, 'with a document type in it'))
      else done(null, chunk)
    },
  })
  // What ends badly is told by the one that is read.
  pipeline(body, counted, () => undefined)
  return counted
}

function none(endpointName: string, what: string) {
  const message = `${endpointName} gives an answer ${what}, which is none of EC2's`
  return providerError('EC2_PROTOCOL', 'fatal', message, {
    hint: 'check `target.endpoint`; if it is right, report this with the name of what answers there',
  })
}
