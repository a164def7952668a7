import { Command } from 'commander'
import { exitCodes } from '../../../core/exit-codes.js'
import { addStackOptions, stackFileOptions, type StackOptions } from '../../options.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor, useColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel diff HEAD~1                                what the last commit, and what is not committed, changed
  evenkeel diff main HEAD staging.stack.yaml          what a branch changes, for a review without an account
  evenkeel diff v1.4 v1.5 stack.yaml --markdown

REV is whatever git takes for a commit. REV2 left out means the working tree. The file, what it extends, and what it names of the
repository (public keys, directories of sync rules) are read from each revision; --var and --var-file count for both.
Nothing is asked of EC2: what it would do is said of a stack that is as REV1 says.

Exit status: 0, also where something differs; 1 on an error.`

interface DiffOptions extends StackOptions {
  readonly json?: boolean
  readonly markdown?: boolean
}

export const diffCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('diff'))
    .description('what changed between two git revisions of a stack file, and what an apply of that would do')
    .argument('<rev1>', 'git revision to begin from')
    .argument('[rev2]', 'git revision to compare with, or the stack file; left out: the working tree')
    .argument('[file]', 'stack file; left out: the one *.stack.yaml or stack.yaml here')
    .option('--json', 'print it as JSON')
    .option('--markdown', 'print it as Markdown, for a pull request')
    .addHelpText('after', examples)
    .action(async (before: string, second: string | undefined, third: string | undefined, options: DiffOptions) => {
      if (!options.color) forbidColor()
      const [{ diffRevisions, revisionAndFile }, { diffJson, diffMarkdown, diffText }] = await Promise.all([
        import('../../../app/stacks/diff-revisions.js'),
        import('../../../report/stacks/diff-report.js'),
      ])
      const { revision, file } = revisionAndFile(second, third)
      const report = diffRevisions(before, revision, file, stackFileOptions(options))
      if (options.json === true) process.stdout.write(diffJson(report))
      else if (options.markdown === true) process.stdout.write(diffMarkdown(report))
      else process.stdout.write(diffText(report, { color: useColor(process.stdout) }))
      finish(exitCodes.success)
    })
