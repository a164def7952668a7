import { Command, InvalidArgumentError } from 'commander'
import { boundsOf, fittingTypes, type Bounds } from '../../../model/launch/on-offer.js'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { useColor } from '../../terminal.js'
import { addLimitOption, lookUp, lookUpCommand, type LookUpOptions } from './look-up.js'

const examples = `
Examples:
  evenkeel types find --vcpu 4 --memory 16 --arch arm64    at least so much, the smallest first
  evenkeel types find --vcpu =2 --memory 4-8               exactly 2, and from 4 to 8 GiB
  evenkeel types find 't3.*' --zone us-east-1a --json

Exit status: 0, also when there is none; 1 on an error.`

interface TypesOptions extends LookUpOptions {
  readonly vcpu?: Bounds
  readonly memory?: Bounds
  readonly arch?: string
  readonly zone?: string
  readonly limit: number
}

export const typesCommand: CommandDefinition = (finish) => {
  const find = addLimitOption(
    lookUpCommand('find')
      .description('list instance types that are large enough, the smallest first, with the zones that offer them')
      .argument('[name]', "name or pattern: `'t3.*'`; left out: any")
      .option('--vcpu <number>', 'CPUs: `4` at least, `=4` exactly, `4-8` from one to the other', bounds)
      .option('--memory <gib>', 'GiB of memory, in the same words', bounds)
      .option('--arch <architecture>', '`x86_64` or `arm64`; left out: any')
      .option('--zone <zone>', 'offered there; left out: in any zone of the region'),
    40,
  )
    .addHelpText('after', examples)
    .action(async (name: string | undefined, options: TypesOptions) => {
      const { vcpu: vcpus, memory: memoryGiB, arch: architecture, zone, limit } = options
      const { typesJson, typesText } = await import('../../../report/catalogue/types-text.js')
      const all = await lookUp(options, (cloud) => cloud.listTypes())
      const found = fittingTypes(all, { name, vcpus, memoryGiB, architecture, zone })
      const shown = { limit, color: useColor(process.stdout) }
      process.stdout.write(options.json === true ? typesJson(found, limit) : typesText(found, shown))
      finish(exitCodes.success)
    })
  return new Command('types')
    .description('the types that servers can have')
    .addHelpText('after', examples)
    .addCommand(find)
}

function bounds(word: string): Bounds {
  const found = boundsOf(word)
  if (found) return found
  throw new InvalidArgumentError('It is a number, =number or number-number.')
}
