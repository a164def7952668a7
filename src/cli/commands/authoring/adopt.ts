import { Command, InvalidArgumentError, Option } from 'commander'
import type { PlaceWords } from '../../../app/stacks/place-words.js'
import { count } from '../../../core/units.js'
import { legible } from '../../../report/legible.js'
import type { CommandDefinition } from '../../command-definition.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { collect } from '../../options.js'
import { forbidColor } from '../../terminal.js'
import { addPlaceOptions, placeWordsOf } from '../stacks/place-options.js'

const examples = `
Examples:
  evenkeel adopt --region eu-central-1 --filter 'tag:Name=web-*' --stack web -o web.stack.yaml
  evenkeel adopt i-0a1b2c3d4e5f60718 vol-0a1b2c3d4e5f60718 --target sandbox --stack found
  evenkeel adopt --tfstate terraform.tfstate --region us-east-1 --stack site -o site.stack.yaml

Writes a stack file whose entries name what is there by its ids: instances and volumes that fit, with the volumes, security groups
and key pairs of the instances. Nothing is changed in EC2. \`evenkeel plan\` then shows tags alone, \`evenkeel apply\`
writes them, and \`evenkeel trust\` pins a host key that a console no longer shows. Adopted volumes are never formatted. What
the file cannot say is told, and stands in it as a comment. Of a Terraform state ids and names are read, and nothing else.

Exit status: 0 the file is written, 1 nothing fits, or there is a file already.`

interface AdoptOptions extends PlaceWords {
  readonly filter?: readonly string[]
  readonly vpc?: string
  readonly tfstate?: string
  readonly stack: string
  readonly key?: string
  readonly out?: string
  readonly sandboxDir?: string
  readonly color: boolean
}

export const adoptCommand: CommandDefinition = (finish) =>
  addPlaceOptions(
    new Command('adopt')
      .description('write a stack file of what is in EC2 and belongs to no stack')
      .argument('[ids...]', 'instances, volumes, security groups, key pairs: i-…, vol-…, sg-…, key-…')
      .requiredOption('--stack <name>', 'what the stack is to be called')
      .option(
        '--filter <name=value>',
        'what instances and volumes have to fit, as EC2 names it: tag:Name=web-*; can be repeated',
        filter,
      )
      .option('--vpc <id>', 'instances of that VPC')
      .option('--tfstate <file>', 'a Terraform state, version 4')
      .option(
        '--key <file>',
        'public key that opens the servers: the file names it, and what is on volumes is looked at',
      )
      .option('-o, --out <file>', 'where to write it; left out: standard output')
      .addOption(new Option('--target <target>', '`sandbox`, or a region'))
      .option('--sandbox-dir <directory>', 'where the sandbox keeps its world (or EVENKEEL_SANDBOX_DIR)')
      .option('--no-color', 'no colour (or NO_COLOR=1)'),
  )
    .addHelpText('after', examples)
    .action(async (ids: readonly string[], options: AdoptOptions) => {
      if (!options.color) forbidColor()
      const app = await import('../../../app/authoring/adopt-stack.js')
      const { stack, tfstate, sandboxDir, key, out } = options
      const filters = [
        ...(options.filter ?? []).map((text) => ({
          name: nameOf(text),
          values: [text.slice(nameOf(text).length + 1)],
        })),
        ...(options.vpc === undefined ? [] : [{ name: 'vpc-id', values: [options.vpc] }]),
      ]
      const found = await app.adoptedStack({ stack, filters, ids, tfstate, key, sandboxDir }, placeWordsOf(options))
      for (const notice of found.notices) process.stderr.write(legible(`${notice}\n`))
      if (out === undefined) process.stdout.write(legible(found.text))
      else {
        app.writeAdopted(out, found.text)
        process.stdout.write(legible(`${out}: ${count(found.count, 'entry', 'entries')}. Next: evenkeel plan ${out}\n`))
      }
      finish(exitCodes.success)
    })

function nameOf(text: string): string {
  return text.slice(0, text.indexOf('='))
}

function filter(text: string, before?: readonly string[]): readonly string[] {
  if (!/^[^=]+=./.test(text)) throw new InvalidArgumentError('It is written name=value, e.g. tag:Name=web-*.')
  return collect(text, before)
}
