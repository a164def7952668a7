import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'rolldown/parseAst'
import { layerNames, type LayerName } from './layers.js'
import { isNode, walkAll, type Node } from './syntax.js'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Import {
  /** As written, e.g. `../core/assert.js` or `node:fs`. */
  readonly specifier: string
  /** Path from the root of what a relative specifier names, with `.ts`; undefined for packages. */
  readonly path: string | undefined
  readonly typeOnly: boolean
}

export interface Module {
  /** Path from the root, with forward slashes. */
  readonly path: string
  /** Undefined for what lies in src/ itself. */
  readonly layer: LayerName | undefined
  readonly text: string
  readonly lines: number
  readonly imports: readonly Import[]
}

/** Files below a directory, paths from the root, sorted; without what is generated or installed. */
export function filesBelow(directory: string, extension: string): readonly string[] {
  return readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension) && !entry.name.includes('.generated.'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** Every module of src/ that a person wrote. */
export function readModules(): readonly Module[] {
  return filesBelow('src', '.ts').map((path) => {
    const text = readText(path)
    const directory = path.split('/')[1]
    return {
      path,
      layer: layerNames.find((name) => name === directory),
      text,
      lines: text.split('\n').length - 1,
      imports: importsOf(path, text),
    }
  })
}

/** What a module imports or re-exports, statically, by `import()` and in the place of a type. Exported for its own test. */
export function importsOf(path: string, text: string): readonly Import[] {
  const found: Import[] = []
  const add = (source: unknown, typeOnly: boolean) => {
    // What is put together while it runs cannot be judged, and is told as it stands.
    const isText = isNode(source) && typeof source['value'] === 'string'
    const specifier = isText ? String(source['value']) : 'something that is computed'
    const target = specifier.startsWith('.') ? posix.join(dirname(path), specifier).replace(/\.js$/, '.ts') : undefined
    found.push({ specifier, path: target, typeOnly })
  }
  walkAll(parseAst(text, { lang: 'ts' }) as unknown as Node, (node) => {
    if (node.type === 'ImportExpression') add(node['source'], false)
    else if (node.type === 'TSImportType') add(node['source'], true)
    else if (/^(?:Import|ExportAll|ExportNamed)Declaration$/.test(node.type) && isNode(node['source'])) {
      add(node['source'], isOfTypes(node))
    }
  })
  return found
}

/** `import type …`, `export type …`, and `import { type A, type B } …`. */
function isOfTypes({ importKind, exportKind, specifiers }: Node): boolean {
  if (importKind === 'type' || exportKind === 'type') return true
  const names = Array.isArray(specifiers) ? specifiers.filter(isNode) : []
  return names.length > 0 && names.every((name) => name['importKind'] === 'type' || name['exportKind'] === 'type')
}
