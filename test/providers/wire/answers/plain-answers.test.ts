import type { Readable } from 'node:stream'
import { AwsEc2QueryProtocol, XmlShapeDeserializer } from '@aws-sdk/core/protocols'
import { DescribeInstances$, DescribeVolumes$, GetConsoleOutput$ } from '@aws-sdk/client-ec2'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { PlainAnswersProtocol } from '../../../../src/providers/ec2/wire/answers/plain-answers.js'
import { emptyQuery, launchRequest, prepareGround, startFixture, tagsFor, volumeRequest } from '../../cloud-fixture.js'

type Deserialize = AwsEc2QueryProtocol['deserializeResponse']
type Operation = Parameters<Deserialize>[0]

const options = {
  defaultNamespace: 'com.amazonaws.ec2',
  xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15',
  version: '2016-11-15',
}
const plain = new PlainAnswersProtocol(options)
const own = new AwsEc2QueryProtocol(options)

/** What a protocol makes of an answer, or how it refuses it. */
async function outcomeOf(protocol: AwsEc2QueryProtocol, operation: Operation, body: Uint8Array, statusCode = 200) {
  const response = { statusCode, headers: { 'x-amzn-requestid': 'request-1' }, body }
  try {
    return { value: await protocol.deserializeResponse(operation, {} as Parameters<Deserialize>[1], response) }
  } catch (error) {
    const { name, message } = error as Error
    return { name, message, fields: { ...(error as object) } }
  }
}

async function expectSame(operation: Operation, text: string | Uint8Array, statusCode?: number): Promise<void> {
  const body = typeof text === 'string' ? Buffer.from(text) : text
  const [is, should] = await Promise.all([plain, own].map((one) => outcomeOf(one, operation, body, statusCode)))
  expect(is).toStrictEqual(should)
}

function nameOf(operation: Operation): string {
  return (operation as unknown as { readonly name: string }).name
}

/** As the SDK's middleware makes it of the static form. */
function operationOf(form: readonly unknown[]): Operation {
  const [, namespace, name, traits, input, output] = form
  return { namespace, name, traits, input, output } as unknown as Operation
}
const describeInstances = operationOf(DescribeInstances$)
const describeVolumes = operationOf(DescribeVolumes$)
const getConsoleOutput = operationOf(GetConsoleOutput$)

afterEach(() => {
  vi.restoreAllMocks()
})

describe('answers of the sandbox', () => {
  it('are read as the SDK reads them, and without it', async () => {
    const answers: { operation: Operation; body: Uint8Array }[] = []
    const deserialize = AwsEc2QueryProtocol.prototype.deserializeResponse
    vi.spyOn(PlainAnswersProtocol.prototype, 'deserializeResponse').mockImplementation(async function (
      this: AwsEc2QueryProtocol,
      operation,
      context,
      response,
    ) {
      const body = Buffer.concat((await (response.body as Readable).toArray()) as Buffer[])
      if (response.statusCode === 200) answers.push({ operation, body })
      return deserialize.call(this, operation, context, { ...response, body })
    })
    const fixture = await startFixture()
    try {
      const { cloud } = fixture
      const ground = await prepareGround(cloud)
      const { id } = await cloud.createServer(launchRequest(ground, 'web', { tags: tagsFor('server', 'web', 0) }))
      const volume = await cloud.createVolume(volumeRequest('data', { tags: { a: `<&> "'é😀\n `, b: '', c: ' ' } }))
      await cloud.attachVolume({ volumeId: volume.id, instanceId: id })
      await cloud.observe(emptyQuery({}))
    } finally {
      await fixture.close()
    }
    vi.restoreAllMocks()
    expect(answers.length).toBeGreaterThan(15)
    const bySdk = vi.spyOn(XmlShapeDeserializer.prototype, 'read')
    for (const { operation, body } of answers) {
      await outcomeOf(plain, operation, body)
      if (bySdk.mock.calls.length > 0) throw new Error(`${nameOf(operation)} is read by the SDK`)
    }
    vi.restoreAllMocks()
    for (const { operation, body } of answers) await expectSame(operation, body)
  })
})

