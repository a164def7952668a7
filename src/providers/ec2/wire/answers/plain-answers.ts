import { AwsEc2QueryProtocol, XmlShapeDeserializer } from '@aws-sdk/core/protocols'
import { PlainXml } from './plain-xml.js'
import { shapeOf, type Schema, type Shape } from './shapes.js'

/** The SDK's protocol, which reads plain answers in one pass. Whatever is not plain, errors too, the SDK reads as ever. */
export class PlainAnswersProtocol extends AwsEc2QueryProtocol {
  constructor(options: ConstructorParameters<typeof AwsEc2QueryProtocol>[0]) {
    super(options)
    this.deserializer = new PlainAnswers(this.deserializer.settings)
  }
}

class PlainAnswers extends XmlShapeDeserializer {
  readonly #shapes = new Map<unknown, Shape | undefined>()

  override read(...[schema, bytes, key]: Parameters<XmlShapeDeserializer['read']>): unknown {
    if (typeof bytes === 'string' || !isNormalized(schema)) return super.read(schema, bytes, key)
    try {
      const shape = this.#shapeOf(schema)
      if (shape !== undefined) return new PlainXml(bytes, (text) => this.#decoded(text)).root(shape)
    } catch {
      // What is wrong with it, the SDK says.
    }
    return super.read(schema, bytes, key)
  }

  #shapeOf(schema: Schema): Shape | undefined {
    const type = schema.getSchema()
    if (!this.#shapes.has(type))
      this.#shapes.set(
        type,
        shapeOf(schema, (of, text) => this.readSchema(of, text)),
      )
    return this.#shapes.get(type)
  }

  #decoded(text: string): string {
    return this.parseXml(`<text>${text}</text>`)
  }
}

function isNormalized(schema: unknown): schema is Schema {
  return typeof schema === 'object' && schema !== null && 'isStructSchema' in schema
}
