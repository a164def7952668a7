import { heededTags } from '../../../model/kinds/ignored-changes.js'
import { compareText } from '../../../model/address-order.js'
import type { IngressRuleSpec, SecurityGroupSpec } from '../../../model/kinds/security-group.js'
import { userTagsWord } from '../../compare/desired-tags.js'

/** What the file says of a group, as it is digested into the applied tag. */
export function groupWords(spec: SecurityGroupSpec) {
  return [
    { key: 'description', word: spec.description },
    { key: 'ingress', word: ingressWord(spec.ingress) },
    { key: 'tags', word: userTagsWord(heededTags(spec)) },
  ] as const
}

/** The rules as the file says them, `my-ip` as the word that it is; undefined without rules. */
export function ingressWord(rules: readonly IngressRuleSpec[]): readonly string[] | undefined {
  const texts = rules.map(({ protocol, fromPort, toPort, from }) => {
    const source = from.kind === 'cidr' ? from.cidr : from.kind === 'my-ip' ? 'my-ip' : from.address
    return `${protocol} ${fromPort}-${toPort} ${source}`
  })
  return texts.length === 0 ? undefined : texts.sort(compareText)
}