describe('texts that are kept', () => {
  it('are told from others of their place', async () => {
    // Of the same length, and the same sum of characters: 31 * 65 + 97 is 31 * 66 + 66.
    const twins = ['Aa', 'BB', 'AaAa', 'BBBB', 'AaBB', 'BBAa', 'Aa'.repeat(32), 'BB'.repeat(32), 'Aa'.repeat(33)]
    const items = twins.flatMap((twin) => [twin, twin]).map((twin) => `<item><volumeId>${twin}</volumeId></item>`)
    const answer = `<DescribeVolumesResponse><volumeSet>${items.join('')}</volumeSet></DescribeVolumesResponse>`
    await expectSame(describeVolumes, answer)
    await expectSame(describeVolumes, answer)
  })
})

/** Texts that an element may hold, and what may stand for them in XML. */
const texts: readonly string[] = [
  '',
  'true',
  'TRUE',
  'false',
  '12',
  '-1.5',
  'NaN',
  '2026-11-22T10:00:00.000Z',
  '2026-02-31T00:00:00Z',
  ' 3 ',
  '&amp;',
  '&lt;b&gt;',
  '&#65;',
  '&#x1F600;',
  '&#x110000;',
  '&nbsp;',
  '&',
  '&;',
  'a&b',
  ']]>',
  '>',
  '"',
  '\n',
  ' ',
  '\t',
  ' \n ',
  '\r\n',
  'a\rb',
  '\u00A0\n',
  '\uFEFF\n',
  '\u0001',
  '\u0000',
  '\v\n',
  'é',
  '😀',
  'x ',
]
const text = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[a-z0-9-]{0,20}$/) },
  { weight: 1, arbitrary: fc.constantFrom(...texts) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 5 }).map((any) => any.replaceAll('<', '&lt;')) },
)
/** The first of them, but for one time in six. */
function mostly(usual: string, ...others: string[]): fc.Arbitrary<string> {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) })
}
const between = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('', '\n', '\n    ') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(' ', '\t', 'stray', '<!-- no -->', '<?no?>', '<![CDATA[no]]>', '\r\n', '\v', '&amp;'),
  },
)
const names = [
  'item',
  'volumeId',
  'size',
  'createTime',
  'encrypted',
  'attachmentSet',
  'tagSet',
  'key',
  'value',
  'status',
  'device',
]
const others = [
  'nextToken',
  'placement',
  'unknown',
  'Item',
  'volumeID',
  '__proto__',
  'constructor',
  'xmlns',
  'a:b',
  'a-b',
  'é',
  '_',
]
const attributes = fc.oneof(
  { weight: 12, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom(' ', '\n', ' a="b"', ' volumeId="vol-2"', " item='<a>'", ' key') },
)

/** An element of any name with anything in it; sometimes ended as another, or not at all. */
const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
  element: fc
    .record({
      name: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...names) },
        { weight: 1, arbitrary: fc.constantFrom(...others) },
      ),
      attribute: attributes,
      content: tie('content'),
      end: fc.oneof(
        { weight: 30, arbitrary: fc.constant((name: string) => `</${name}>`) },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            (name: string) => `</${name} >`,
            (name: string) => `</${name}x>`,
            () => '',
          ),
        },
      ),
    })
    .map(({ name, attribute, content, end }) =>
      content === '' && attribute === '' ? `<${name}/>` : `<${name}${attribute}>${content}${end(name)}`,
    ),
  content: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    text,
    fc.array(fc.tuple(between, tie('element')), { maxLength: 4 }).map((parts) => parts.flat().join('')),
  ),
}))

/** A volume as EC2 shows it, with these texts in it. */
function volumeOf(id: string, size: string, time: string, encrypted: string, value: string, space = ''): string {
  const tag = `<item><key>${value}</key><value/></item>`
  return (
    `<volumeSet><item>${space}<volumeId>${id}</volumeId><size>${size}</size>${space}<createTime>${time}</createTime>` +
    `<encrypted>${encrypted}</encrypted><attachmentSet/><tagSet>${space}${tag}${tag}</tagSet></item></volumeSet>`
  )
}
const volume = fc.tuple(text, text, text, text, text, between).map((parts) => volumeOf(...parts))

const document = fc
  .record({
    head: mostly(
      '<?xml version="1.0" encoding="UTF-8"?>\n',
      '',
      '\n',
      '<!-- a -->',
      '<!DOCTYPE a>',
      '\ufeff',
      'x',
      ' ',
    ),
    root: mostly(
      '<R xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">',
      '<R>',
      '<R a="1">',
      "<R xmlns=''>",
      '<R volumeSet="x">',
    ),
    content: fc.array(fc.oneof(element, volume), { maxLength: 3 }),
    end: mostly('</R>', '</R>\n', '</R>more', '</S>', '', '</R'),
  })
  .map(({ head, root, content, end }) => `${head}${root}<requestId>1</requestId>${content.join('')}${end}`)

