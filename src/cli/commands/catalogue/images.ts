import { Command } from 'commander'
import { UsageError } from '../../../core/errors.js'
import type { ImagesWanted } from '../../../model/launch/on-offer.js'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { useColor } from '../../terminal.js'
import { addLimitOption, lookUp, lookUpCommand, type LookUpOptions } from './look-up.js'

const examples = `
Examples:
  evenkeel images find 'debian-12-*' --owner 136693071363 --arch arm64
  evenkeel images find 'golden-*'                           of your own account
  evenkeel images find --ssm /aws/service/debian/release/12 --json

The newest comes first. Below the table stands how a stack file names it: by owner and name, so that a new server gets the newest
of them, or by the parameter.

Exit status: 0, also when there is none; 1 on an error.`

interface ImagesOptions extends LookUpOptions {
  readonly owner?: string
  readonly arch?: string
  readonly ssm?: string
  readonly limit: number
}

export const imagesCommand: CommandDefinition = (finish) => {
  const find = addLimitOption(
    lookUpCommand('find')
      .description('list images, the newest first, as a stack file would name them')
      .argument('[name]', "name or pattern: `'debian-12-*'`; left out: all of the owner")
      .option('--owner <owner>', 'account, `self` or `amazon`; left out: your own')
      .option('--arch <architecture>', '`x86_64` or `arm64`; left out: any')
      .option('--ssm <path>', 'those that the public parameters below this path lead to'),
    20,
  )
    .addHelpText('after', examples)
    .action(async (name: string | undefined, options: ImagesOptions) => {
      const wanted = wantedOf(name, options)
      const { imagesJson, imagesText } = await import('../../../report/catalogue/images-text.js')
      const found = await lookUp(options, (cloud) => cloud.findImages(wanted))
      const shown = { limit: options.limit, color: useColor(process.stdout) }
      process.stdout.write(
        options.json === true ? imagesJson(found, wanted, options.limit) : imagesText(found, wanted, shown),
      )
      finish(exitCodes.success)
    })
  const command = new Command('images')
    .description('the images that servers can be launched of')
    .addHelpText('after', examples)
  return command.addCommand(find)
}

function wantedOf(name: string | undefined, { owner, arch, ssm }: ImagesOptions): ImagesWanted {
  const architecture = arch
  if (ssm === undefined) return { kind: 'owner', owner: owner ?? 'self', name, architecture }
  if (name === undefined && owner === undefined) return { kind: 'parameters', path: ssm, architecture }
  throw new UsageError('USAGE', 'a name or an owner, and --ssm, both say which images', {
    hint: 'leave one of them out: parameters are named by their path alone',
  })
}
