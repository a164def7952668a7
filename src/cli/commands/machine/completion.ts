import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Argument, Command } from 'commander'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'

const examples = `
Examples:
  eval "$(evenkeel completion bash)"                                          in ~/.bashrc
  evenkeel completion zsh > ~/.zfunc/_evenkeel                                with fpath+=~/.zfunc before compinit in ~/.zshrc
  evenkeel completion fish > ~/.config/fish/completions/evenkeel.fish

Commands, options, their values, files, and addresses of the stack file that is meant are completed; nothing is asked of EC2. A
stack file with mistakes, or with a variable that has no value, has no addresses.

Exit status: 0, 1 for another shell.`

export const completionCommand: CommandDefinition = (finish, { docs }) =>
  new Command('completion')
    .description('print what a shell reads to complete command lines of evenkeel')
    .addArgument(new Argument('<shell>', 'whose').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', examples)
    .action((shell: string) => {
      process.stdout.write(readFileSync(join(dirname(docs), 'completions', `evenkeel.${shell}`)))
      finish(exitCodes.success)
    })