describe('any answer', () => {
  it('is read, or refused, as the SDK does it', async () => {
    await fc.assert(
      fc.asyncProperty(document, (xml) => expectSame(describeVolumes, xml)),
      { numRuns: 1_000 },
    )
  })

  it('with any text in any place is read, or refused, as the SDK does it', async () => {
    for (const one of texts) {
      for (let place = 0; place < 6; place += 1) {
        const [id, size, time, encrypted, value, space] = Array.from({ length: 6 }, (_, at) =>
          at === place ? one : '',
        )
        await expectSame(
          describeVolumes,
          `<R>${volumeOf(id ?? '', size ?? '', time === '' ? '2026-11-22T10:00:00Z' : (time ?? ''), encrypted ?? '', value ?? '', space)}</R>`,
        )
      }
    }
  })

  it('that is cut off is refused as the SDK does it', async () => {
    const item = '<item><volumeId>vol-1</volumeId><tagSet><item><key>é</key><value>&amp;</value></item></tagSet></item>'
    const whole = Buffer.from(
      `<?xml version="1.0"?><R><volumeSet>${item}<item/></volumeSet><nextToken>x</nextToken></R>`,
    )
    for (let length = 0; length <= whole.length; length += 1)
      await expectSame(describeVolumes, whole.subarray(0, length))
  })

  it('with a byte changed is read, or refused, as the SDK does it', async () => {
    const item = '<item><volumeId>vol-1</volumeId><size>8</size><x><y>1</y></x><attachmentSet/></item>'
    const whole = Buffer.from(`<R xmlns="a">\n<volumeSet>\n  ${item}\n</volumeSet></R>`)
    for (let at = 0; at < whole.length; at += 1) {
      for (const byte of [0x00, 0x0d, 0x20, 0x26, 0x2f, 0x3c, 0x3e, 0x61, 0xc3, 0xff]) {
        const changed = Buffer.from(whole)
        changed[at] = byte
        await expectSame(describeVolumes, changed)
      }
    }
  })

  it('with a part twice, in another order, or of another type is read as the SDK does it', async () => {
    const reservation = (inside: string) =>
      `<R><reservationSet><item><instancesSet><item>${inside}</item></instancesSet></item></reservationSet></R>`
    const parts = [
      '<instanceId>i-1</instanceId><instanceId>i-2</instanceId>',
      '<instanceState><name>running</name><code>16</code></instanceState><instanceId>i-1</instanceId>',
      '<instanceState>running</instanceState>',
      '<instanceId><deeper>x</deeper></instanceId>',
      '<tagSet><item><key>a</key></item></tagSet><tagSet><item><key>b</key></item></tagSet>',
      '<tagSet><other/><item><key>a</key></item></tagSet>',
      '<launchTime>yesterday</launchTime>',
      '<launchTime>2026-02-30T10:00:00.000Z</launchTime>',
      '<launchTime>2026-01-01T24:00:00.000Z</launchTime>',
      '<launchTime>2026-13-01T10:00:00.000Z</launchTime>',
      '<launchTime>2024-02-29T23:59:59.999Z</launchTime>',
      '<launchTime>2026-11-22T10:00:00+02:00</launchTime><amiLaunchIndex>x</amiLaunchIndex>',
      `${'<a>'.repeat(200)}${'</a>'.repeat(200)}`,
    ]
    for (const part of parts) await expectSame(describeInstances, reservation(part))
    await expectSame(
      getConsoleOutput,
      '<R><output>aGVsbG8=</output><timestamp>2026-11-22T10:00:00.000Z</timestamp></R>',
    )
  })

  it('that is an error is told as the SDK tells it', async () => {
    const error = '<Response><Errors><Error><Code>A.B</Code><Message>no &amp; no</Message></Error></Errors></Response>'
    for (const status of [400, 503]) {
      await expectSame(describeVolumes, error, status)
      await expectSame(describeVolumes, '', status)
      await expectSame(describeVolumes, '<html>no</html>', status)
    }
  })
})
