import { Command, Option } from 'commander'
import { UsageError } from '../../../core/errors.js'
import type { PlanView } from '../../../report/documents/plan-view.js'
import { graphSubjects, type GraphSubject } from '../../../report/graph/graph.js'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { addRunOptions, type RunOptions } from '../../options.js'
import { forbidColor } from '../../terminal.js'

interface GraphOptions extends RunOptions {
  readonly format: 'dot' | 'mermaid' | 'svg'
  readonly of: GraphSubject
  readonly output?: string
  readonly hosts: boolean
}

const examples = `
Examples:
  evenkeel graph plan.json --format svg -o plan.svg    what a saved plan does, as a drawing
  evenkeel graph plan.json --format mermaid            for Markdown on GitHub and GitLab
  evenkeel graph staging.stack.yaml --of resources     plans first; what waits for what, without the single steps

A plan is what \`plan --out\` and \`plan --json\` write; nothing is asked of EC2 for one.

Exit status: 0, 1 on an error.`

export const graphCommand: CommandDefinition = (finish) =>
  addRunOptions(new Command('graph'))
    .description('draw the steps of a plan, and what waits for what')
    .argument('[file]', 'stack file, or a plan in JSON; left out: the one *.stack.yaml or stack.yaml here')
    .addOption(new Option('--format <format>', 'as what').choices(['dot', 'mermaid', 'svg']).default('dot'))
    .addOption(new Option('--of <subject>', 'of what').choices(graphSubjects).default('steps'))
    .option('-o, --output <file>', 'where to; left out: standard output')
    .option('--no-hosts', 'do not look inside the servers')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, options: GraphOptions) => {
      if (!options.color) forbidColor()
      const [{ writeWhole }, { assertNotOver }] = await Promise.all([
        import('../../../app/saved-plan/write-whole.js'),
        import('./read-documents.js'),
      ])
      if (options.output !== undefined && file !== undefined) assertNotOver(options.output, [file])
      const text = await drawn(await planIn(file, options), options)
      if (options.output === undefined) process.stdout.write(text)
      else writeWhole(options.output, text, { what: 'the graph' })
      finish(exitCodes.success)
    })

async function planIn(file: string | undefined, options: GraphOptions): Promise<PlanView> {
  const [{ looksLikePlanFile }, { readDocuments, viewOf }] = await Promise.all([
    import('../../../app/saved-plan/plan-file.js'),
    import('./read-documents.js'),
  ])
  if (file !== undefined && (file.endsWith('.jsonl') || looksLikePlanFile(file))) {
    const [document] = readDocuments([file])
    if (document?.kind === 'plan') return document.plan
    throw new UsageError('REPORT_INPUT_UNUSABLE', `${file} is no plan, and only plans have a graph`, {
      hint: 'make one with `evenkeel plan --json`, or show it with `evenkeel report`',
    })
  }
  const [{ withSession }, { observeAndPlan }] = await Promise.all([
    import('../../with-session.js'),
    import('../../../app/plan-stack.js'),
  ])
  return viewOf((await withSession(file, options, (session) => observeAndPlan(session, options))).plan)
}

async function drawn(plan: PlanView, { format, of }: GraphOptions): Promise<string> {
  const { graphOf } = await import('../../../report/graph/graph.js')
  const graph = graphOf(plan, of)
  switch (format) {
    case 'dot':
      return (await import('../../../report/graph/graph-dot.js')).graphDot(graph)
    case 'mermaid': {
      const { graphMermaid, isTooLargeForMermaid } = await import('../../../report/graph/graph-mermaid.js')
      const text = graphMermaid(graph)
      if (isTooLargeForMermaid(graph, text)) {
        process.stderr.write(
          'GitHub and GitLab draw at most 500 edges and 50,000 characters: --of resources, or --format svg.\n',
        )
      }
      return text
    }
    case 'svg': {
      const { nodesMax } = await import('../../../report/graph/lay-out.js')
      if (graph.nodes.length > nodesMax) {
        const message = `the graph has ${graph.nodes.length} nodes, and at most ${nodesMax} are drawn`
        throw new UsageError('GRAPH_TOO_LARGE', message, { hint: 'try --of resources, or --format dot' })
      }
      return (await import('../../../report/graph/graph-svg.js')).graphSvg(graph)
    }
  }
}
