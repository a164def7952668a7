import { Command, InvalidArgumentError } from 'commander'
import type { FirstStack } from '../../../spec/writing/first-stack.js'
import { count } from '../../../core/units.js'
import { legible } from '../../../report/legible.js'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { forbidColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel init                              asks a few questions, and writes stack.yaml
  evenkeel init web.stack.yaml --yes         asks nothing
  evenkeel init --yes --target eu-central-1 --servers 3 --type t4g.small --volume 0

Nothing is asked of EC2, and no file is written over. Without a terminal nothing is asked of anybody.

Exit status: 0 the file is written, 1 there is one already, or no stack can be made of what was said.`

type InitOptions = Partial<FirstStack> & { readonly yes?: boolean; readonly color: boolean }

const questions: { readonly [Key in keyof FirstStack]: string } = {
  stack: 'Name of the stack',
  target: 'Where: sandbox (this machine), or a region such as eu-central-1',
  servers: 'How many servers',
  type: 'Their type',
  volume: 'GiB of a data volume on the first one; 0 for none',
  key: 'Public key that opens them: a path, or generated',
}

export const initCommand: CommandDefinition = (finish) =>
  new Command('init')
    .description('ask a few questions and write a stack file that works')
    .argument('[file]', 'where to write it; left out: stack.yaml')
    .option('--stack <name>', 'name of the stack; default: that of the directory')
    .option('--target <target>', '`sandbox` or a region; default: sandbox')
    .option('--servers <number>', 'how many; default: 1', wholeNumber)
    .option('--type <type>', 'their type; default: t3.small')
    .option('--volume <GiB>', 'size of a data volume, 0 for none; default: 10', wholeNumber)
    .option('--key <path>', 'public key that opens them, or `generated`; default: generated')
    .option('--yes', 'do not ask')
    .option('--no-color', 'no colour (or NO_COLOR=1)')
    .addHelpText('after', examples)
    .action(async (file: string | undefined, { yes, color, ...said }: InitOptions) => {
      if (!color) forbidColor()
      const app = await import('../../../app/authoring/write-first-stack.js')
      const path = file ?? 'stack.yaml'
      app.assertNothingAt(path)
      let wanted: FirstStack = { ...app.usualFirstStack(path), ...said }
      if (yes !== true && process.stdin.isTTY && process.stderr.isTTY) {
        const { answersTo } = await import('./questions.js')
        await answersTo(async (ask) => {
          for (const key of (Object.keys(questions) as (keyof FirstStack)[]).filter((one) => !(one in said))) {
            const taken = (answer: string) => ({
              ...wanted,
              [key]: typeof wanted[key] === 'number' ? Number(answer) : answer,
            })
            const mistakeIn = (answer: string) => app.mistakeInFirstStack(taken(answer))
            wanted = taken(await ask({ text: questions[key], usual: String(wanted[key]), mistakeIn }))
          }
        })
      }
      app.writeFirstStack(path, wanted)
      process.stdout.write(legible(nextText(path, wanted)))
      finish(exitCodes.success)
    })

function nextText(path: string, { stack, servers, volume }: FirstStack): string {
  const parts = [count(servers, 'server'), ...(volume > 0 ? ['a volume'] : [])]
  const named = /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
  return `${path}: the stack ${stack} with ${parts.join(' and ')}. Next:
  evenkeel plan ${named}
  evenkeel apply ${named}
  evenkeel ssh ${servers === 1 ? 'server.web' : "'server.web[0]'"} -f ${named}
  evenkeel destroy ${named}
`
}

function wholeNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('It is a whole number.')
  return Number(text)
}
