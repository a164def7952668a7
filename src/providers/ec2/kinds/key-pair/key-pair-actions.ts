import { DeleteKeyPairCommand, DescribeKeyPairsCommand, ImportKeyPairCommand } from '@aws-sdk/client-ec2'
import { reads, removes, writes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about key pairs. */
export const keyPairActions = {
  DescribeKeyPairs: { command: DescribeKeyPairsCommand, ...reads },
  DeleteKeyPair: { command: DeleteKeyPairCommand, ...removes },
  ImportKeyPair: { command: ImportKeyPairCommand, ...writes },
} as const satisfies ActionTable
