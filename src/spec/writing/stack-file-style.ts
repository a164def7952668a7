import { Document, visit, YAMLMap, YAMLSeq } from 'yaml'
import type { DocumentOptions, ParseOptions, ScalarTag, SchemaOptions, ToStringOptions } from 'yaml'

/** Chosen: the width of our examples, at which braces and brackets are broken. */
const lineWidth = 120

const stringTag = 'tag:yaml.org,2002:str'

/**
 * How stack files are read to be written again. What YAML 1.1 takes for no text stays in quotes (`compat`): other tools read
 * these files too. Numbers and the like stay as they are written; texts are not broken into lines.
 */
export const readingStyle: ParseOptions & DocumentOptions & SchemaOptions = {
  prettyErrors: false,
  logLevel: 'error',
  uniqueKeys: false,
  compat: 'yaml-1.1',
  customTags: (tags) =>
    tags.map((tag) => {
      const { stringify: write } = typeof tag === 'object' ? (tag as ScalarTag) : {}
      if (typeof tag !== 'object' || !write || tag.collection) return tag
      if (tag.tag !== stringTag) {
        return { ...tag, stringify: (item, ...rest) => item.source ?? write(item, ...rest) }
      }
      return {
        ...tag,
        stringify: (item, context, ...rest) => {
          const isFolded = item.type === 'BLOCK_FOLDED'
          const options = isFolded ? context.options : { ...context.options, lineWidth: 0 }
          return write(item, Object.assign({}, context, { options }), ...rest)
        },
      }
    }),
}

const writingStyle: ToStringOptions = {
  indent: 2,
  lineWidth,
  minContentWidth: 0,
  singleQuote: true,
  verifyAliasOrder: false,
}

/** The text of a document: two spaces, `{ a: 1 }`, `[1, 2]`. */
export function textOfDocument(document: Document, style: ToStringOptions = {}): string {
  visit(document, {
    Map: (_, map) => padded(map, YAMLMap, ' '),
    Seq: (_, list) => padded(list, YAMLSeq, ''),
  })
  return document.toString({ ...writingStyle, ...style })
}

/** The library has one padding for both. */
function padded(node: YAMLMap | YAMLSeq, { prototype }: typeof YAMLMap | typeof YAMLSeq, padding: string): void {
  node.toString = (context, ...rest) =>
    prototype.toString.call(
      node as YAMLMap & YAMLSeq,
      context && Object.assign({}, context, { flowCollectionPadding: padding }),
      ...rest,
    )
}

/** A value on one line, as it can stand anywhere, also between braces. */
export function inlineText(value: unknown): string {
  const document = new Document([value], { compat: 'yaml-1.1' })
  visit(document, { Collection: (_, collection) => void (collection.flow = true) })
  const text = textOfDocument(document, { lineWidth: 0 }).trimEnd()
  return text.slice(1, -1)
}
