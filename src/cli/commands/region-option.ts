import { InvalidArgumentError } from 'commander'

/** Names of regions: `eu-west-1`, `us-gov-east-1`. */
const regionPattern = /^[a-z]{2,}(-[a-z]+)+-[0-9]+$/

/** One more region of an option that can be repeated, each once. */
export function collectRegion(text: string, before: readonly string[] = []): readonly string[] {
  if (!regionPattern.test(text)) throw new InvalidArgumentError('It is the name of a region, such as eu-west-1.')
  return [...new Set([...before, text])]
}
