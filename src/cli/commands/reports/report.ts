import { basename } from 'node:path'
import { Command } from 'commander'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'

const examples = `
Examples:
  evenkeel plan --out plan.json && evenkeel report plan.json --html plan.html
  evenkeel apply plan.json --yes --json > run.jsonl; evenkeel report plan.json run.jsonl --html run.html
  evenkeel drift --json > drift.json; evenkeel report drift.json --html drift.html

Read are what \`plan --out\`, \`plan --json\`, \`drift --json\` and \`apply --json\` write, and the journals of runs below
$XDG_STATE_HOME/evenkeel/runs (~/.local/state/evenkeel/runs). Nothing is asked of EC2, and the page asks nothing of the network.

Exit status: 0, 1 on an error.`

export const reportCommand: CommandDefinition = (finish) =>
  new Command('report')
    .description('make one page, for a browser, of plans, drift reports and runs')
    .argument('<files...>', 'plans, drift reports and journals, shown in this order')
    .requiredOption('--html <file>', 'where the page goes')
    .addHelpText('after', examples)
    .action(async (files: readonly string[], { html }: { readonly html: string }, command: Command) => {
      const [{ assertNotOver, readDocuments }, { reportPage }, { writeWhole }] = await Promise.all([
        import('./read-documents.js'),
        import('../../../report/page/report-page.js'),
        import('../../../app/saved-plan/write-whole.js'),
      ])
      assertNotOver(html, files)
      const documents = readDocuments(files)
      const sources = documents.map((document, index) => ({ document, file: basename(files[index] ?? '') }))
      writeWhole(html, await reportPage(sources, { version: command.parent?.version() ?? '' }), { what: 'the page' })
      finish(exitCodes.success)
    })
