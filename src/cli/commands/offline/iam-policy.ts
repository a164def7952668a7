import { Command } from 'commander'
import { exitCodes } from '../../../core/exit-codes.js'
import { addStackOptions, fileArgument, fileDescription, stackFileOptions, type StackOptions } from '../../options.js'
import { legible } from '../../../report/legible.js'
import { collectRegion } from '../region-option.js'
import type { CommandDefinition } from '../../command-definition.js'
import { forbidColor } from '../../terminal.js'

const examples = `
Examples:
  evenkeel iam-policy staging.stack.yaml > role.json         for the job that applies
  evenkeel iam-policy staging.stack.yaml --read-only         for the job that plans and looks for drift
  evenkeel sandbox up --policy role.json                     try it where nothing can go wrong

What it says, and why: docs/permissions.md. Nothing is asked of EC2.

Exit status: 0, 1 on an error.`

export const iamPolicyCommand: CommandDefinition = (finish) =>
  addStackOptions(new Command('iam-policy'))
    .description('print the least IAM policy for a stack, as JSON')
    .argument(fileArgument, fileDescription)
    .option('--read-only', 'only what plan, drift and show need')
    .option('--instance-connect', 'also entering its servers by EC2 Instance Connect, from machines without their keys')
    .option('--to-region <region>', 'also copying checkpoints to that region; can be repeated', collectRegion)
    .addHelpText('after', examples)
    .action(
      async (
        file: string | undefined,
        options: StackOptions & {
          readonly readOnly?: boolean
          readonly instanceConnect?: boolean
          readonly toRegion?: readonly string[]
        },
      ) => {
        if (!options.color) forbidColor()
        const [{ readStackFile }, { policyOf }] = await Promise.all([
          import('../../../app/stack-file.js'),
          import('../../../providers/ec2/permissions/policy.js'),
        ])
        const { spec, sensitive, notices } = readStackFile(file, stackFileOptions(options))
        for (const notice of notices) process.stderr.write(`${legible(notice)}\n`)
        const parameters = sensitive.flatMap(({ ssm }) => ssm ?? [])
        const { readOnly, instanceConnect, toRegion } = options
        const policy = policyOf(spec, { readOnly, instanceConnect, parameters, checkpointRegions: toRegion })
        process.stdout.write(`${JSON.stringify(policy, null, 2)}\n`)
        finish(exitCodes.success)
      },
    )
