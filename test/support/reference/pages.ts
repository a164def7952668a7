import { commandTree } from '../../../src/cli/commands/command-tree.js'
import { readText } from '../source-tree.js'
import { commandsPage } from './commands.js'
import type { Schema } from './schema-keys.js'
import { manPage } from './man-page.js'
import { stackFilePage } from './stack-file.js'

/** The generated pages, path to text. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  const schema = JSON.parse(readText('schema/stack.schema.json')) as Schema
  const program = await commandTree({ version: '', docs: 'docs' }, () => undefined)
  return {
    'docs/stack-file.md': stackFilePage(schema),
    'docs/commands.md': commandsPage(program),
    'man/evenkeel.1': manPage(program),
  }
}
